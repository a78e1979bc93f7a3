#pragma once

#include "core/sql/FaultyDisk.h"
#include "relay/storage/RelayDatabase.h"
#include "relay/storage/SqliteMailboxStore.h"
#include "support/FakeClock.h"

#include <QStringList>
#include <QTemporaryDir>

#include <map>

namespace recado::tests {

/// Works the mailbox store on a disk that fails or loses its power, and judges what is left: all that was
/// answered Committed is there, nothing that was deleted durably comes back, nothing is there that nobody
/// sent, every byte is right, marks included. A seed decides everything but the threads' timing.
class StoreTrial {
public:
    explicit StoreTrial(quint32 seed);
    ~StoreTrial();

    struct Outcome {
        QStringList violations;
        int judged = 0;    ///< stores opened after a power cut
        int confirmed = 0; ///< appends answered Committed
        qint64 recoveryMs = 0;
    };
    /// The power is cut at `moments` places of one run, each time with `cuts` different losses; with failed
    /// syncs in between when the seed is odd.
    Outcome cutPower(int moments, int cuts);
    /// The disk fails from its call number `call` on, until it is repaired after a while.
    Outcome failDisk(int call, FaultyDisk::Error error);

private:
    struct Sent {
        QByteArray ciphertext;
        QByteArray body;
        quint64 submission = 0;
        bool confirmed = false;    // its append was answered Committed
        bool acknowledged = false; // asked for
        bool deleted = false;      // and answered Committed
    };
    using Key = std::pair<int, base::DeliveryId>; // device and envelope
    using History = std::map<Key, Sent>;
    struct Moment {
        FaultyDisk::State disk;
        History history;
    };

    bool open();
    void close();
    void step();
    void append();
    void acknowledge();
    /// Waits until every answer has come.
    void settle();
    template <typename Condition>
    bool turnUntil(const Condition& condition);
    void judge(const Moment& moment, const FaultyDisk::Image& image);
    void judgeStore(sql::Database& database, const History& history);
    void checkReads();
    void violated(const QString& what);

    QRandomGenerator m_random;
    QTemporaryDir m_directory;
    FakeClock m_clock;
    base::Inbox m_inbox;
    std::unique_ptr<FaultyDisk> m_disk = std::make_unique<FaultyDisk>();
    std::unique_ptr<relay::RelayDatabase> m_database;
    std::unique_ptr<relay::SqliteMailboxStore> m_store;
    QVector<base::DeviceAddress> m_devices;
    base::DeviceAddress m_sender;

    std::mutex m_historyMutex;
    History m_history;
    base::DeliveryId m_nextId = 0;
    quint64 m_nextSubmission = 0;
    int m_unanswered = 0;
    bool m_broken = false; // between the disk's failure and its repair
    int m_confirmedWhileBroken = 0;
    Outcome m_outcome;
};

} // namespace recado::tests
