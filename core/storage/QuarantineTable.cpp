#include "storage/QuarantineTable.h"

#include "storage/Rows.h"

namespace recado::storage {

using messaging::QuarantineCause;
using messaging::QuarantinedEnvelope;

#define RECADO_QUARANTINED                                                                                   \
    "SELECT id, cause, account, device, submission, list_version, prekey_message, sealed_header, "           \
    "ciphertext, body, placeholder, received_ms, resend_requests FROM quarantine "

#define RECADO_QUARANTINED_BYTES "length(sealed_header) + length(ciphertext) + length(body)"

namespace {

QuarantinedEnvelope readQuarantined(const sql::Statement& row) {
    QuarantinedEnvelope envelope;
    envelope.id = row.int64(0);
    envelope.cause = QuarantineCause(row.integer(1));
    envelope.sender = {row.id<base::AccountId>(2), quint32(row.int64(3))};
    envelope.submission = row.uint64(4);
    envelope.senderListVersion = row.uint64(5);
    envelope.prekeyMessage = row.integer(6) != 0;
    envelope.sealedHeader = row.bytes(7);
    envelope.ciphertext = row.bytes(8);
    envelope.body = row.bytes(9);
    envelope.placeholder = row.int64(10);
    envelope.receivedMs = row.int64(11);
    envelope.resendRequests = row.integer(12);
    return envelope;
}

} // namespace

base::Result<qint64> QuarantineTable::add(const QuarantinedEnvelope& envelope) {
    RECADO_CHECK(m_database.run("INSERT INTO quarantine (cause, account, device, submission, list_version, "
                                "prekey_message, sealed_header, ciphertext, body, placeholder, received_ms, "
                                "resend_requests) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, "
                                "?12)",
                                envelope.cause, envelope.sender.account, envelope.sender.device,
                                envelope.submission, envelope.senderListVersion, envelope.prekeyMessage,
                                envelope.sealedHeader, envelope.ciphertext, envelope.body,
                                envelope.placeholder, envelope.receivedMs, envelope.resendRequests));
    return m_database.lastInsertId();
}

base::Result<QVector<QuarantinedEnvelope>>
QuarantineTable::list(const base::AccountId& sender, QuarantineCause cause, qint64 after, int limit) {
    RECADO_TRY(sql::Statement rows,
               m_database.query(RECADO_QUARANTINED "WHERE account = ?1 AND cause = ?2 AND id > ?3 ORDER BY "
                                                   "id LIMIT ?4",
                                sender, cause, after, limit));
    return everyRow<QuarantinedEnvelope>(rows, readQuarantined);
}

base::Result<messaging::QuarantineUse> QuarantineTable::use(const base::AccountId& sender,
                                                            QuarantineCause cause) {
    RECADO_TRY(sql::Statement row, m_database.query("SELECT count(*), coalesce(sum(" RECADO_QUARANTINED_BYTES
                                                    "), 0) FROM quarantine WHERE account = ?1 AND cause = ?2",
                                                    sender, cause));
    RECADO_TRY([[maybe_unused]] const bool found, row.step());
    return messaging::QuarantineUse{row.int64(0), row.int64(1)};
}

// Which rows to trim is the only thing in which the two differ.
#define RECADO_TRIM_ROWS(which)                                                                              \
    "DELETE FROM quarantine WHERE cause = ?1 AND " which " AND id <= (SELECT id FROM quarantine WHERE "      \
    "cause = ?1 AND " which " ORDER BY id DESC LIMIT 1 OFFSET ?3)"
#define RECADO_TRIM_BYTES(which)                                                                             \
    "UPDATE quarantine SET sealed_header = x'', ciphertext = x'', body = x'' WHERE id IN (SELECT id FROM "   \
    "(SELECT id, bytes, sum(bytes) OVER (ORDER BY id DESC) AS newest FROM (SELECT "                          \
    "id, " RECADO_QUARANTINED_BYTES " AS bytes FROM quarantine WHERE cause = ?1 AND " which                  \
    ")) WHERE bytes > 0 AND newest > ?3)"

base::Status QuarantineTable::trim(const base::AccountId& sender, const messaging::QuarantineUse& limit) {
    RECADO_CHECK(
        m_database.run(RECADO_TRIM_ROWS("account = ?2"), QuarantineCause::Undecryptable, sender, limit.rows));
    return m_database.run(RECADO_TRIM_BYTES("account = ?2"), QuarantineCause::Undecryptable, sender,
                          limit.bytes);
}

base::Status QuarantineTable::trimUnseen(const base::AccountId& own, const messaging::QuarantineUse& limit) {
    RECADO_CHECK(m_database.run(RECADO_TRIM_ROWS("placeholder = 0 AND account <> ?2"),
                                QuarantineCause::Undecryptable, own, limit.rows));
    return m_database.run(RECADO_TRIM_BYTES("placeholder = 0 AND account <> ?2"),
                          QuarantineCause::Undecryptable, own, limit.bytes);
}

base::Result<messaging::LocalId> QuarantineTable::newestPlaceholderOf(const base::AccountId& sender,
                                                                      int count) {
    RECADO_TRY(sql::Statement row,
               m_database.query("SELECT placeholder FROM quarantine WHERE account = ?1 AND cause = ?2 AND "
                                "placeholder > 0 ORDER BY id DESC LIMIT ?3",
                                sender, QuarantineCause::Undecryptable, count));
    RECADO_TRY(const QVector<messaging::LocalId> newest,
               everyRow<messaging::LocalId>(row, [](const sql::Statement& at) { return at.int64(0); }));
    return newest.size() < count ? messaging::LocalId(0) : newest.first();
}

base::Result<bool> QuarantineTable::isPlaceholderOf(const base::AccountId& sender,
                                                    messaging::LocalId placeholder) {
    RECADO_TRY(sql::Statement row,
               m_database.query("SELECT 1 FROM quarantine WHERE account = ?1 AND cause = ?2 AND "
                                "placeholder = ?3 LIMIT 1",
                                sender, QuarantineCause::Undecryptable, placeholder));
    return row.step();
}

base::Result<std::optional<QuarantinedEnvelope>> QuarantineTable::find(const base::DeviceAddress& sender,
                                                                       base::SubmissionNumber submission) {
    RECADO_TRY(sql::Statement row,
               m_database.query(RECADO_QUARANTINED "WHERE account = ?1 AND device = ?2 AND submission = ?3 "
                                                   "ORDER BY id LIMIT 1",
                                sender.account, sender.device, submission));
    RECADO_TRY(const bool found, row.step());
    return found ? std::optional<QuarantinedEnvelope>(readQuarantined(row)) : std::nullopt;
}

base::Status QuarantineTable::update(const QuarantinedEnvelope& envelope) {
    RECADO_CHECK(m_database.run("UPDATE quarantine SET cause = ?2, placeholder = ?3, resend_requests = ?4 "
                                "WHERE id = ?1",
                                envelope.id, envelope.cause, envelope.placeholder, envelope.resendRequests));
    return oneRowChanged(m_database, base::Reason::StorageFailed, "there is no such envelope in quarantine");
}

base::Status QuarantineTable::remove(qint64 id) {
    return m_database.run("DELETE FROM quarantine WHERE id = ?1", id);
}

base::Result<QVector<base::AccountId>> QuarantineTable::sendersToAsk(int requests) {
    RECADO_TRY(sql::Statement rows,
               m_database.query("SELECT DISTINCT account FROM quarantine WHERE cause = ?1 AND "
                                "resend_requests < ?2 AND account <> zeroblob(16) ORDER BY account",
                                QuarantineCause::Undecryptable, requests));
    return everyRow<base::AccountId>(rows,
                                     [](const sql::Statement& row) { return row.id<base::AccountId>(0); });
}

base::Result<QVector<base::AccountId>> QuarantineTable::sendersOf(QuarantineCause cause) {
    RECADO_TRY(
        sql::Statement rows,
        m_database.query("SELECT DISTINCT account FROM quarantine WHERE cause = ?1 ORDER BY account", cause));
    return everyRow<base::AccountId>(rows,
                                     [](const sql::Statement& row) { return row.id<base::AccountId>(0); });
}

base::Status QuarantineTable::expire(qint64 receivedBeforeMs) {
    return m_database.run("DELETE FROM quarantine WHERE cause = ?1 AND received_ms < ?2",
                          QuarantineCause::Undecryptable, receivedBeforeMs);
}

#undef RECADO_TRIM_BYTES
#undef RECADO_TRIM_ROWS
#undef RECADO_QUARANTINED_BYTES
#undef RECADO_QUARANTINED

} // namespace recado::storage
