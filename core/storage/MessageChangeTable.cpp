#include "storage/MessageChangeTable.h"

#include "storage/MessageRows.h"

namespace recado::storage {

using messaging::EarlyChange;
using messaging::LocalId;

base::Status MessageChangeTable::edit(LocalId message, const QString& text, quint64 editClock) {
    RECADO_CHECK(m_database.run("UPDATE message SET text = ?2, edit_clock = ?3 WHERE id = ?1", message, text,
                                orderable(editClock)));
    return messageChanged(m_database);
}

base::Status MessageChangeTable::erase(LocalId message) {
    RECADO_CHECK(m_database.run("UPDATE message SET text = '', deleted = 1, quoted_author = NULL, quoted_id "
                                "= NULL WHERE id = ?1",
                                message));
    RECADO_CHECK(messageChanged(m_database));
    return m_database.run("DELETE FROM reaction WHERE message = ?1", message);
}

base::Status MessageChangeTable::remove(LocalId message) {
    RECADO_CHECK(m_database.run("DELETE FROM message WHERE id = ?1", message));
    return messageChanged(m_database);
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
        "INSERT INTO early_change (conversation, author, message_id, account, content) "
        "VALUES (?1, ?2, ?3, ?4, ?5)",
        change.target.conversation, change.target.author, change.target.id, change.sender, change.content));
    return m_database.run(
        "DELETE FROM early_change WHERE account = ?1 AND id <= (SELECT id FROM early_change "
        "WHERE account = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)",
        change.sender, messaging::MessageChangeStore::earlyKept);
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
