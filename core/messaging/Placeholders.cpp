#include "messaging/Placeholders.h"

#include "messaging/ConversationClock.h"
#include "messaging/ConversationIds.h"
#include "messaging/PeerDirectory.h"

namespace recado::messaging {

base::Result<LocalId> Placeholders::add(const base::DeviceAddress& sender) {
    RECADO_TRY(const std::optional<ConversationRecord> conversation, conversationWith(sender));
    if (!conversation)
        return LocalId(0);
    RECADO_TRY(const LocalId newest,
               m_context.stores.quarantine.newestPlaceholderOf(sender.account, rowsPerSender));
    if (newest != 0) {
        RECADO_TRY(const std::optional<StoredMessage> there, m_context.stores.messages.load(newest));
        // Filled or deleted meanwhile, it no longer says that something is missing.
        if (there && there->placeholder && !there->deleted)
            return newest;
    }
    const base::ConversationId id = conversation->id;
    NewMessage row;
    row.key = {id, sender.account, base::MessageId::random()};
    row.senderDevice = sender.device;
    row.placeholder = true;
    row.timestampMs = m_context.nowMs();
    row.clock = conversation_clock::next(conversation->clock, m_context.relayNowMs());
    RECADO_CHECK(m_context.stores.conversations.saveClock(id, row.clock, conversation->ownSequence));
    RECADO_TRY(const LocalId local, m_context.stores.messages.insert(row));
    RECADO_TRY(std::optional<Message> view, m_context.stores.messages.view(local));
    if (view)
        m_context.changes.messageReceived(std::move(*view));
    m_context.changes.conversationChanged(id);
    return local;
}

base::Result<std::optional<ConversationRecord>>
Placeholders::conversationWith(const base::DeviceAddress& sender) {
    // What an own other device did belongs to a conversation that only its content names.
    if (sender.account == m_context.ownAccount())
        return std::optional<ConversationRecord>();
    const base::ConversationId id = directConversationId(m_context.ownAccount(), sender.account);
    RECADO_TRY(std::optional<ConversationRecord> there, m_context.stores.conversations.conversation(id));
    if (there)
        return there;
    // A header alone opens none, but for a device that its account's signed list names it does: otherwise the
    // first message of a stranger could vanish without a trace.
    RECADO_TRY(const std::optional<ContactRecord> contact, m_context.stores.contacts.contact(sender.account));
    if (!contact || contact->deviceListVersion == 0)
        return there;
    RECADO_TRY(const routing::DeviceList list, PeerDirectory::listOf(*contact));
    if (!list.find(sender.device))
        return there;
    ConversationRecord record;
    record.id = id;
    record.peer = sender.account;
    record.request = !contact->accepted;
    RECADO_CHECK(m_context.stores.conversations.insertConversation(record));
    m_context.changes.conversationChanged(id);
    return m_context.stores.conversations.conversation(id);
}

} // namespace recado::messaging
