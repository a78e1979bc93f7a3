#pragma once

#include "messaging/ContentApplier.h"
#include "messaging/PeerDirectory.h"

#include <QObject>
#include <QTimer>

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
    /// Forgets what is not committed: the relay sends it again.
    void wentOffline();
    /// The person decided about a changed identity: reads what was held back.
    base::Status release(const base::AccountId& account);

    /// True when all that came was committed and acknowledged.
    [[nodiscard]] bool isIdle() const { return m_queue.empty() && m_batch.empty(); }

private:
    void next();
    base::Result<QVector<base::AccountId>> sendersToFetch();
    void commitBatch();
    base::Status takeIn(const Envelope& envelope, FollowUps& followUps);
    base::Status quarantine(const Envelope& envelope, QuarantineCause cause, FollowUps& followUps);
    base::Result<LocalId> addPlaceholder(const Envelope& envelope);
    base::Status releaseOne(QuarantinedEnvelope& held, FollowUps& followUps);
    void acknowledge(const std::vector<Envelope>& batch);

    EngineContext& m_context;
    PeerDirectory& m_directory;
    EnvelopeOpener m_opener;
    ContentApplier& m_applier;
    std::deque<wire::Deliver> m_queue;
    std::vector<Envelope> m_batch;
    QHash<base::AccountId, qint64> m_fetchedAtMs;
    QTimer m_next;
    int m_fetching = 0;
    quint64 m_generation = 0;
};

} // namespace recado::messaging
