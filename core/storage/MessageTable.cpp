#include "storage/MessageTable.h"

#include "storage/MessageReader.h"
#include "storage/MessageRows.h"

namespace recado::storage {

using base::Reason;
using messaging::LocalId;
using messaging::NewMessage;
using messaging::StoredMessage;

namespace {

/// Binds what ?1 to ?16 mean in both statements below.
void bindNewMessage(sql::Statement& statement, qint64 conversation, const NewMessage& message) {
    std::optional<base::AccountId> quotedAuthor;
    std::optional<base::MessageId> quotedId;
    if (message.quoted) {
        quotedAuthor = message.quoted->author;
        quotedId = message.quoted->id;
    }
    statement.bindAll(conversation, message.key.author, message.key.id, message.senderDevice,
                      message.outgoing, message.placeholder, message.type, message.text, quotedAuthor,
                      quotedId, message.timestampMs, orderable(message.clock), orderable(message.sequence),
                      orderable(message.missingBefore), message.status);
}

} // namespace

base::Result<qint64> MessageTable::conversationNumber(const base::ConversationId& conversation) {
    RECADO_TRY(
        sql::Statement row,
        m_database.query("SELECT number FROM conversation WHERE id = ?1 AND removed = 0", conversation));
    RECADO_TRY(const bool found, row.step());
    if (!found)
        return base::makeError(Reason::UnknownChat, QStringLiteral("there is no such conversation"));
    return qint64(row.int64(0));
}

base::Result<LocalId> MessageTable::insert(const NewMessage& message) {
    RECADO_TRY(const qint64 conversation, conversationNumber(message.key.conversation));
    RECADO_TRY(sql::Statement statement,
               m_database.prepare("INSERT INTO message (conversation, author, message_id, device, outgoing, "
                                  "placeholder, type, text, quoted_author, quoted_id, timestamp_ms, clock, "
                                  "sequence, missing_before, status) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, "
                                  "?9, ?10, ?11, ?12, ?13, ?14, ?15)"));
    bindNewMessage(statement, conversation, message);
    RECADO_CHECK(statement.finish());
    // Unharmed by what the triggers insert: the engine restores it when they end.
    return LocalId(m_database.lastInsertId());
}

base::Status MessageTable::fillPlaceholder(LocalId placeholder, const NewMessage& message) {
    RECADO_TRY(const qint64 conversation, conversationNumber(message.key.conversation));
    RECADO_TRY(sql::Statement statement,
               m_database.prepare("UPDATE message SET conversation = ?1, author = ?2, message_id = ?3, "
                                  "device = ?4, outgoing = ?5, placeholder = ?6, type = ?7, text = ?8, "
                                  "quoted_author = ?9, quoted_id = ?10, timestamp_ms = ?11, clock = ?12, "
                                  "sequence = ?13, missing_before = ?14, status = ?15, failure = NULL "
                                  "WHERE id = ?16 AND placeholder = 1"));
    bindNewMessage(statement, conversation, message);
    statement.bind(16, placeholder);
    RECADO_CHECK(statement.finish());
    return messageChanged(m_database);
}

base::Result<std::optional<LocalId>> MessageTable::fillGap(const base::ConversationId& conversation,
                                                           const base::DeviceAddress& sender,
                                                           quint64 sequence) {
    RECADO_TRY(sql::Statement row,
               m_database.query("SELECT m.id FROM message AS m WHERE m.conversation = (SELECT number FROM "
                                "conversation WHERE id = ?1) AND m.author = ?2 AND m.device = ?3 AND "
                                "m.sequence > ?4 AND m.missing_before > 0 ORDER BY m.sequence LIMIT 1",
                                conversation, sender.account, sender.device, orderable(sequence)));
    RECADO_TRY(const bool found, row.step());
    if (!found)
        return std::optional<LocalId>();
    const LocalId message = row.int64(0);
    RECADO_CHECK(
        m_database.run("UPDATE message SET missing_before = missing_before - 1 WHERE id = ?1", message));
    return std::optional<LocalId>(message);
}

base::Result<std::optional<StoredMessage>> MessageTable::load(LocalId message) {
    RECADO_TRY(sql::Statement row, m_database.query(RECADO_STORED_MESSAGE "WHERE m.id = ?1", message));
    return optionalStoredMessage(row);
}

base::Result<std::optional<StoredMessage>> MessageTable::find(const messaging::MessageKey& key) {
    RECADO_TRY(sql::Statement row, m_database.query(RECADO_STORED_MESSAGE
                                                    "WHERE c.id = ?1 AND m.author = ?2 AND m.message_id = ?3",
                                                    key.conversation, key.author, key.id));
    return optionalStoredMessage(row);
}

base::Result<std::optional<messaging::Message>> MessageTable::view(LocalId message) {
    return MessageReader(m_database).message(message);
}

} // namespace recado::storage
