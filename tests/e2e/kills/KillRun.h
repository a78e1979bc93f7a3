#pragma once

#include "support/CliProcess.h"
#include "support/HistoryChecker.h"
#include "support/RelayProcess.h"

#include <QRandomGenerator>
#include <QTemporaryDir>

namespace recado::tests {

/// Two people talk without pause through a real relay while one of the three processes is killed again and
/// again; then everything comes to rest and the history checker judges both histories.
class KillRun {
public:
    enum class Victim { Relay, Sender, Receiver };

    /// `seed` decides when each kill comes.
    explicit KillRun(quint32 seed);

    /// Starts the relay, registers both. An empty string, or what failed.
    [[nodiscard]] QString prepare();
    /// Kills `victim` once under load by SIGKILL at a random moment and starts it again.
    [[nodiscard]] QString killOnce(Victim victim);
    /// Lets `victim` kill itself at the n-th pass of a crash point (base::crashPoint), and starts it again
    /// without it.
    [[nodiscard]] QString killAt(Victim victim, const QString& point, int pass);
    /// Waits until all is delivered and returns every breach.
    [[nodiscard]] QStringList settleAndJudge();

    [[nodiscard]] qsizetype messages() const { return m_history.committedCount(); }

private:
    struct Asked {
        qint64 request = 0;
        QString text;
    };

    ChildProcess& processOf(Victim victim);
    void sendSome(int count);
    bool collectAnswers(int timeoutMs);
    QString restart(Victim victim);
    bool readHistory(CliProcess& who);

    QTemporaryDir m_directory;
    QRandomGenerator m_random;
    RelayProcess m_relay;
    CliProcess m_sender;
    CliProcess m_receiver;
    HistoryChecker m_history;
    QVector<Asked> m_asked;
    int m_number = 0;
};

} // namespace recado::tests
