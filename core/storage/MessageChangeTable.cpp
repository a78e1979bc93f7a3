#include "storage/MessageChangeTable.h"

#include "storage/MessageRows.h"

namespace recado::storage {

using messaging::EarlyChange;
using messaging::LocalId;

namespace {

/// The ids of early changes grow with the time of their arrival, so that the old ones are a range: wall
/// milliseconds, and room for some thousand in each.
constexpr qint64 earlyChangeId(qint64 receivedMs) {
    return receivedMs << 12;
}

} // namespace

base::Status MessageChangeTable::edit(LocalId message, const QString& text, quint64 editClock) {
    m_work.emptyLogAfterCommit();
    RECADO_CHECK(m_database.run("UPDATE message SET text = ?2, edit_clock = ?3 WHERE id = ?1", message, text,
                                orderable(editClock)));
    return messageChanged(m_database);
}

base::Status MessageChangeTable::erase(LocalId message) {
    m_work.emptyLogAfterCommit();
    RECADO_CHECK(m_database.run("UPDATE message SET text = '', deleted = 1, quoted_author = NULL, quoted_id "
                                "= NULL WHERE id = ?1",
                                message));
    RECADO_CHECK(messageChanged(m_database));
    RECADO_CHECK(forgetSettledOutbox(message));
    return m_database.run("DELETE FROM reaction WHERE message = ?1", message);
}

base::Status MessageChangeTable::remove(LocalId message) {
    m_work.emptyLogAfterCommit();
    RECADO_CHECK(m_database.run("DELETE FROM message WHERE id = ?1", message));
    RECADO_CHECK(messageChanged(m_database));
    return forgetSettledOutbox(message);
}

/// Delivered or failed: neither a resend nor a retry will need the content.
base::Status MessageChangeTable::forgetSettledOutbox(LocalId message) {
    return m_database.run("DELETE FROM outbox WHERE message = ?1 AND message > 0 AND state IN (3, 4)",
                          message);
}

base::Result<bool> MessageChangeTable::react(LocalId message, const base::AccountId& sender,
                                             const QString& emoji, quint64 clock) {
    RECADO_TRY(sql::Statement row,
               m_database.query("SELECT r.emoji, r.clock FROM message AS m LEFT JOIN reaction AS r ON "
                                "r.message = m.id AND r.account = ?2 WHERE m.id = ?1",
                                message, sender));
    RECADO_TRY(const bool found, row.step());
    if (!found)
        return base::makeError(base::Reason::UnknownMessage, QStringLiteral("there is no such message"));
    const bool reactedBefore = !row.isNull(0);
    const QString shown = row.text(0);
    if (reactedBefore && orderable(clock) < row.int64(1))
        return false;
    RECADO_CHECK(m_database.run("INSERT OR REPLACE INTO reaction (message, account, emoji, clock) VALUES "
                                "(?1, ?2, ?3, ?4)",
                                message, sender, emoji, orderable(clock)));
    return shown != emoji;
}

base::Status MessageChangeTable::addEarly(const EarlyChange& change) {
    RECADO_CHECK(m_database.run(
        "INSERT INTO early_change (id, conversation, author, message_id, account, content) "
        "VALUES (max(?1, (SELECT coalesce(max(id), 0) + 1 FROM early_change)), ?2, ?3, ?4, ?5, ?6)",
        earlyChangeId(change.receivedMs), change.target.conversation, change.target.author, change.target.id,
        change.sender, change.content));
    return m_database.run("DELETE FROM early_change WHERE account = ?1 AND id IN (SELECT id FROM (SELECT id, "
                          "row_number() OVER newest AS number, sum(length(content)) OVER newest AS bytes "
                          "FROM early_change WHERE account = ?1 WINDOW newest AS (ORDER BY id DESC)) "
                          "WHERE number > ?2 OR bytes > ?3)",
                          change.sender, messaging::MessageChangeStore::earlyKept,
                          messaging::MessageChangeStore::earlyBytesKept);
}

base::Status MessageChangeTable::expireEarly(qint64 receivedBeforeMs) {
    return m_database.run("DELETE FROM early_change WHERE id < ?1", earlyChangeId(receivedBeforeMs));
}

base::Result<QVector<EarlyChange>> MessageChangeTable::takeEarly(const messaging::MessageKey& target) {
    RECADO_TRY(sql::Statement rows,
               m_database.query("SELECT account, content FROM early_change WHERE conversation = ?1 AND "
                                "author = ?2 AND message_id = ?3 ORDER BY id",
                                target.conversation, target.author, target.id));
    RECADO_TRY(QVector<EarlyChange> changes,
               everyRow<EarlyChange>(rows, [&target](const sql::Statement& row) {
                   return EarlyChange{target, row.id<base::AccountId>(0), row.bytes(1)};
               }));
    if (changes.isEmpty())
        return changes;
    RECADO_CHECK(m_database.run("DELETE FROM early_change WHERE conversation = ?1 AND author = ?2 AND "
                                "message_id = ?3",
                                target.conversation, target.author, target.id));
    return changes;
}

} // namespace recado::storage
