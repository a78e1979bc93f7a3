#pragma once

#include "messaging/EngineContext.h"
#include "messaging/FollowUps.h"

namespace recado::messaging {

/// From when on an account may know that we are here, and what it is still owed then. Engine thread, inside a
/// work.
class PeerAcceptance {
public:
    /// Messages of a request that get their receipt when it is accepted.
    static constexpr int receiptsOnAccept = 500;

    explicit PeerAcceptance(EngineContext& context)
        : m_context(context) {}

    /// Receipts, presence, typing and resends may go to `contact` from now on; what came before gets its
    /// receipts. Success when it was accepted already.
    base::Status accept(ContactRecord& contact, const ConversationRecord& conversation, FollowUps& followUps);
    /// A stranger's message is deleted here: its receipt waits for the acceptance all the same.
    base::Status remember(const StoredMessage& deleted);
    /// The request was removed: nothing is owed.
    base::Status forget(const base::ConversationId& conversation);

private:
    struct Owed {
        base::ConversationId conversation;
        base::MessageId message;
        bool seen = false;
    };

    base::Status owe(const ContactRecord& contact, const base::ConversationId& conversation, bool seen,
                     const base::MessageId& message, FollowUps& followUps);
    base::Result<QVector<Owed>> load();
    base::Status save(const QVector<Owed>& owed);

    EngineContext& m_context;
};

} // namespace recado::messaging
