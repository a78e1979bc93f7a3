#include "messaging/OutboxLedger.h"

#include "messaging/ConversationIds.h"
#include "protocol/FrameCodec.h"

namespace recado::messaging {

using base::Reason;
using protocol::fromBytes;
using protocol::toBytes;

base::Status OutboxLedger::append(const base::AccountId& receiver, const base::MessageId& id, LocalId message,
                                  content::Content content) {
    OutboxItem item;
    item.receiver = receiver;
    item.conversation = directConversationId(m_context.ownAccount(), receiver);
    item.messageId = id;
    item.message = message;
    return insert(item, content);
}

base::Status OutboxLedger::appendForOwnDevices(const base::AccountId& peer, content::Content content) {
    if (!m_context.state.hasOtherDevices())
        return {};
    OutboxItem item;
    item.receiver = m_context.ownAccount();
    item.conversation = directConversationId(m_context.ownAccount(), peer);
    item.messageId = base::MessageId::random();
    content.set_peer_account(fromBytes(peer.toBytes()));
    return insert(item, content);
}

base::Status OutboxLedger::insert(OutboxItem& item, content::Content& content) {
    item.createdMs = m_context.nowMs();
    content.set_message_id(fromBytes(item.messageId.toBytes()));
    content.set_conversation_id(fromBytes(item.conversation.toBytes()));
    if (content.sent_at_ms() == 0)
        content.set_sent_at_ms(quint64(item.createdMs));
    item.content = toBytes(content.SerializeAsString());
    RECADO_TRY([[maybe_unused]] const qint64 added, m_context.stores.outbox.append(item));
    return {};
}

base::Status OutboxLedger::composeAnew(OutboxItem& item) {
    if (item.submission != 0)
        item.earlierSubmissions.append(std::exchange(item.submission, 0));
    while (item.earlierSubmissions.size() > earlierKept)
        item.earlierSubmissions.removeFirst();
    item.acceptedMs = 0;
    return sealAgain(item);
}

base::Status OutboxLedger::sealAgain(OutboxItem& item) {
    item.state = OutboxState::Composed;
    item.sealed.clear();
    return m_context.stores.outbox.update(item);
}

base::Status OutboxLedger::accept(OutboxItem& item) {
    item.state = OutboxState::Accepted;
    item.sealed.clear();
    item.acceptedMs = m_context.nowMs();
    if (item.message != 0) {
        RECADO_TRY(const std::optional<StoredMessage> row, m_context.stores.messages.load(item.message));
        if (row && (row->status == MessageStatus::Delivered || row->status == MessageStatus::Read))
            item.state = OutboxState::Delivered; // the receipt was faster
        else if (row && row->status != MessageStatus::Sent)
            RECADO_CHECK(tellStatus(item, MessageStatus::Sent, std::nullopt));
    }
    return m_context.stores.outbox.update(item);
}

base::Status OutboxLedger::fail(OutboxItem& item, Reason reason) {
    item.state = OutboxState::Failed;
    item.sealed.clear();
    RECADO_CHECK(m_context.stores.outbox.update(item));
    if (item.message == 0)
        return {};
    RECADO_TRY(const std::optional<StoredMessage> row, m_context.stores.messages.load(item.message));
    // Sent is a promise of the relay: one that was restored from a backup, or a request to send it again,
    // may show that it was not kept.
    if (!row || (row->status != MessageStatus::Pending && row->status != MessageStatus::Sent))
        return {};
    return tellStatus(item, MessageStatus::Failed, reason);
}

base::Status OutboxLedger::tellStatus(const OutboxItem& item, MessageStatus status,
                                      std::optional<Reason> failure) {
    RECADO_CHECK(m_context.stores.statuses.setStatus(item.message, status, failure));
    RECADO_TRY(const std::optional<ContactRecord> contact, m_context.stores.contacts.contact(item.receiver));
    m_context.changes.statusChanged(item.message, item.conversation, status,
                                    contact ? personOf(*contact) : Person{item.receiver, {}, {}});
    return {};
}

} // namespace recado::messaging
