#pragma once

#include "messaging/ProfileStore.h"

namespace recado::sql {
class Database;
}

namespace recado::storage {

/// Tables `own_account`, `setting` and `number_series`.
class ProfileTable final : public messaging::ProfileStore {
public:
    explicit ProfileTable(sql::Database& database)
        : m_database(database) {}

    base::Result<std::optional<messaging::OwnAccount>> account() override;
    base::Status saveAccount(const messaging::OwnAccount& account) override;
    base::Result<std::optional<QByteArray>> value(QLatin1String name) override;
    base::Status setValue(QLatin1String name, const QByteArray& value) override;
    /// InvalidArgument for a count of 0.
    base::Result<quint64> takeNumbers(messaging::NumberSeries series, quint64 count) override;

private:
    sql::Database& m_database;
};

} // namespace recado::storage
