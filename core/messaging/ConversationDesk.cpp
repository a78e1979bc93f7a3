#include "messaging/ConversationDesk.h"

#include "messaging/ConversationIds.h"

namespace recado::messaging {

using base::makeError;
using base::Reason;

ConversationDesk::ConversationDesk(EngineContext& context, OutboxLedger& ledger, PeerAcceptance& acceptance)
    : m_context(context)
    , m_ledger(ledger)
    , m_acceptance(acceptance) {}

base::Result<base::ConversationId> ConversationDesk::openDirect(const base::AccountId& peer) {
    const base::ConversationId id = directConversationId(m_context.ownAccount(), peer);
    const base::Status written = inWork(m_context, [&]() -> base::Status {
        RECADO_TRY(const std::optional<ConversationRecord> there,
                   m_context.stores.conversations.conversation(id));
        if (there)
            return {};
        ConversationRecord record;
        record.id = id;
        record.peer = peer;
        m_context.changes.conversationChanged(id);
        return m_context.stores.conversations.insertConversation(record);
    });
    RECADO_CHECK(written);
    return id;
}

base::Result<ConversationRecord> ConversationDesk::find(const base::ConversationId& conversation) {
    RECADO_TRY(std::optional<ConversationRecord> record,
               m_context.stores.conversations.conversation(conversation));
    if (!record)
        return makeError(Reason::UnknownChat, QStringLiteral("there is no such conversation"));
    return std::move(*record);
}

base::Status ConversationDesk::accept(const base::ConversationId& conversation, FollowUps& followUps) {
    return inWork(m_context, [&]() -> base::Status {
        RECADO_TRY(const ConversationRecord record, find(conversation));
        RECADO_TRY(std::optional<ContactRecord> contact, m_context.stores.contacts.contact(record.peer));
        if (!contact)
            return makeError(Reason::UnknownChat, QStringLiteral("there is no such contact"));
        const bool before = contact->accepted;
        RECADO_CHECK(m_acceptance.accept(*contact, record, followUps));
        if (before)
            return {};
        content::Content greeting;
        greeting.mutable_greeting()->set_accepted(true);
        return m_ledger.append(record.peer, base::MessageId::random(), 0, std::move(greeting));
    });
}

base::Status ConversationDesk::remove(const base::ConversationId& conversation) {
    return inWork(m_context, [&]() -> base::Status {
        RECADO_TRY([[maybe_unused]] const ConversationRecord record, find(conversation));
        RECADO_CHECK(m_context.stores.receipts.clear(conversation));
        RECADO_CHECK(m_acceptance.forget(conversation));
        m_context.changes.conversationChanged(conversation);
        return m_context.stores.conversations.removeConversation(conversation);
    });
}

} // namespace recado::messaging
