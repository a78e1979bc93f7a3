#include "storage/ConversationReader.h"

#include "storage/MessageReader.h"
#include "storage/Rows.h"

namespace recado::storage {

using messaging::Conversation;
using messaging::Message;

namespace {

/// A hybrid logical clock counts in its low bits what happens within a millisecond (DESIGN, "Order").
constexpr int clockCounterBits = 16;

} // namespace

base::Result<QVector<Conversation>> ConversationReader::all() {
    RECADO_TRY(
        sql::Statement rows,
        m_database.prepare("SELECT c.id, c.type, c.peer, k.address, k.display_name, c.request, c.clock, "
                           "k.identity_pending <> x'' FROM conversation AS c LEFT JOIN contact AS k ON "
                           "k.account = c.peer WHERE c.removed = 0"));
    RECADO_TRY(QVector<Conversation> conversations, everyRow<Conversation>(rows, read));
    RECADO_TRY(auto messages, lastMessages(conversations));
    RECADO_TRY(const auto unread, unreadCounts());
    for (Conversation& conversation : conversations) {
        conversation.unread = unread.value(conversation.id);
        if (const auto last = messages.find(conversation.id); last != messages.end()) {
            conversation.lastActivityMs = last->timestampMs;
            conversation.lastMessage = std::move(*last);
        }
    }
    std::stable_sort(
        conversations.begin(), conversations.end(),
        [](const Conversation& a, const Conversation& b) { return a.lastActivityMs > b.lastActivityMs; });
    return conversations;
}

Conversation ConversationReader::read(const sql::Statement& row) {
    Conversation conversation;
    conversation.id = row.id<base::ConversationId>(0);
    conversation.type = messaging::ConversationType(row.integer(1));
    const messaging::Person peer{row.id<base::AccountId>(2), row.text(3), row.text(4)};
    conversation.title = peer.displayName.isEmpty() ? peer.address : peer.displayName;
    conversation.participants.append(peer);
    conversation.request = row.integer(5) != 0;
    conversation.lastActivityMs = row.int64(6) >> clockCounterBits;
    conversation.identityChanged = row.integer(7) != 0;
    return conversation;
}

base::Result<QHash<base::ConversationId, Message>>
ConversationReader::lastMessages(const QVector<Conversation>& conversations) {
    MessageReader reader(m_database);
    for (const Conversation& conversation : conversations)
        reader.people().remember(conversation.participants.first());
    RECADO_TRY(sql::Statement rows,
               m_database.prepare(RECADO_VIEWED_MESSAGE "WHERE c.removed = 0 AND m.id = c.last_message"));
    RECADO_TRY(QVector<Message> messages, reader.all(rows));
    QHash<base::ConversationId, Message> byConversation;
    byConversation.reserve(messages.size());
    for (Message& message : messages)
        byConversation.insert(message.conversation, std::move(message));
    return byConversation;
}

base::Result<QHash<base::ConversationId, int>> ConversationReader::unreadCounts() {
    RECADO_TRY(
        sql::Statement row,
        m_database.prepare("SELECT c.id, n.unread FROM (SELECT conversation, count(*) AS unread FROM "
                           "message INDEXED BY message_unseen WHERE status = 5 AND deleted = 0 GROUP "
                           "BY conversation) AS n JOIN conversation AS c ON c.number = n.conversation"));
    QHash<base::ConversationId, int> counts;
    while (true) {
        RECADO_TRY(const bool found, row.step());
        if (!found)
            return counts;
        counts.insert(row.id<base::ConversationId>(0), row.integer(1));
    }
}

} // namespace recado::storage
