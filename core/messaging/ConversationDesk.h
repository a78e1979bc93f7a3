#pragma once

#include "messaging/OutboxLedger.h"
#include "messaging/PeerAcceptance.h"

namespace recado::messaging {

/// Opens, accepts and removes conversations. Engine thread; every function is one unit of work.
class ConversationDesk {
public:
    /// All borrowed.
    ConversationDesk(EngineContext& context, OutboxLedger& ledger, PeerAcceptance& acceptance);

    base::Result<base::ConversationId> openDirect(const base::AccountId& peer);
    base::Status accept(const base::ConversationId& conversation, FollowUps& followUps);
    base::Status remove(const base::ConversationId& conversation);

    /// Inside a work: the conversation, or UnknownChat.
    base::Result<ConversationRecord> find(const base::ConversationId& conversation);

private:
    EngineContext& m_context;
    OutboxLedger& m_ledger;
    PeerAcceptance& m_acceptance;
};

} // namespace recado::messaging
