#include "queue/QueueTable.h"

#include "sql/Database.h"

#include <algorithm>
#include <limits>

namespace recado::queue {

using base::Result;

namespace {

constexpr std::uint64_t highestSequence = std::uint64_t(std::numeric_limits<std::int64_t>::max());

/// Statements are templates with `@` for the table's name.
std::string withTable(std::string_view text, const QByteArray& name) {
    std::string result;
    for (const char character : text) {
        if (character == '@')
            result.append(name.constData(), std::size_t(name.size()));
        else
            result.push_back(character);
    }
    return result;
}

Result<std::vector<RemovedEntry>> collectRemoved(sql::Statement& statement) {
    std::vector<RemovedEntry> removed;
    while (true) {
        RECADO_TRY(const bool row, statement.step());
        if (!row)
            return removed;
        removed.push_back({statement.int64(0), statement.int64(1), statement.int64(2)});
    }
}

} // namespace

QByteArray QueueTable::schema(const QByteArray& name) {
    // Clustered by queue and sequence: a peek reads neighbouring pages, an append adds at a queue's end.
    return QByteArray::fromStdString(
        withTable("CREATE TABLE @ ("
                  "  queue INTEGER NOT NULL, sequence INTEGER NOT NULL, expires_at INTEGER NOT NULL,"
                  "  weight INTEGER NOT NULL, reference INTEGER NOT NULL, payload BLOB NOT NULL,"
                  "  PRIMARY KEY (queue, sequence)) STRICT, WITHOUT ROWID;"
                  "CREATE INDEX @_expiry ON @ (expires_at);",
                  name));
}

QueueTable::QueueTable(const QByteArray& name)
    : m_append(withTable("INSERT INTO @ (queue, sequence, expires_at, weight, reference, payload)"
                         " VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING",
                         name))
    , m_peek(withTable("SELECT sequence, expires_at, weight, reference, payload FROM @"
                       " WHERE queue = ?1 AND sequence > ?2 AND expires_at > ?4 ORDER BY sequence LIMIT ?3",
                       name))
    , m_acknowledge(withTable("DELETE FROM @ WHERE queue = ?1 AND sequence BETWEEN ?2 AND ?3"
                              " RETURNING queue, weight, reference",
                              name))
    , m_expire(
          withTable("DELETE FROM @ WHERE (queue, sequence) IN"
                    " (SELECT queue, sequence FROM @ WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ?2)"
                    " RETURNING queue, weight, reference",
                    name)) {}

Result<bool> QueueTable::append(sql::Database& database, qint64 queue, const QueueEntry& entry) const {
    if (entry.sequence > highestSequence)
        return base::makeError(base::Reason::InvalidArgument, QStringLiteral("a sequence beyond 63 bits"));
    RECADO_CHECK(database.run(m_append, queue, entry.sequence, entry.expiresAtMs, entry.weight,
                              entry.reference, entry.payload));
    return database.changes() == 1;
}

Result<QueuePage> QueueTable::peek(sql::Database& database, qint64 queue, std::uint64_t afterSequence,
                                   int limit, qint64 maximumWeight, qint64 nowMs) const {
    const std::uint64_t after = std::min(afterSequence, highestSequence);
    // One more than wanted, to know whether there is more.
    RECADO_TRY(sql::Statement statement, database.query(m_peek, queue, after, qint64(limit) + 1, nowMs));
    QueuePage page;
    qint64 weight = 0;
    while (true) {
        RECADO_TRY(const bool row, statement.step());
        if (!row) {
            page.exhausted = true;
            return page;
        }
        weight += statement.int64(2);
        if (page.entries.size() >= std::size_t(limit) || (!page.entries.empty() && weight > maximumWeight))
            return page;
        page.entries.push_back({statement.uint64(0), statement.int64(1), statement.int64(2),
                                statement.int64(3), statement.bytes(4)});
    }
}

Result<std::vector<RemovedEntry>> QueueTable::acknowledge(sql::Database& database, qint64 queue,
                                                          std::uint64_t first, std::uint64_t last) const {
    if (first > highestSequence)
        return std::vector<RemovedEntry>();
    RECADO_TRY(sql::Statement statement,
               database.query(m_acknowledge, queue, first, std::min(last, highestSequence)));
    return collectRemoved(statement);
}

Result<std::vector<RemovedEntry>> QueueTable::expire(sql::Database& database, qint64 nowMs, int limit) const {
    RECADO_TRY(sql::Statement statement, database.query(m_expire, nowMs, limit));
    return collectRemoved(statement);
}

} // namespace recado::queue
