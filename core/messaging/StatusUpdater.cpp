#include "messaging/StatusUpdater.h"

#include "protocol/FrameCodec.h"

namespace recado::messaging {

namespace {

int statusRank(MessageStatus status) {
    switch (status) {
    case MessageStatus::Sent:
        return 1;
    case MessageStatus::Delivered:
        return 2;
    case MessageStatus::Read:
        return 3;
    default:
        return 0; // also Failed: whoever has it proves that it did not fail
    }
}

} // namespace

base::Status StatusUpdater::apply(const content::Receipt& receipt, const base::ConversationId& conversation,
                                  const ContactRecord& from) {
    const bool read = receipt.kind() == content::Receipt::KIND_READ;
    if (!read && receipt.kind() != content::Receipt::KIND_DELIVERED)
        return {};
    const int count = std::min(receipt.message_ids_size(), maximumIds);
    for (int index = 0; index < count; ++index) {
        const auto id = base::MessageId::fromBytes(protocol::toBytes(receipt.message_ids(index)));
        if (!id)
            continue;
        RECADO_TRY(const std::optional<StoredMessage> message,
                   m_context.stores.messages.find({conversation, m_context.ownAccount(), *id}));
        if (message && message->outgoing)
            RECADO_CHECK(raise(*message, read ? MessageStatus::Read : MessageStatus::Delivered, from));
    }
    return {};
}

base::Status StatusUpdater::raise(const StoredMessage& message, MessageStatus status,
                                  const ContactRecord& from) {
    if (statusRank(status) <= statusRank(message.status))
        return {};
    RECADO_CHECK(m_context.stores.statuses.setStatus(message.local, status, std::nullopt));
    m_context.changes.statusChanged(message.local, message.key.conversation, status, personOf(from));
    RECADO_TRY(std::optional<OutboxItem> item, m_context.stores.outbox.byMessage(message.local));
    if (!item || item->state != OutboxState::Accepted)
        return {};
    item->state = OutboxState::Delivered;
    return m_context.stores.outbox.update(*item);
}

} // namespace recado::messaging
