#pragma once

#include "messaging/ReceiptStore.h"

namespace recado::sql {
class Database;
}

namespace recado::storage {

/// Table `receipt`: what waits to be sent.
class ReceiptTable final : public messaging::ReceiptStore {
public:
    explicit ReceiptTable(sql::Database& database)
        : m_database(database) {}

    base::Status add(const base::AccountId& peer, const base::ConversationId& conversation,
                     messaging::ReceiptKind kind, const base::MessageId& message) override;
    base::Result<std::optional<messaging::ReceiptBatch>> take(int limit) override;
    base::Result<bool> isEmpty() override;
    base::Status clear(const base::ConversationId& conversation) override;

private:
    sql::Database& m_database;
};

} // namespace recado::storage
