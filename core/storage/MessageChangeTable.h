#pragma once

#include "messaging/MessageStore.h"

namespace recado::sql {
class Database;
}

namespace recado::storage {

/// Edits, deletions and reactions (tables `message`, `reaction`, `early_change`). Changing a message that is
/// not there is UnknownMessage. What is erased or removed leaves no word in the tables or the search index.
class MessageChangeTable final : public messaging::MessageChangeStore {
public:
    explicit MessageChangeTable(sql::Database& database)
        : m_database(database) {}

    base::Status edit(messaging::LocalId message, const QString& text, quint64 editClock) override;
    base::Status erase(messaging::LocalId message) override;
    base::Status remove(messaging::LocalId message) override;
    base::Result<bool> react(messaging::LocalId message, const base::AccountId& sender, const QString& emoji,
                             quint64 clock) override;
    base::Status addEarly(const messaging::EarlyChange& change) override;
    base::Result<QVector<messaging::EarlyChange>> takeEarly(const messaging::MessageKey& target) override;

private:
    sql::Database& m_database;
};

} // namespace recado::storage
