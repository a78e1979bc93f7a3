#include "relay/storage/MailboxTables.h"

#include "relay/storage/MailboxMemory.h"
#include "relay/storage/Schema.h"
#include "sql/Database.h"

#include <QtEndian>

#include <limits>

namespace recado::relay {

using base::DeviceAddress;
using base::Result;
using base::Status;

namespace {

constexpr qsizetype envelopePrefix = 12; // acceptance time and length of the header

QByteArray packEnvelope(const LogEntry& entry) {
    QByteArray payload(envelopePrefix, '\0');
    payload.reserve(envelopePrefix + entry.sealedHeader.size() + entry.ciphertext.size());
    qToBigEndian(entry.acceptedAtMs, payload.data());
    qToBigEndian(quint32(entry.sealedHeader.size()), payload.data() + 8);
    return payload.append(entry.sealedHeader).append(entry.ciphertext);
}

Result<MailboxRow> unpackEnvelope(const queue::QueueEntry& entry) {
    const QByteArray& payload = entry.payload;
    const auto damaged =
        base::makeError(base::Reason::StorageCorrupt, QStringLiteral("a stored envelope is damaged"));
    if (payload.size() < envelopePrefix)
        return damaged;
    const qsizetype header = qFromBigEndian<quint32>(payload.constData() + 8);
    if (header > payload.size() - envelopePrefix)
        return damaged;
    MailboxRow row;
    row.id = entry.sequence;
    row.acceptedAtMs = qFromBigEndian<qint64>(payload.constData());
    row.sealedHeader = payload.mid(envelopePrefix, header);
    row.ciphertext = payload.mid(envelopePrefix + header);
    return row;
}

/// One more envelope uses this body: adds it to the tables if it is not (or no longer) there. `lastId` sees
/// to it that no other body gets its number while somebody remembers it.
Status useBody(sql::Database& database, LogBody& body, qint64& lastId) {
    if (body.stored != 0) {
        RECADO_CHECK(database.run("UPDATE body SET users = users + 1 WHERE id = ?1", body.stored));
        if (database.changes() == 1)
            return {};
    }
    RECADO_CHECK(database.run("INSERT INTO body (id, users) VALUES (?1, 1)", ++lastId));
    body.stored = lastId;
    return database.run("INSERT INTO body_content (id, content) VALUES (?1, ?2)", body.stored, body.content);
}

} // namespace

MailboxTables::MailboxTables()
    : m_envelopes(envelopeTable) {}

Status MailboxTables::store(sql::Database& database, qint64 mailbox, base::DeliveryId id,
                            const LogEntry& entry, qint64& lastBody) const {
    if (entry.body)
        RECADO_CHECK(useBody(database, *entry.body, lastBody));
    const qint64 reference = entry.body ? entry.body->stored : 0;
    RECADO_TRY(const bool added,
               m_envelopes.append(database, mailbox,
                                  {id, entry.expiresAtMs, entry.weight(), reference, packEnvelope(entry)}));
    if (!added) // the log takes nothing that the table holds
        return base::makeError(base::Reason::StorageCorrupt, QStringLiteral("an envelope is stored twice"));
    return {};
}

Result<bool> MailboxTables::holds(sql::Database& database, qint64 mailbox, base::DeliveryId id) const {
    if (id == 0)
        return false;
    RECADO_TRY(const queue::QueuePage found, m_envelopes.peek(database, mailbox, id - 1, 1, 0));
    return !found.entries.empty() && found.entries.front().sequence == id;
}

Result<MailboxPage> MailboxTables::peek(sql::Database& database, qint64 mailbox, const MailboxPeek& peek,
                                        qint64 nowMs) const {
    RECADO_TRY(const queue::QueuePage found,
               m_envelopes.peek(database, mailbox, peek.after, peek.maximumCount, peek.maximumBytes, nowMs));
    MailboxPage page;
    page.exhausted = found.exhausted;
    page.rows.reserve(qsizetype(found.entries.size()));
    for (const queue::QueueEntry& entry : found.entries) {
        RECADO_TRY(MailboxRow row, unpackEnvelope(entry));
        if (entry.reference != 0) {
            RECADO_TRY(sql::Statement statement,
                       database.query("SELECT content FROM body_content WHERE id = ?1", entry.reference));
            RECADO_TRY(const bool there, statement.step());
            if (!there)
                return base::makeError(base::Reason::StorageCorrupt,
                                       QStringLiteral("a stored envelope has lost its body"));
            row.body = statement.bytes(0);
        }
        page.rows.append(std::move(row));
    }
    return page;
}

/// Sums up what was deleted, and brings shared bodies in line with it.
Result<MailboxTables::RemovedByMailbox>
MailboxTables::settle(sql::Database& database, const std::vector<queue::RemovedEntry>& removed) const {
    RemovedByMailbox sums;
    for (const queue::RemovedEntry& entry : removed) {
        Removed& sum = sums[entry.queue];
        ++sum.count;
        sum.bytes += entry.weight;
        if (entry.reference == 0)
            continue;
        RECADO_CHECK(database.run("UPDATE body SET users = users - 1 WHERE id = ?1", entry.reference));
        RECADO_CHECK(database.run("DELETE FROM body WHERE id = ?1 AND users <= 0", entry.reference));
    }
    return sums;
}

Result<MailboxTables::Removed> MailboxTables::remove(sql::Database& database, qint64 mailbox,
                                                     const DeliveryRange& range) const {
    RECADO_TRY(const std::vector<queue::RemovedEntry> removed,
               m_envelopes.acknowledge(database, mailbox, range.first, range.last));
    RECADO_TRY(const RemovedByMailbox sums, settle(database, removed));
    return sums.empty() ? Removed() : sums.begin()->second;
}

Result<MailboxTables::RemovedByMailbox> MailboxTables::expire(sql::Database& database, qint64 nowMs,
                                                              int limit) const {
    RECADO_TRY(const std::vector<queue::RemovedEntry> removed, m_envelopes.expire(database, nowMs, limit));
    return settle(database, removed);
}

Result<base::DeliveryId> MailboxTables::newestStored(sql::Database& database, qint64 mailbox) {
    RECADO_TRY(sql::Statement statement,
               database.query("SELECT max(sequence) FROM envelope WHERE queue = ?1", mailbox));
    RECADO_TRY(const bool row, statement.step());
    return row ? statement.uint64(0) : 0;
}

Result<qint64> MailboxTables::lastBody(sql::Database& database) {
    RECADO_TRY(sql::Statement statement, database.prepare("SELECT max(id) FROM body"));
    RECADO_TRY(const bool row, statement.step());
    return row ? statement.int64(0) : 0;
}

Status MailboxTables::storeSums(sql::Database& database, qint64 mailbox, qint64 count, qint64 bytes) {
    return database.run("UPDATE mailbox SET envelopes = ?2, bytes = ?3 WHERE id = ?1", mailbox, count, bytes);
}

Result<queue::AckWindow> MailboxTables::storedWindow(sql::Database& database, const DeviceAddress& sender) {
    RECADO_TRY(
        sql::Statement statement,
        database.query("SELECT highest, bits FROM submission_window WHERE account = ?1 AND device = ?2",
                       sender.account, sender.device));
    RECADO_TRY(const bool row, statement.step());
    if (!row)
        return queue::AckWindow();
    const auto window = queue::AckWindow::fromBits(statement.uint64(0), statement.bytes(1));
    if (!window)
        return base::makeError(base::Reason::StorageCorrupt,
                               QStringLiteral("a stored submission window is damaged"));
    return *window;
}

Status MailboxTables::storeWindow(sql::Database& database, const DeviceAddress& sender,
                                  const queue::AckWindow& window) {
    return database.run("INSERT INTO submission_window (account, device, highest, bits)"
                        " VALUES (?1, ?2, ?3, ?4) ON CONFLICT (account, device)"
                        " DO UPDATE SET highest = excluded.highest, bits = excluded.bits",
                        sender.account, sender.device, window.highest(), window.bits());
}

Status MailboxTables::drop(sql::Database& database, const DeviceAddress& device) const {
    RECADO_TRY(MailboxMemory* const memory, MailboxMemory::of(database));
    RECADO_TRY(KnownMailbox* const mailbox, memory->find(database, device));
    if (mailbox != nullptr) {
        database.memoryChanges();
        const DeliveryRange everything{0, std::numeric_limits<base::DeliveryId>::max()};
        RECADO_TRY([[maybe_unused]] const Removed lost, remove(database, mailbox->number, everything));
        RECADO_CHECK(database.run("DELETE FROM mailbox WHERE id = ?1", mailbox->number));
        MailboxLogRow row;
        row.dropped(mailbox->number);
        RECADO_TRY([[maybe_unused]] const qint64 written, memory->write(database, row));
        memory->forget(*mailbox);
    }
    return database.run("DELETE FROM submission_window WHERE account = ?1 AND device = ?2", device.account,
                        device.device);
}

} // namespace recado::relay
