#pragma once

#include "base/Result.h"
#include "messaging/Types.h"
#include "storage/PeopleReader.h"

#include <QVector>

#include <optional>

namespace recado::sql {
class Database;
class Statement;
} // namespace recado::sql

/// A statement's beginning whose rows MessageReader understands; `m` is the message, `c` its conversation.
#define RECADO_VIEWED_MESSAGE                                                                                \
    "SELECT m.id, c.id, m.author, m.outgoing, m.type, m.text, m.timestamp_ms, m.status, m.failure, "         \
    "m.edit_clock, m.deleted, m.placeholder, m.missing_before, m.quoted_author, m.quoted_id, "               \
    "EXISTS (SELECT 1 FROM reaction AS r WHERE r.message = m.id AND r.emoji <> '') FROM message AS m "       \
    "JOIN conversation AS c ON c.number = m.conversation "

namespace recado::storage {

/// Whole messages as people see them: sender, quote and reactions included. On any connection; for several
/// messages of one moment, inside one transaction.
class MessageReader {
public:
    explicit MessageReader(sql::Database& database)
        : m_database(database)
        , m_people(database) {}

    base::Result<std::optional<messaging::Message>> message(messaging::LocalId message);
    /// All rows of a statement that begins with RECADO_VIEWED_MESSAGE.
    base::Result<QVector<messaging::Message>> all(sql::Statement& rows);
    [[nodiscard]] PeopleReader& people() { return m_people; }

private:
    base::Result<messaging::Message> read(const sql::Statement& row);
    base::Result<messaging::Quote> quote(const base::ConversationId& conversation,
                                         const base::AccountId& author, const QByteArray& messageId);
    base::Result<QVector<messaging::Reaction>> reactions(messaging::LocalId message);

    sql::Database& m_database;
    PeopleReader m_people;
};

} // namespace recado::storage
