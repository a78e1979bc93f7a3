#pragma once

#include "crypto/Stores.h"

namespace recado::sql {
class Database;
}

namespace recado::storage {

/// Our identity (table `own_account`) and the keys trusted for others (table `contact`).
class IdentityTable final : public crypto::IdentityStore {
public:
    explicit IdentityTable(sql::Database& database)
        : m_database(database) {}

    /// NotRegistered before the own account was saved.
    base::Result<crypto::IdentityKeyPair> localIdentity() override;
    base::Result<std::uint32_t> registrationId() override;
    base::Result<std::optional<QByteArray>> trustedIdentity(const base::AccountId& account) override;
    /// UntrustedIdentity when another key is trusted already; only a person replaces it
    /// (ContactStore::setIdentity).
    base::Status saveIdentity(const base::AccountId& account, QByteArrayView publicKey) override;

private:
    sql::Database& m_database;
};

} // namespace recado::storage
