#pragma once

#include "base/Result.h"
#include "relay/delivery/Directory.h"
#include "relay/storage/MailboxTables.h"

#include <memory>
#include <mutex>

namespace recado::relay {

class RelayDatabase;

/// Accounts, device lists and invitations in the relay's database.
class SqliteDirectory final : public Directory {
public:
    /// The database is borrowed, and stopped before this store goes.
    explicit SqliteDirectory(RelayDatabase& database);

    /// What the hashes of freed names are made with; before the first request. A relay derives it from its
    /// own key, so that the database alone, or a backup of it, does not tell who has left.
    void setFreedNameKey(QByteArray key) { m_freedNameKey = std::move(key); }

    void createAccount(NewAccount account, StoreCall call, StoreCallback<RegistrationAnswer> done) override;
    void findAccount(AccountKey key, StoreCall call,
                     StoreCallback<std::optional<AccountRecord>> done) override;
    void setDeviceList(routing::DeviceList list, routing::SignedDeviceList signedList, qint64 nowMs,
                       StoreCall call, StoreCallback<DeviceListOutcome> done) override;
    void openRecovery(RecoveryRequest request, StoreCall call,
                      StoreCallback<std::optional<RecoveryOffer>> done) override;
    void recoverAccount(NewAccount account, StoreCall call, StoreCallback<RecoveryOutcome> done) override;
    void eraseAccount(base::AccountId account, qint64 nowMs, StoreCall call,
                      StoreCallback<bool> done) override;
    void sweep(StoreCall call, StoreCallback<int> done) override;
    void addInvitation(Invitation invitation, StoreCall call, StoreCallback<bool> done) override;

private:
    /// How far sweep() has come; outlives answers that come late.
    class SweepPosition {
    public:
        void set(const base::DeviceAddress& upTo) {
            const std::lock_guard lock(m_mutex);
            m_upTo = upTo;
        }
        [[nodiscard]] base::DeviceAddress get() const {
            const std::lock_guard lock(m_mutex);
            return m_upTo;
        }

    private:
        mutable std::mutex m_mutex;
        base::DeviceAddress m_upTo;
    };

    base::Result<bool> erase(sql::Database& database, const base::AccountId& account, qint64 nowMs) const;
    /// Deletes what hangs on the account's devices, except those on `kept`.
    base::Status dropDevices(sql::Database& database, const base::AccountId& account,
                             const routing::DeviceList& kept) const;

    RelayDatabase& m_database;
    const MailboxTables m_mailboxes;
    QByteArray m_freedNameKey;
    const std::shared_ptr<SweepPosition> m_sweepPosition = std::make_shared<SweepPosition>();
};

} // namespace recado::relay
