#pragma once

#include "base/Result.h"
#include "relay/delivery/Directory.h"

namespace recado::sql {
class Database;
}

namespace recado::relay {

/// The accounts' SQL, inside the caller's transaction and on its thread. The meaning is Directory's.
namespace accountTables {

/// A stored account and what only the store knows of it.
struct StoredAccount {
    AccountRecord record;
    quint64 listVersion = 0;
    /// The highest device number it ever had, as far as was written down: with the listed ones it is
    /// complete.
    quint32 highestDevice = 0;
    /// Its list came out of a backup.
    bool listRestored = false;
};

base::Result<std::optional<StoredAccount>> find(sql::Database& database, const Directory::AccountKey& key);

/// `freedNameKey` is what the hashes of freed names are made with.
base::Result<RegistrationAnswer> registerAccount(sql::Database& database, const NewAccount& account,
                                                 const QByteArray& freedNameKey);

/// Puts the list there if it may follow what is stored (DeviceListOutcome); what hung on removed devices is
/// the caller's business.
base::Result<DeviceListOutcome> replaceList(sql::Database& database, const routing::DeviceList& list,
                                            const routing::SignedDeviceList& signedList, qint64 nowMs);

base::Result<std::optional<RecoveryOffer>> openRecovery(sql::Database& database,
                                                        const RecoveryRequest& request);

/// Recovered: the list is stored, the invitation gone; what hung on the devices before, and the new prekeys,
/// are the caller's business.
base::Result<RecoveryOutcome> recover(sql::Database& database, const NewAccount& account);

/// Deletes the account's rows and lets its name rest. False when there is none.
base::Result<bool> erase(sql::Database& database, const base::AccountId& account, qint64 nowMs,
                         const QByteArray& freedNameKey);

} // namespace accountTables

} // namespace recado::relay
