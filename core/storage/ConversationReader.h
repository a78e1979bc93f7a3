#pragma once

#include "base/Result.h"
#include "messaging/Types.h"

#include <QHash>
#include <QVector>

namespace recado::sql {
class Database;
class Statement;
} // namespace recado::sql

namespace recado::storage {

/// The conversation list, in a fixed number of statements whatever its length. On any connection, inside a
/// transaction, so that its parts agree.
class ConversationReader {
public:
    explicit ConversationReader(sql::Database& database)
        : m_database(database) {}

    /// Most recent activity first. The activity is the time of the last message or, without one, of the
    /// latest thing that happened.
    base::Result<QVector<messaging::Conversation>> all();

private:
    static messaging::Conversation read(const sql::Statement& row);
    base::Result<QHash<base::ConversationId, messaging::Message>>
    lastMessages(const QVector<messaging::Conversation>& conversations);
    base::Result<QHash<base::ConversationId, int>> unreadCounts();

    sql::Database& m_database;
};

} // namespace recado::storage
