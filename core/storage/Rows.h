#pragma once

#include "base/Result.h"
#include "base/SecretBytes.h"
#include "sql/Database.h"
#include "sql/Statement.h"

#include <QByteArray>
#include <QVector>

#include <algorithm>
#include <limits>
#include <optional>

namespace recado::storage {

/// Steps once: the first column of the row, or nothing when there is none.
inline base::Result<std::optional<QByteArray>> optionalBytes(sql::Statement& statement) {
    RECADO_TRY(const bool row, statement.step());
    return row ? std::optional<QByteArray>(statement.bytes(0)) : std::nullopt;
}

/// Steps to the end: what `read` makes of each row.
template <typename Value, typename Read>
base::Result<QVector<Value>> everyRow(sql::Statement& statement, const Read& read) {
    QVector<Value> values;
    while (true) {
        RECADO_TRY(const bool row, statement.step());
        if (!row)
            return values;
        values.append(read(statement));
    }
}

/// A key in locked memory; the copy it was read through is wiped.
inline base::SecretBytes secretColumn(const sql::Statement& row, int column) {
    QByteArray bytes = row.bytes(column);
    base::SecretBytes secret = base::SecretBytes::copyOf(bytes);
    base::wipe(bytes);
    return secret;
}

/// Clocks and sequences come from other people: bounded to what the database can put in order.
inline qint64 orderable(quint64 value) {
    return qint64(std::min(value, quint64(std::numeric_limits<qint64>::max())));
}

/// After an UPDATE or DELETE of one row: an error with `reason` when there was no such row.
inline base::Status oneRowChanged(const sql::Database& database, base::Reason reason, const char* what) {
    if (database.changes() == 0)
        return base::makeError(reason, QString::fromLatin1(what));
    return {};
}

} // namespace recado::storage
