#pragma once

#include "messaging/OutboxLedger.h"
#include "messaging/OutboxSealer.h"
#include "messaging/SessionSetup.h"
#include "queue/Backoff.h"

#include <QObject>
#include <QSet>
#include <QTimer>

#include <map>
#include <set>

namespace recado::messaging {

/// Everything on its way out: composed → sealed → accepted, in order for each receiver, several submissions
/// in flight. The store is the truth; what is held here can be rebuilt from it at any time. Engine thread.
class Outbox : public QObject {
    Q_OBJECT
public:
    /// Sealed in one commit at most.
    static constexpr int sealingBatch = 64;
    /// Bytes unanswered at most (one submission may always be under way).
    static constexpr qint64 bytesInFlight = 4LL * 1024 * 1024;
    /// However long the relay asks to wait, it is asked again after this.
    static constexpr qint64 longestWaitMs = 600'000;

    /// All borrowed.
    Outbox(EngineContext& context, OutboxLedger& ledger, SessionSetup& sessions, OutboxSealer& sealer);

    /// The number of contents that wait for the relay changed.
    std::function<void()> countChanged;

    /// After a commit: takes up what was appended.
    void wake();
    /// What was composed anew. The first also sends at once what may go.
    void requeue(const QVector<OutboxItem>& items);
    void enqueue(const QVector<OutboxItem>& items);
    /// The person decided about a changed identity, or the peer's devices changed.
    void unblock(const base::AccountId& account);

    /// The relay knows a newer list of the own devices: nothing is sealed before it is here.
    void ownDevicesChanged();

    void wentOnline();
    void wentOffline();
    void accepted(const std::vector<base::SubmissionNumber>& submissions);

    struct Refusal {
        base::Reason reason = base::Reason::Internal;
        qint64 retryAfterMs = 0;
        bool ownDevicesStale = false; // with StaleDevices: the own list is not the one that was sealed for
    };
    void refused(base::SubmissionNumber submission, const Refusal& refusal);

    /// Contents not yet accepted.
    [[nodiscard]] int waiting() const;
    /// Those of them that are messages people see.
    [[nodiscard]] int waitingMessages() const { return int(m_shown.size()); }

private:
    /// What goes to one account.
    struct Lane {
        std::set<qint64> waiting;
        int inFlight = 0;
        bool preparing = false;
        bool blocked = false; // a changed identity waits for the person
        bool refetch = false; // the relay refused what was sealed for the list we know
        int staleRounds = 0;  // such refusals in a row, those of one burst counted once
        qint64 retryAtMs = 0;
        queue::Backoff backoff{{.baseMs = 50, .capMs = 30'000}};
    };
    struct Flight {
        qint64 item = 0;
        base::AccountId receiver;
        qint64 bytes = 0;
        qint64 sentAtMs = 0;
    };

    void refill();
    void pump();
    bool hasRoom(std::size_t planned) const;
    std::vector<base::AccountId> turns() const;
    base::Result<std::vector<OutboxItem>> plan();
    base::Status planLane(const base::AccountId& account, Lane& lane, std::vector<OutboxItem>& planned);
    base::Result<bool> isReady(const base::AccountId& account, Lane& lane);
    base::Status sealPlanned(std::vector<OutboxItem>& planned);
    base::Status sealOne(OutboxItem& item, QVector<qint64>& failed);
    void submit(const std::vector<OutboxItem>& planned);
    void prepare(const base::AccountId& account, Lane& lane);
    void prepareOwnDevices(const base::AccountId& account);
    void ownDevicesAnswered(const base::Status& status);
    void prepared(const base::AccountId& account, const base::Status& status);
    void failLane(const base::AccountId& account, base::Reason reason);
    void settle(qint64 item);
    void endFlight(std::map<base::SubmissionNumber, Flight>::iterator flight);
    void resendUnanswered();
    void delay(Lane& lane, qint64 atLeastMs);
    void armRetry();

    EngineContext& m_context;
    OutboxLedger& m_ledger;
    SessionSetup& m_sessions;
    OutboxSealer& m_sealer;
    std::map<base::AccountId, Lane> m_lanes;
    std::map<base::SubmissionNumber, Flight> m_flights;
    QSet<qint64> m_shown;
    QTimer m_retry;
    QTimer m_continue;
    QTimer m_unanswered;
    base::AccountId m_servedLast;
    qint64 m_lastAnswerMs = 0;
    qint64 m_lastItem = 0;
    qint64 m_flightBytes = 0;
    bool m_ownDevicesStale = false;
    bool m_pumping = false;
};

} // namespace recado::messaging
