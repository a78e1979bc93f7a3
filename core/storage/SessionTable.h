#pragma once

#include "crypto/Stores.h"

namespace recado::sql {
class Database;
}

namespace recado::storage {

/// Table `session`: one ratchet record a remote device.
class SessionTable final : public crypto::SessionStore {
public:
    explicit SessionTable(sql::Database& database)
        : m_database(database) {}

    base::Result<std::optional<QByteArray>> loadSession(const base::DeviceAddress& address) override;
    base::Status storeSession(const base::DeviceAddress& address, QByteArrayView record) override;
    base::Status removeSession(const base::DeviceAddress& address) override;

private:
    sql::Database& m_database;
};

} // namespace recado::storage
