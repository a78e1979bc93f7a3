#include "messaging/CopyApplier.h"

#include "messaging/ConversationIds.h"
#include "messaging/MessageTexts.h"
#include "messaging/StatusUpdater.h"
#include "protocol/FrameCodec.h"

namespace recado::messaging {

using base::makeError;
using base::Reason;
using protocol::toBytes;

CopyApplier::CopyApplier(EngineContext& context, ResendDesk& resends, PeerAcceptance& acceptance,
                         ChangeApplier& changes, MessagePlacer& placer)
    : m_context(context)
    , m_resends(resends)
    , m_acceptance(acceptance)
    , m_changes(changes)
    , m_placer(placer) {}

base::Status CopyApplier::apply(const content::Content& content, const ContactRecord& own,
                                const base::DeviceAddress& sender, FollowUps& followUps) {
    if (content.has_resend_request())
        return m_resends.answer(content.resend_request(), own, followUps);
    const auto peer = base::AccountId::fromBytes(toBytes(content.peer_account()));
    if (!peer)
        return {}; // one device greets another
    switch (content.body_case()) {
    case content::Content::kText:
        return applyText(content, *peer, sender, followUps);
    case content::Content::kEdit:
    case content::Content::kDeleteMessage:
    case content::Content::kReaction:
        return m_changes.apply(content, own);
    case content::Content::kReceipt:
        return applyRead(content.receipt(), *peer);
    case content::Content::kGreeting:
        return content.greeting().accepted() ? acceptPeer(*peer, followUps) : base::Status();
    default:
        return {};
    }
}

base::Status CopyApplier::applyText(const content::Content& content, const base::AccountId& peer,
                                    const base::DeviceAddress& sender, FollowUps& followUps) {
    if (!isUsableText(content.text().text(), m_context.state.limits))
        return makeError(Reason::MalformedFrame, QStringLiteral("a copy without a usable text"));
    RECADO_TRY(const ConversationRecord conversation, openConversation(peer, followUps));
    NewMessage message = newMessage(content, conversation.id, m_context.ownAccount());
    message.senderDevice = sender.device;
    message.outgoing = true;
    message.status = MessageStatus::Sent;
    RECADO_CHECK(m_placer.place(message, conversation, content, sender));
    RECADO_TRY(const LocalId local, m_context.stores.messages.insert(message));
    const std::size_t mark = m_context.changes.mark();
    RECADO_CHECK(m_changes.applyEarly(message.key));
    m_context.changes.rollBackTo(mark); // told below, as it is by now
    RECADO_TRY(std::optional<Message> view, m_context.stores.messages.view(local));
    if (!view)
        return makeError(Reason::StorageCorrupt, QStringLiteral("a new row is not there"));
    m_context.changes.messageSent(std::move(*view));
    m_context.changes.conversationChanged(conversation.id);
    return {};
}

base::Status CopyApplier::applyRead(const content::Receipt& receipt, const base::AccountId& peer) {
    const base::ConversationId conversation = directConversationId(m_context.ownAccount(), peer);
    const int count = std::min(receipt.message_ids_size(), StatusUpdater::maximumIds);
    for (int index = 0; index < count; ++index) {
        const auto id = base::MessageId::fromBytes(toBytes(receipt.message_ids(index)));
        if (!id)
            continue;
        RECADO_TRY(const std::optional<StoredMessage> message,
                   m_context.stores.messages.find({conversation, peer, *id}));
        if (!message || message->status != MessageStatus::Received)
            continue;
        RECADO_TRY([[maybe_unused]] const QVector<StoredMessage> seen,
                   m_context.stores.statuses.markSeen(message->local));
        m_context.changes.conversationChanged(conversation);
    }
    return {};
}

base::Status CopyApplier::acceptPeer(const base::AccountId& peer, FollowUps& followUps) {
    RECADO_TRY([[maybe_unused]] const ConversationRecord conversation, openConversation(peer, followUps));
    return {};
}

/// Whoever was written to or accepted there is accepted here.
base::Result<ConversationRecord> CopyApplier::openConversation(const base::AccountId& peer,
                                                               FollowUps& followUps) {
    RECADO_TRY(std::optional<ContactRecord> contact, m_context.stores.contacts.contact(peer));
    if (!contact) {
        contact.emplace();
        contact->account = peer;
    }
    if (contact->address.isEmpty())
        followUps.toLookUp.insert(peer);
    const base::ConversationId id = directConversationId(m_context.ownAccount(), peer);
    RECADO_TRY(std::optional<ConversationRecord> record, m_context.stores.conversations.conversation(id));
    if (!record) {
        ConversationRecord fresh;
        fresh.id = id;
        fresh.peer = peer;
        RECADO_CHECK(m_context.stores.conversations.insertConversation(fresh));
        // It may have been removed before; then its clock goes on where it was.
        RECADO_TRY(record, m_context.stores.conversations.conversation(id));
        m_context.changes.conversationChanged(id);
    }
    RECADO_CHECK(m_acceptance.accept(*contact, *record, followUps));
    record->request = false;
    return std::move(*record);
}

} // namespace recado::messaging
