#include "storage/ConversationTable.h"

#include "storage/Rows.h"

namespace recado::storage {

using base::Reason;
using messaging::ConversationRecord;

namespace {

constexpr char conversationIsMissing[] = "there is no such conversation";

} // namespace

base::Result<std::optional<ConversationRecord>>
ConversationTable::conversation(const base::ConversationId& conversation) {
    RECADO_TRY(sql::Statement row,
               m_database.query("SELECT id, type, peer, request, clock, own_sequence FROM conversation "
                                "WHERE id = ?1 AND removed = 0",
                                conversation));
    RECADO_TRY(const bool found, row.step());
    if (!found)
        return std::optional<ConversationRecord>();
    ConversationRecord record;
    record.id = row.id<base::ConversationId>(0);
    record.type = messaging::ConversationType(row.integer(1));
    record.peer = row.id<base::AccountId>(2);
    record.request = row.integer(3) != 0;
    record.clock = row.uint64(4);
    record.ownSequence = row.uint64(5);
    return std::optional<ConversationRecord>(record);
}

base::Status ConversationTable::insertConversation(const ConversationRecord& record) {
    RECADO_CHECK(
        m_database.run("INSERT INTO conversation (id, type, peer, request, clock, own_sequence) "
                       "VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (id) DO UPDATE SET type = excluded.type, "
                       "peer = excluded.peer, request = excluded.request, removed = 0 WHERE removed = 1",
                       record.id, record.type, record.peer, record.request, orderable(record.clock),
                       orderable(record.ownSequence)));
    return oneRowChanged(m_database, Reason::StorageFailed, "the conversation is there already");
}

base::Status ConversationTable::setRequest(const base::ConversationId& conversation, bool request) {
    RECADO_CHECK(m_database.run("UPDATE conversation SET request = ?2 WHERE id = ?1 AND removed = 0",
                                conversation, request));
    return oneRowChanged(m_database, Reason::UnknownChat, conversationIsMissing);
}

base::Status ConversationTable::saveClock(const base::ConversationId& conversation, quint64 clock,
                                          quint64 ownSequence) {
    RECADO_CHECK(m_database.run("UPDATE conversation SET clock = ?2, own_sequence = ?3 WHERE id = ?1 AND "
                                "removed = 0",
                                conversation, orderable(clock), orderable(ownSequence)));
    return oneRowChanged(m_database, Reason::UnknownChat, conversationIsMissing);
}

base::Status ConversationTable::removeConversation(const base::ConversationId& conversation) {
    RECADO_TRY(
        sql::Statement row,
        m_database.query("SELECT number FROM conversation WHERE id = ?1 AND removed = 0", conversation));
    RECADO_TRY(const bool found, row.step());
    if (!found)
        return base::makeError(Reason::UnknownChat, QString::fromLatin1(conversationIsMissing));
    const qint64 number = row.int64(0);
    m_work.emptyLogAfterCommit();
    RECADO_CHECK(m_database.run("DELETE FROM outbox WHERE state IN (3, 4) AND message > 0 AND message IN "
                                "(SELECT id FROM message WHERE conversation = ?1)",
                                number));
    RECADO_CHECK(m_database.run("DELETE FROM quarantine WHERE placeholder IN (SELECT id FROM message WHERE "
                                "conversation = ?1)",
                                number));
    RECADO_CHECK(m_database.run("DELETE FROM message WHERE conversation = ?1", number));
    RECADO_CHECK(m_database.run("DELETE FROM early_change WHERE conversation = ?1", conversation));
    return m_database.run("UPDATE conversation SET removed = 1 WHERE number = ?1", number);
}

} // namespace recado::storage
