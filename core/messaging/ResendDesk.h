#pragma once

#include "content.pb.h"
#include "messaging/EngineContext.h"
#include "messaging/FollowUps.h"
#include "messaging/Outbox.h"
#include "queue/TokenBucket.h"

#include <QObject>
#include <QTimer>

namespace recado::messaging {

/// Asks for what could not be read, over a fresh session, and answers such questions: bounded both ways, and
/// only between accounts that accepted each other (or whom privacy would accept at once), or devices of one
/// account. Engine thread.
class ResendDesk : public QObject {
    Q_OBJECT
public:
    /// Times one envelope is asked for, and times one content is sent again.
    static constexpr int attempts = 3;
    /// Submissions one request names.
    static constexpr int requestSize = 100;
    /// Requests to one account at once; then one each EngineTiming::resendAgainMs. Anybody can put anybody's
    /// name on an envelope, and each request costs a session.
    static constexpr int requestBurst = 5;

    /// All borrowed.
    ResendDesk(EngineContext& context, OutboxLedger& ledger, Outbox& outbox);

    /// Inside a work: takes the named contents up again. The device is a listed one, its identity trusted.
    base::Status answer(const content::ResendRequest& request, const ContactRecord& from,
                        FollowUps& followUps);

    /// Outside any work: asks for envelopes that were never asked for; with `again` for all.
    void ask(bool again);

private:
    base::Status askOne(const base::AccountId& account, bool again, bool& asked);

    bool mayAsk(const base::AccountId& account);

    EngineContext& m_context;
    OutboxLedger& m_ledger;
    Outbox& m_outbox;
    QHash<base::AccountId, queue::TokenBucket> m_questions;
    QTimer m_again;
};

} // namespace recado::messaging
