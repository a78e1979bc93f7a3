#include "relay/storage/MailboxTables.h"

#include "relay/storage/PendingAppends.h"
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

QByteArray packEnvelope(const MailboxEntry& entry) {
    QByteArray payload(envelopePrefix, '\0');
    qToBigEndian(entry.acceptedAtMs, payload.data());
    qToBigEndian(quint32(entry.sealedHeader.size()), payload.data() + 8);
    return payload + entry.sealedHeader + entry.ciphertext;
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

/// The append's body, stored with its first envelope that needs it.
class SharedBody {
public:
    SharedBody(sql::Database& database, const QByteArray& content)
        : m_database(database)
        , m_content(content) {}

    Result<qint64> reference() {
        if (m_id != 0)
            return m_id;
        RECADO_CHECK(m_database.run("INSERT INTO body (users) VALUES (0)"));
        m_id = m_database.lastInsertId();
        RECADO_CHECK(
            m_database.run("INSERT INTO body_content (id, content) VALUES (?1, ?2)", m_id, m_content));
        return m_id;
    }
    void use() { ++m_users; }

    Status finish() {
        if (m_id == 0)
            return {};
        if (m_users == 0) // every envelope was there already, with a body of its own
            return m_database.run("DELETE FROM body WHERE id = ?1", m_id);
        return m_database.run("UPDATE body SET users = ?2 WHERE id = ?1", m_id, m_users);
    }

private:
    sql::Database& m_database;
    const QByteArray& m_content;
    qint64 m_id = 0;
    qint64 m_users = 0;
};

} // namespace

MailboxTables::MailboxTables()
    : m_envelopes(envelopeTable) {}

Result<qint64> MailboxTables::find(sql::Database& database, const DeviceAddress& device) const {
    RECADO_TRY(sql::Statement statement,
               database.query("SELECT id FROM mailbox WHERE account = ?1 AND device = ?2", device.account,
                              device.device));
    RECADO_TRY(const bool row, statement.step());
    return row ? statement.int64(0) : 0;
}

Result<qint64> MailboxTables::findOrMake(sql::Database& database, const DeviceAddress& device) const {
    RECADO_TRY(const qint64 mailbox, find(database, device));
    if (mailbox != 0)
        return mailbox;
    RECADO_CHECK(
        database.run("INSERT INTO mailbox (account, device) VALUES (?1, ?2)", device.account, device.device));
    return database.lastInsertId();
}

Status MailboxTables::count(sql::Database& database, qint64 mailbox, qint64 envelopes, qint64 bytes) const {
    return database.run("UPDATE mailbox SET envelopes = envelopes + ?2, bytes = bytes + ?3 WHERE id = ?1",
                        mailbox, envelopes, bytes);
}

Status MailboxTables::append(sql::Database& database, const MailboxAppend& append) const {
    SharedBody body(database, append.body);
    for (const MailboxEntry& entry : append.entries) {
        RECADO_TRY(const qint64 mailbox, findOrMake(database, entry.device));
        qint64 reference = 0;
        if (entry.hasBody) {
            RECADO_TRY(reference, body.reference());
        }
        const qint64 weight = qint64(weightOf(entry, append));
        RECADO_TRY(const bool added,
                   m_envelopes.append(database, mailbox,
                                      {entry.id, entry.expiresAtMs, weight, reference, packEnvelope(entry)}));
        if (!added)
            continue;
        if (entry.hasBody)
            body.use();
        RECADO_CHECK(count(database, mailbox, 1, weight));
    }
    RECADO_CHECK(body.finish());
    if (append.mark)
        return mark(database, *append.mark);
    return {};
}

Result<MailboxPage> MailboxTables::peek(sql::Database& database, const MailboxPeek& peek) const {
    RECADO_TRY(const qint64 mailbox, find(database, peek.device));
    RECADO_TRY(const queue::QueuePage found,
               m_envelopes.peek(database, mailbox, peek.after, peek.maximumCount, peek.maximumBytes));
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

/// Brings sums and shared bodies in line with what was deleted.
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
    for (const auto& [mailbox, sum] : sums)
        RECADO_CHECK(count(database, mailbox, -sum.count, -sum.bytes));
    return sums;
}

Result<MailboxUsage> MailboxTables::acknowledge(sql::Database& database, const DeviceAddress& device,
                                                const QVector<DeliveryRange>& ranges) const {
    MailboxUsage usage{device, 0, 0};
    RECADO_TRY(const qint64 mailbox, find(database, device));
    if (mailbox == 0)
        return usage;
    for (const DeliveryRange& range : ranges) {
        RECADO_TRY(const std::vector<queue::RemovedEntry> removed,
                   m_envelopes.acknowledge(database, mailbox, range.first, range.last));
        RECADO_TRY(const RemovedByMailbox sums, settle(database, removed));
        for (const auto& [id, sum] : sums) {
            usage.count += quint64(sum.count);
            usage.bytes += quint64(sum.bytes);
        }
    }
    return usage;
}

Result<QVector<MailboxUsage>> MailboxTables::expire(sql::Database& database, qint64 nowMs, int limit) const {
    RECADO_TRY(const std::vector<queue::RemovedEntry> removed, m_envelopes.expire(database, nowMs, limit));
    RECADO_TRY(const RemovedByMailbox sums, settle(database, removed));
    QVector<MailboxUsage> lost;
    for (const auto& [mailbox, sum] : sums) {
        RECADO_TRY(sql::Statement statement,
                   database.query("SELECT account, device FROM mailbox WHERE id = ?1", mailbox));
        RECADO_TRY(const bool row, statement.step());
        if (row)
            lost.append({{statement.id<base::AccountId>(0), quint32(statement.int64(1))},
                         quint64(sum.count),
                         quint64(sum.bytes)});
    }
    return lost;
}

Result<MailboxUsage> MailboxTables::usage(sql::Database& database, const DeviceAddress& device) const {
    RECADO_TRY(sql::Statement statement,
               database.query("SELECT envelopes, bytes FROM mailbox WHERE account = ?1 AND device = ?2",
                              device.account, device.device));
    RECADO_TRY(const bool row, statement.step());
    if (!row)
        return MailboxUsage{device, 0, 0};
    return MailboxUsage{device, statement.uint64(0), statement.uint64(1)};
}

Result<queue::AckWindow> MailboxTables::submissions(sql::Database& database,
                                                    const DeviceAddress& sender) const {
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

Status MailboxTables::mark(sql::Database& database, const SubmissionMark& mark) const {
    RECADO_TRY(queue::AckWindow window, submissions(database, mark.sender));
    if (!window.mark(mark.number))
        return {};
    return database.run("INSERT INTO submission_window (account, device, highest, bits)"
                        " VALUES (?1, ?2, ?3, ?4) ON CONFLICT (account, device)"
                        " DO UPDATE SET highest = excluded.highest, bits = excluded.bits",
                        mark.sender.account, mark.sender.device, window.highest(), window.bits());
}

Status MailboxTables::drop(sql::Database& database, const DeviceAddress& device) const {
    const QVector<DeliveryRange> everything{{0, std::numeric_limits<base::DeliveryId>::max()}};
    RECADO_TRY([[maybe_unused]] const MailboxUsage lost, acknowledge(database, device, everything));
    RECADO_CHECK(database.run("DELETE FROM mailbox WHERE account = ?1 AND device = ?2", device.account,
                              device.device));
    return database.run("DELETE FROM submission_window WHERE account = ?1 AND device = ?2", device.account,
                        device.device);
}

} // namespace recado::relay
