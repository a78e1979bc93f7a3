#pragma once

#include "messaging/ContactStore.h"

#include <string_view>

namespace recado::sql {
class Database;
class Statement;
} // namespace recado::sql

namespace recado::storage {

/// Table `contact`. An account takes an address over when it is saved with one that it did not have before,
/// so that saving an older holder again for another reason does not take it back.
class ContactTable final : public messaging::ContactStore {
public:
    explicit ContactTable(sql::Database& database)
        : m_database(database) {}

    base::Result<std::optional<messaging::ContactRecord>> contact(const base::AccountId& account) override;
    base::Result<std::optional<messaging::ContactRecord>> contactByAddress(const QString& address) override;
    base::Result<std::optional<messaging::ContactRecord>>
    contactByTypingKey(const QByteArray& keyId) override;
    base::Status saveContact(const messaging::ContactRecord& contact) override;
    base::Status setIdentity(const base::AccountId& account,
                             const messaging::IdentityRecord& identity) override;
    base::Result<QVector<base::AccountId>> acceptedContacts() override;

private:
    base::Status takeAddress(const base::AccountId& account, const QString& address);

    sql::Database& m_database;
};

} // namespace recado::storage
