#pragma once

#include "messaging/ContentApplier.h"
#include "messaging/QuarantineBounds.h"
#include "messaging/SenderLookUps.h"

#include <deque>
#include <vector>

namespace recado::messaging {

/// Envelopes on their way in: in order, up to 256 a commit, a savepoint each, acknowledged after the commit
/// and never before. Engine thread.
class InboundPipeline : public QObject {
    Q_OBJECT
public:
    static constexpr int batchSize = 256;

    /// All borrowed.
    InboundPipeline(EngineContext& context, PeerDirectory& directory, ContentApplier& applier);

    /// Called after each commit with what it left to do.
    std::function<void(FollowUps&)> committed;

    void receive(const wire::Deliver& delivery);
    /// While held nothing is read, committed or acknowledged; the relay sends no more than its window.
    void hold(bool hold);
    void wentOnline();
    /// Forgets what is not committed: the relay sends it again.
    void wentOffline();
    /// The person decided about a changed identity: reads what was held back.
    base::Status release(const base::AccountId& account);

    /// True when all that came was committed and acknowledged. What a broken connection left behind comes
    /// again on the next one; until then it is owed.
    [[nodiscard]] bool isIdle() const { return m_queue.empty() && m_batch.empty() && !m_owed; }

private:
    /// Whether the relay has answered for the sender since the envelope was put aside.
    enum class LookUp { Open, Answered };

    void next();
    base::Result<QVector<base::AccountId>> sendersToFetch();
    void forgetOldFetches();
    void commitBatch();
    base::Status takeIn(const Envelope& envelope, FollowUps& followUps);
    base::Status quarantine(const Envelope& envelope, QuarantineCause cause, FollowUps& followUps);
    base::Status keepBounds(FollowUps& followUps);
    base::Status release(const base::AccountId& account, QuarantineCause cause);
    base::Status readHeld(const base::AccountId& account, QuarantineCause cause, LookUp lookUp,
                          FollowUps& followUps);
    base::Status releaseOne(QuarantinedEnvelope& held, LookUp lookUp, FollowUps& followUps);
    void acknowledge(const std::vector<Envelope>& batch);

    EngineContext& m_context;
    PeerDirectory& m_directory;
    EnvelopeOpener m_opener;
    ContentApplier& m_applier;
    Placeholders m_placeholders;
    QuarantineBounds m_bounds;
    std::deque<wire::Deliver> m_queue;
    std::vector<Envelope> m_batch;
    QHash<base::AccountId, qint64> m_fetchedAtMs;
    SenderLookUps m_lookUps;
    QSet<base::AccountId> m_answered;            // senders of this batch whom the relay was asked about
    QHash<base::AccountId, qint64> m_unanswered; // those it could not be; wait this long at least
    QSet<base::AccountId> m_crowding;            // those of whom this batch adds to the quarantine
    QTimer m_next;
    int m_fetching = 0;
    quint64 m_generation = 0;
    bool m_owed = false;
    bool m_held = false;
};

} // namespace recado::messaging
