#pragma once

#include "crypto/Stores.h"

namespace recado::sql {
class Database;
}

namespace recado::storage {

/// Tables `pre_key` and `signed_pre_key`: the private halves of this device's prekeys.
class PreKeyTable final : public crypto::PreKeyStore {
public:
    explicit PreKeyTable(sql::Database& database)
        : m_database(database) {}

    base::Result<std::optional<QByteArray>> loadPreKey(std::uint32_t id) override;
    base::Status storePreKey(std::uint32_t id, QByteArrayView record) override;
    base::Status removePreKey(std::uint32_t id) override;
    base::Result<std::optional<QByteArray>> loadSignedPreKey(std::uint32_t id) override;
    base::Status storeSignedPreKey(std::uint32_t id, QByteArrayView record, qint64 createdMs) override;

private:
    sql::Database& m_database;
};

} // namespace recado::storage
