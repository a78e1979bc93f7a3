#pragma once

#include "messaging/FollowUps.h"
#include "messaging/Outbox.h"

namespace recado::messaging {

/// Opens, accepts and removes conversations. Engine thread; every function is one unit of work.
class ConversationDesk {
public:
    /// Messages of a request that get their receipt when it is accepted.
    static constexpr int receiptsOnAccept = 500;

    /// Both are borrowed.
    ConversationDesk(EngineContext& context, Outbox& outbox);

    base::Result<base::ConversationId> openDirect(const base::AccountId& peer);
    base::Status accept(const base::ConversationId& conversation, FollowUps& followUps);
    base::Status remove(const base::ConversationId& conversation);

    /// Inside a work: the conversation, or UnknownChat.
    base::Result<ConversationRecord> find(const base::ConversationId& conversation);
    /// Inside a work: the person speaks to this account, so from now on it may know that we are here.
    base::Status acceptPeer(ContactRecord& contact, const ConversationRecord& conversation,
                            FollowUps& followUps);

private:
    EngineContext& m_context;
    Outbox& m_outbox;
};

} // namespace recado::messaging
