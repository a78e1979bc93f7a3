#include "storage/ReceiptTable.h"

#include "storage/Rows.h"

namespace recado::storage {

using messaging::ReceiptBatch;
using messaging::ReceiptKind;

static_assert(ReceiptKind::Delivered < ReceiptKind::Read, "the stronger receipt has the higher number");

base::Status ReceiptTable::add(const base::AccountId& peer, const base::ConversationId& conversation,
                               ReceiptKind kind, const base::MessageId& message) {
    return m_database.run("INSERT INTO receipt (peer, conversation, message_id, kind) VALUES (?1, ?2, ?3, "
                          "?4) ON CONFLICT (peer, conversation, message_id) DO UPDATE SET kind = "
                          "excluded.kind WHERE excluded.kind > kind",
                          peer, conversation, message, kind);
}

base::Result<std::optional<ReceiptBatch>> ReceiptTable::take(int limit) {
    RECADO_TRY(sql::Statement oldest,
               m_database.prepare("SELECT peer, conversation, kind FROM receipt ORDER BY id LIMIT 1"));
    RECADO_TRY(const bool found, oldest.step());
    if (!found)
        return std::optional<ReceiptBatch>();
    ReceiptBatch batch;
    batch.peer = oldest.id<base::AccountId>(0);
    batch.conversation = oldest.id<base::ConversationId>(1);
    batch.kind = ReceiptKind(oldest.integer(2));
    RECADO_TRY(sql::Statement rows,
               m_database.query("SELECT message_id, id FROM receipt WHERE peer = ?1 AND conversation = ?2 "
                                "AND kind = ?3 ORDER BY id LIMIT ?4",
                                batch.peer, batch.conversation, batch.kind, limit));
    qint64 last = 0;
    RECADO_TRY(batch.messages, everyRow<base::MessageId>(rows, [&last](const sql::Statement& row) {
                   last = row.int64(1);
                   return row.id<base::MessageId>(0);
               }));
    RECADO_CHECK(m_database.run("DELETE FROM receipt WHERE peer = ?1 AND conversation = ?2 AND kind = ?3 AND "
                                "id <= ?4",
                                batch.peer, batch.conversation, batch.kind, last));
    return std::optional<ReceiptBatch>(std::move(batch));
}

base::Result<bool> ReceiptTable::isEmpty() {
    RECADO_TRY(sql::Statement row, m_database.prepare("SELECT 1 FROM receipt LIMIT 1"));
    RECADO_TRY(const bool found, row.step());
    return !found;
}

base::Status ReceiptTable::clear(const base::ConversationId& conversation) {
    return m_database.run("DELETE FROM receipt WHERE conversation = ?1", conversation);
}

} // namespace recado::storage
