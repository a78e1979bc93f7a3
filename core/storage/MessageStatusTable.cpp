#include "storage/MessageStatusTable.h"

#include "storage/MessageRows.h"

namespace recado::storage {

using messaging::LocalId;
using messaging::MessageStatus;
using messaging::StoredMessage;

// The schema's index of what is unseen names Received by its number, and the steps of a status are compared
// by theirs.
static_assert(int(MessageStatus::Pending) == 0 && int(MessageStatus::Sent) == 1 &&
              int(MessageStatus::Delivered) == 2 && int(MessageStatus::Read) == 3 &&
              int(MessageStatus::Failed) == 4 && int(MessageStatus::Received) == 5 &&
              int(MessageStatus::Seen) == 6);

base::Status MessageStatusTable::setStatus(LocalId message, MessageStatus status,
                                           std::optional<base::Reason> failure) {
    std::optional<QString> reason;
    if (status == MessageStatus::Failed && failure)
        reason = QString(base::reasonName(*failure));
    RECADO_CHECK(m_database.run(
        "UPDATE message SET status = ?2, failure = ?3 WHERE id = ?1 AND (status >= 5) = (?2 >= 5) "
        "AND iif(?2 = 4, 1, ?2) >= iif(status = 4, 0, status)",
        message, status, reason));
    if (m_database.changes() > 0)
        return {};
    RECADO_TRY(sql::Statement row, m_database.query("SELECT 1 FROM message WHERE id = ?1", message));
    RECADO_TRY(const bool found, row.step());
    if (!found)
        return base::makeError(base::Reason::UnknownMessage, QStringLiteral("there is no such message"));
    return {};
}

base::Status MessageStatusTable::setOrder(LocalId message, quint64 clock, quint64 sequence) {
    RECADO_CHECK(m_database.run("UPDATE message SET clock = ?2, sequence = ?3 WHERE id = ?1", message,
                                orderable(clock), orderable(sequence)));
    return messageChanged(m_database);
}

base::Result<QVector<StoredMessage>> MessageStatusTable::markSeen(LocalId upTo) {
    RECADO_TRY(
        sql::Statement anchor,
        m_database.query("SELECT conversation, clock, author, sequence FROM message WHERE id = ?1", upTo));
    RECADO_TRY(const bool found, anchor.step());
    if (!found)
        return base::makeError(base::Reason::UnknownMessage, QStringLiteral("there is no such message"));
    const qint64 conversation = anchor.int64(0);
    const qint64 clock = anchor.int64(1);
    const QByteArray author = anchor.bytes(2);
    const qint64 sequence = anchor.int64(3);
    // Left to itself the planner walks the whole timeline, read or not.
    RECADO_TRY(sql::Statement rows,
               m_database.query(RECADO_STORED_MESSAGE
                                "WHERE m.placeholder = 0 AND m.id IN (SELECT id FROM message INDEXED BY "
                                "message_unseen WHERE conversation = ?1 AND status = 5 AND (clock, author, "
                                "sequence, id) <= (?2, ?3, ?4, ?5)) "
                                "ORDER BY m.clock, m.author, m.sequence, m.id",
                                conversation, clock, author, sequence, upTo));
    RECADO_TRY(QVector<StoredMessage> changed, everyRow<StoredMessage>(rows, readStoredMessage));
    RECADO_CHECK(m_database.run(
        "UPDATE message INDEXED BY message_unseen SET status = 6 WHERE conversation = ?1 AND status = 5 AND "
        "(clock, author, sequence, id) <= (?2, ?3, ?4, ?5)",
        conversation, clock, author, sequence, upTo));
    for (StoredMessage& message : changed)
        message.status = MessageStatus::Seen;
    return changed;
}

base::Result<QVector<StoredMessage>>
MessageStatusTable::newestIncoming(const base::ConversationId& conversation, int limit) {
    RECADO_TRY(sql::Statement rows,
               m_database.query(RECADO_STORED_MESSAGE
                                "WHERE c.id = ?1 AND m.outgoing = 0 AND m.placeholder = 0 AND m.deleted = 0 "
                                "ORDER BY m.clock DESC, m.author DESC, m.sequence DESC, m.id DESC LIMIT ?2",
                                conversation, limit));
    return everyRow<StoredMessage>(rows, readStoredMessage);
}

} // namespace recado::storage
