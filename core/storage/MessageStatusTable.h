#pragma once

#include "messaging/MessageStore.h"

namespace recado::sql {
class Database;
}

namespace recado::storage {

/// Status and order in table `message`. Changing a row that is not there is UnknownMessage.
class MessageStatusTable final : public messaging::MessageStatusStore {
public:
    explicit MessageStatusTable(sql::Database& database)
        : m_database(database) {}

    /// A status never goes back: what would lower it (sent after read) changes nothing, nor does a status of
    /// the other direction. Pending and Failed stand on the same step, below Sent.
    base::Status setStatus(messaging::LocalId message, messaging::MessageStatus status,
                           std::optional<base::Reason> failure) override;
    base::Status setOrder(messaging::LocalId message, quint64 clock, quint64 sequence) override;
    base::Result<QVector<messaging::StoredMessage>> markSeen(messaging::LocalId upTo) override;
    base::Result<QVector<messaging::StoredMessage>> newestIncoming(const base::ConversationId& conversation,
                                                                   int limit) override;

private:
    sql::Database& m_database;
};

} // namespace recado::storage
