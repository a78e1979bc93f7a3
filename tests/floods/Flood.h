#pragma once

#include "bench/RelaySeeder.h"
#include "support/WireClient.h"

#include <QString>
#include <QStringList>

#include <span>
#include <vector>

namespace recado::tests {

/// Who is attacked, with what, and for how long.
struct Attack {
    quint16 port = 0;
    qint64 processId = 0;
    /// Accounts of the attacker's own, not connected.
    std::span<const SeededDevice> accounts;
    qint64 untilNs = 0; // monotonicNs()
    /// Deadlines of the relay are shortened, so that their effect shows within a second or two.
    bool isHurried = true;

    [[nodiscard]] bool isOver() const;
};

/// What became of the attacker, and what should have become of him and did not.
struct Fate {
    QString text;
    QStringList broken;

    void expect(bool holds, const QString& what) {
        if (!holds)
            broken.append(what);
    }
};

/// One way to hurt a relay. `run` attacks until Attack::untilNs.
struct Flood {
    QString name;
    QString check; // of the charter
    int accounts = 0;
    Fate (*run)(Attack&) = nullptr;
    QStringList options; // of the relay
    /// The descriptors the relay may have; 0: as many as the system gives.
    int descriptors = 0;
    /// Of one core, while it lasts; 0: not judged.
    double cpuShare = 0;
};

/// All of them, in the order of the table.
const std::vector<Flood>& allFloods();

Fate pingFlood(Attack& attack);
Fate emptyFragmentFlood(Attack& attack);
Fate invalidFrameFlood(Attack& attack);
Fate trickleFlood(Attack& attack);
Fate headerFlood(Attack& attack);
Fate halfOpenFlood(Attack& attack);
Fate slowReaderFlood(Attack& attack);
Fate descriptorFlood(Attack& attack);
Fate helloFlood(Attack& attack);
Fate wrongSignatureFlood(Attack& attack);
Fate oracleFlood(Attack& attack);
Fate addressFlood(Attack& attack);
Fate registrationFlood(Attack& attack);
Fate mailboxFlood(Attack& attack);
Fate presenceFlood(Attack& attack);
Fate prekeyUploadFlood(Attack& attack);
Fate unknownFrameFlood(Attack& attack);
Fate acknowledgeFlood(Attack& attack);
Fate lookUpFlood(Attack& attack);
Fate fanOutFlood(Attack& attack);
Fate ephemeralFlood(Attack& attack);
Fate tinyElementFlood(Attack& attack);
Fate submissionFlood(Attack& attack);

} // namespace recado::tests
