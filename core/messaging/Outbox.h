#pragma once

#include "content.pb.h"
#include "messaging/OutboxSealer.h"
#include "messaging/SessionSetup.h"
#include "queue/Backoff.h"

#include <QHash>
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
    /// Numbers of earlier submissions kept with an item.
    static constexpr int earlierKept = 8;

    /// All borrowed.
    Outbox(EngineContext& context, SessionSetup& sessions, OutboxSealer& sealer);

    /// The number of contents that wait for the relay changed.
    std::function<void()> countChanged;

    /// Inside a work: puts a content for `receiver` at the end. `message` is the row whose status follows it,
    /// or 0. Follow the commit with wake().
    base::Status append(const base::AccountId& receiver, const base::MessageId& id, LocalId message,
                        content::Content content);
    /// Inside a work: an item that was accepted, or failed, is to be sealed anew under another number. Follow
    /// the commit with requeue().
    base::Status composeAnew(OutboxItem& item);

    /// After a commit: takes up what was appended.
    void wake();
    void requeue(const QVector<OutboxItem>& items);
    /// The person decided about a changed identity, or the peer's devices changed.
    void unblock(const base::AccountId& account);

    void wentOnline();
    void wentOffline();
    void accepted(const std::vector<base::SubmissionNumber>& submissions);
    void refused(base::SubmissionNumber submission, base::Reason reason, qint64 retryAfterMs);

    /// Contents not yet accepted.
    [[nodiscard]] int waiting() const;
    /// Those of them that are messages people see.
    [[nodiscard]] int waitingMessages() const { return int(m_shown.size()); }

private:
    struct Lane {
        std::set<qint64> waiting;
        int inFlight = 0;
        bool preparing = false;
        bool blocked = false; // a changed identity waits for the person
        bool refetch = false; // the relay refused what was sealed for the list we know
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
    base::Result<std::vector<OutboxItem>> plan();
    base::Status planLane(const base::AccountId& account, Lane& lane, std::vector<OutboxItem>& planned);
    base::Status sealPlanned(std::vector<OutboxItem>& planned);
    void submit(const std::vector<OutboxItem>& planned);
    void prepare(const base::AccountId& account, Lane& lane);
    void prepared(const base::AccountId& account, const base::Status& status);
    base::Status fail(OutboxItem& item, base::Reason reason);
    void failLane(const base::AccountId& account, base::Reason reason);
    void settle(qint64 item);
    base::Status markAccepted(OutboxItem& item);
    void resendUnanswered();
    void delay(Lane& lane, qint64 atLeastMs);
    void armRetry();

    EngineContext& m_context;
    SessionSetup& m_sessions;
    OutboxSealer& m_sealer;
    QHash<base::AccountId, Lane> m_lanes;
    std::map<base::SubmissionNumber, Flight> m_flights;
    QSet<qint64> m_shown;
    QTimer m_retry;
    QTimer m_continue;
    QTimer m_unanswered;
    qint64 m_lastAnswerMs = 0;
    qint64 m_lastItem = 0;
    qint64 m_flightBytes = 0;
    bool m_pumping = false;
};

} // namespace recado::messaging
