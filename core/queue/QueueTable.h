#pragma once

#include "base/Result.h"

#include <QByteArray>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace recado::sql {
class Database;
}

namespace recado::queue {

/// One entry of a queue.
struct QueueEntry {
    std::uint64_t sequence = 0; ///< below 2^63
    qint64 expiresAtMs = 0;     ///< wall clock
    qint64 weight = 0;          ///< bytes it stands for, counted by peek's limit and reported on removal
    qint64 reference = 0;       ///< the caller's id of something shared with other entries; 0 for none
    QByteArray payload;
};

/// The oldest entries of a queue.
struct QueuePage {
    std::vector<QueueEntry> entries;
    bool exhausted = false; ///< nothing newer is waiting
};

/// One entry that was deleted.
struct RemovedEntry {
    qint64 queue = 0;
    qint64 weight = 0;
    qint64 reference = 0;
};

/// Many FIFO queues in one table. Nothing here opens a transaction: every call joins the caller's, so that a
/// queue changes together with whatever the caller changes. Same thread as the database.
class QueueTable {
public:
    /// The SQL that makes the table; for a migration. `name` is a plain identifier of our own.
    static QByteArray schema(const QByteArray& name);

    explicit QueueTable(const QByteArray& name);

    /// Adds an entry. One with the same sequence that is there already is kept as it is, and false returned,
    /// so that an append can be repeated.
    base::Result<bool> append(sql::Database& database, qint64 queue, const QueueEntry& entry) const;

    /// The oldest entries after `afterSequence`: at most `limit`, ending before the one whose weight would
    /// exceed `maximumWeight`, except that the first always comes. Without what expired at or before `nowMs`.
    base::Result<QueuePage> peek(sql::Database& database, qint64 queue, std::uint64_t afterSequence,
                                 int limit, qint64 maximumWeight,
                                 qint64 nowMs = std::numeric_limits<qint64>::min()) const;

    /// Deletes the entries from sequence `first` to `last`, both included; gaps do not matter.
    base::Result<std::vector<RemovedEntry>> acknowledge(sql::Database& database, qint64 queue,
                                                        std::uint64_t first, std::uint64_t last) const;

    /// Deletes up to `limit` entries of any queue that expire at or before `nowMs`, the longest expired
    /// first.
    base::Result<std::vector<RemovedEntry>> expire(sql::Database& database, qint64 nowMs, int limit) const;

private:
    std::string m_append;
    std::string m_peek;
    std::string m_acknowledge;
    std::string m_expire;
};

} // namespace recado::queue
