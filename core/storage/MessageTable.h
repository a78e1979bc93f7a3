#pragma once

#include "messaging/MessageStore.h"

namespace recado::sql {
class Database;
}

namespace recado::storage {

/// Table `message`: rows as they are written and found. Triggers keep the search index and the conversations'
/// last message in step with it.
class MessageTable final : public messaging::MessageStore {
public:
    explicit MessageTable(sql::Database& database)
        : m_database(database) {}

    /// UnknownChat; StorageFailed when a message of that name is there.
    base::Result<messaging::LocalId> insert(const messaging::NewMessage& message) override;
    /// UnknownMessage when the row is not a placeholder.
    base::Status fillPlaceholder(messaging::LocalId placeholder,
                                 const messaging::NewMessage& message) override;
    base::Result<std::optional<messaging::LocalId>> fillGap(const base::ConversationId& conversation,
                                                            const base::DeviceAddress& sender,
                                                            quint64 sequence) override;
    base::Result<std::optional<messaging::StoredMessage>> load(messaging::LocalId message) override;
    base::Result<std::optional<messaging::StoredMessage>> find(const messaging::MessageKey& key) override;
    base::Result<std::optional<messaging::Message>> view(messaging::LocalId message) override;

private:
    base::Result<qint64> conversationNumber(const base::ConversationId& conversation);

    sql::Database& m_database;
};

} // namespace recado::storage
