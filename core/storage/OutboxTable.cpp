#include "storage/OutboxTable.h"

#include "storage/Rows.h"

namespace recado::storage {

using messaging::OutboxItem;
using messaging::OutboxState;

#define RECADO_OUTBOX_ITEM                                                                                   \
    "SELECT o.id, o.receiver, o.conversation, o.message_id, o.message, o.state, o.submission, o.resends, "   \
    "o.created_ms, o.accepted_ms, o.content, o.sealed FROM outbox AS o "

// The index by state, and the expiry below, know states by their numbers.
static_assert(int(OutboxState::Composed) == 0 && int(OutboxState::Sealed) == 1 &&
              int(OutboxState::Accepted) == 2 && int(OutboxState::Delivered) == 3 &&
              int(OutboxState::Failed) == 4);

base::Result<qint64> OutboxTable::append(const OutboxItem& item) {
    RECADO_CHECK(m_database.run(
        "INSERT INTO outbox (receiver, conversation, message_id, message, state, submission, "
        "resends, created_ms, accepted_ms, content, sealed) VALUES (?1, ?2, ?3, ?4, ?5, ?6, "
        "?7, ?8, ?9, ?10, ?11)",
        item.receiver, item.conversation, item.messageId, item.message, item.state, item.submission,
        item.resends, item.createdMs, item.acceptedMs, item.content, item.sealed));
    const qint64 id = m_database.lastInsertId();
    RECADO_CHECK(addSubmissions(item, id));
    return id;
}

base::Status OutboxTable::update(const OutboxItem& item) {
    RECADO_CHECK(m_database.run("UPDATE outbox SET state = ?2, submission = ?3, resends = ?4, accepted_ms = "
                                "?5, content = ?6, sealed = ?7 WHERE id = ?1",
                                item.id, item.state, item.submission, item.resends, item.acceptedMs,
                                item.content, item.sealed));
    RECADO_CHECK(
        oneRowChanged(m_database, base::Reason::StorageFailed, "there is no such item in the outbox"));
    RECADO_CHECK(addSubmissions(item, item.id));
    if (item.state != OutboxState::Delivered || item.message == 0)
        return {};
    // The words of a message that was deleted on its way were kept for a resend only.
    return m_database.run("DELETE FROM outbox WHERE id = ?1 AND EXISTS (SELECT 1 FROM message WHERE id = ?2 "
                          "AND deleted = 1)",
                          item.id, item.message);
}

base::Status OutboxTable::addSubmissions(const OutboxItem& item, qint64 id) {
    for (const base::SubmissionNumber submission : item.earlierSubmissions)
        RECADO_CHECK(addSubmission(id, submission));
    return item.submission == 0 ? base::Status() : addSubmission(id, item.submission);
}

base::Status OutboxTable::addSubmission(qint64 item, base::SubmissionNumber submission) {
    RECADO_CHECK(m_database.run("INSERT INTO outbox_submission (submission, outbox) VALUES (?1, ?2) "
                                "ON CONFLICT (submission) DO NOTHING",
                                submission, item));
    if (m_database.changes() == 1)
        return {};
    // Mostly it is known already: an item is updated several times under one number.
    RECADO_TRY(sql::Statement known,
               m_database.query("SELECT 1 FROM outbox_submission WHERE submission = ?1 AND outbox = ?2",
                                submission, item));
    RECADO_TRY(const bool itsOwn, known.step());
    if (!itsOwn)
        return base::makeError(base::Reason::StorageFailed,
                               QStringLiteral("the submission number belongs to another item"));
    return {};
}

base::Result<std::optional<OutboxItem>> OutboxTable::read(sql::Statement& row) {
    RECADO_TRY(const bool found, row.step());
    if (!found)
        return std::optional<OutboxItem>();
    OutboxItem item;
    item.id = row.int64(0);
    item.receiver = row.id<base::AccountId>(1);
    item.conversation = row.id<base::ConversationId>(2);
    item.messageId = row.id<base::MessageId>(3);
    item.message = row.int64(4);
    item.state = OutboxState(row.integer(5));
    item.submission = row.uint64(6);
    item.resends = row.integer(7);
    item.createdMs = row.int64(8);
    item.acceptedMs = row.int64(9);
    item.content = row.bytes(10);
    item.sealed = row.bytes(11);
    RECADO_TRY(sql::Statement numbers,
               m_database.query("SELECT submission FROM outbox_submission WHERE outbox = ?1 AND submission "
                                "<> ?2 ORDER BY submission",
                                item.id, item.submission));
    RECADO_TRY(item.earlierSubmissions, everyRow<base::SubmissionNumber>(
                                            numbers, [](const sql::Statement& at) { return at.uint64(0); }));
    return std::optional<OutboxItem>(std::move(item));
}

base::Result<std::optional<OutboxItem>> OutboxTable::find(qint64 id) {
    RECADO_TRY(sql::Statement row, m_database.query(RECADO_OUTBOX_ITEM "WHERE o.id = ?1", id));
    return read(row);
}

base::Result<std::optional<OutboxItem>> OutboxTable::bySubmission(base::SubmissionNumber submission) {
    RECADO_TRY(sql::Statement row,
               m_database.query(RECADO_OUTBOX_ITEM "JOIN outbox_submission AS s ON s.outbox = o.id WHERE "
                                                   "s.submission = ?1",
                                submission));
    return read(row);
}

base::Result<std::optional<OutboxItem>> OutboxTable::byMessage(messaging::LocalId message) {
    RECADO_TRY(sql::Statement row,
               m_database.query(RECADO_OUTBOX_ITEM "JOIN message AS m ON m.id = o.message AND m.message_id "
                                                   "= o.message_id WHERE o.message = ?1 AND o.message > 0 "
                                                   "ORDER BY o.id DESC LIMIT 1",
                                message));
    return read(row);
}

base::Result<QVector<OutboxItem>> OutboxTable::list(const QVector<OutboxState>& states, qint64 after,
                                                    int limit) {
    // Each state by its own range of the index: thousands of accepted items lie between two waiting ones.
    QVector<qint64> ids;
    for (const OutboxState state : states) {
        RECADO_TRY(sql::Statement row,
                   m_database.query("SELECT id FROM outbox WHERE state = ?1 AND id > ?2 ORDER BY id LIMIT ?3",
                                    state, after, limit));
        RECADO_TRY(const QVector<qint64> some,
                   everyRow<qint64>(row, [](const sql::Statement& at) { return qint64(at.int64(0)); }));
        ids.append(some);
    }
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    QVector<OutboxItem> items;
    for (qsizetype i = 0; i < ids.size() && i < limit; ++i) {
        RECADO_TRY(std::optional<OutboxItem> item, find(ids[i]));
        if (item)
            items.append(*std::move(item));
    }
    return items;
}

base::Status OutboxTable::expire(qint64 acceptedBeforeMs) {
    // What failed waits for a person's retry only where there is a message to retry.
    return m_database.run("DELETE FROM outbox WHERE (state IN (2, 3) AND accepted_ms < ?1) OR (state = 4 AND "
                          "created_ms < ?1 AND NOT EXISTS (SELECT 1 FROM message WHERE message.id = "
                          "outbox.message))",
                          acceptedBeforeMs);
}

#undef RECADO_OUTBOX_ITEM

} // namespace recado::storage
