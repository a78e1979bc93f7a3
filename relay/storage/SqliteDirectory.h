#pragma once

#include "base/Result.h"
#include "relay/delivery/Directory.h"
#include "relay/storage/MailboxTables.h"

namespace recado::relay {

class RelayDatabase;

/// Accounts, device lists and invitations in the relay's database.
class SqliteDirectory final : public Directory {
public:
    /// The database is borrowed, and stopped before this store goes.
    explicit SqliteDirectory(RelayDatabase& database);

    void createAccount(NewAccount account, StoreCall call, StoreCallback<RegistrationAnswer> done) override;
    void findAccount(AccountKey key, StoreCall call,
                     StoreCallback<std::optional<AccountRecord>> done) override;
    void setDeviceList(routing::DeviceList list, routing::SignedDeviceList signedList, StoreCall call,
                       StoreCallback<DeviceListOutcome> done) override;
    void eraseAccount(base::AccountId account, qint64 nowMs, StoreCall call,
                      StoreCallback<bool> done) override;
    void sweep(StoreCall call, StoreCallback<int> done) override;
    void addInvitation(Invitation invitation, StoreCall call, StoreCallback<bool> done) override;

private:
    base::Result<DeviceListOutcome> replaceList(sql::Database& database, const routing::DeviceList& list,
                                                const routing::SignedDeviceList& signedList) const;
    base::Result<bool> erase(sql::Database& database, const base::AccountId& account, qint64 nowMs) const;
    /// Deletes what hangs on the account's devices, except those on `kept`.
    base::Status dropDevices(sql::Database& database, const base::AccountId& account,
                             const routing::DeviceList& kept) const;

    base::Result<int> sweepSome(sql::Database& database);

    RelayDatabase& m_database;
    const MailboxTables m_mailboxes;
    base::DeviceAddress m_sweptUpTo; // writer's thread
};

} // namespace recado::relay
