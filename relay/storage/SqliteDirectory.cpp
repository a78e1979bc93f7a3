#include "relay/storage/SqliteDirectory.h"

#include "relay/storage/AccountTables.h"
#include "relay/storage/PrekeyTables.h"
#include "relay/storage/RelayDatabase.h"

#include <limits>

namespace recado::relay {

using base::AccountId;
using base::Result;
using base::Status;

namespace {

constexpr qint64 accountBytes = 8 * 1024;
constexpr int sweepSlice = 500;

/// The next devices, in the order of their addresses, that have a mailbox or submitted something.
Result<QVector<base::DeviceAddress>> devicesAfter(sql::Database& database, const base::DeviceAddress& last) {
    RECADO_TRY(sql::Statement statement,
               database.query("SELECT account, device FROM (SELECT account, device FROM mailbox"
                              "  WHERE (account, device) > (?1, ?2) ORDER BY account, device LIMIT ?3)"
                              " UNION SELECT account, device FROM (SELECT account, device"
                              "  FROM submission_window"
                              "  WHERE (account, device) > (?1, ?2) ORDER BY account, device LIMIT ?3)"
                              " ORDER BY account, device LIMIT ?3",
                              last.account, last.device, sweepSlice));
    QVector<base::DeviceAddress> devices;
    while (true) {
        RECADO_TRY(const bool row, statement.step());
        if (!row)
            return devices;
        devices.append({statement.id<AccountId>(0), quint32(statement.int64(1))});
    }
}

} // namespace

SqliteDirectory::SqliteDirectory(RelayDatabase& database)
    : m_database(database) {}

void SqliteDirectory::createAccount(NewAccount account, StoreCall call,
                                    StoreCallback<RegistrationAnswer> done) {
    m_database.perform<RegistrationAnswer>(
        call, std::move(done),
        [account = std::move(account), key = m_freedNameKey](sql::Database& database) {
            return accountTables::registerAccount(database, account, key);
        },
        accountBytes);
}

void SqliteDirectory::findAccount(AccountKey key, StoreCall call,
                                  StoreCallback<std::optional<AccountRecord>> done) {
    m_database.read<std::optional<AccountRecord>>(
        call, std::move(done),
        [key = std::move(key)](sql::Database& database) -> Result<std::optional<AccountRecord>> {
            RECADO_TRY(std::optional<accountTables::StoredAccount> found, accountTables::find(database, key));
            return found ? std::optional(std::move(found->record)) : std::nullopt;
        });
}

void SqliteDirectory::setDeviceList(routing::DeviceList list, routing::SignedDeviceList signedList,
                                    qint64 nowMs, StoreCall call, StoreCallback<DeviceListOutcome> done) {
    m_database.perform<DeviceListOutcome>(
        call, std::move(done),
        [this, list = std::move(list), signedList = std::move(signedList),
         nowMs](sql::Database& database) -> Result<DeviceListOutcome> {
            RECADO_TRY(const DeviceListOutcome outcome,
                       accountTables::replaceList(database, list, signedList, nowMs));
            if (outcome == DeviceListOutcome::Stored)
                RECADO_CHECK(dropDevices(database, list.account, list));
            return outcome;
        },
        accountBytes);
}

void SqliteDirectory::openRecovery(RecoveryRequest request, StoreCall call,
                                   StoreCallback<std::optional<RecoveryOffer>> done) {
    m_database.perform<std::optional<RecoveryOffer>>(
        call, std::move(done), [request = std::move(request)](sql::Database& database) {
            return accountTables::openRecovery(database, request);
        });
}

void SqliteDirectory::recoverAccount(NewAccount account, StoreCall call,
                                     StoreCallback<RecoveryOutcome> done) {
    m_database.perform<RecoveryOutcome>(
        call, std::move(done),
        [this, account = std::move(account)](sql::Database& database) -> Result<RecoveryOutcome> {
            RECADO_TRY(const RecoveryOutcome outcome, accountTables::recover(database, account));
            if (outcome != RecoveryOutcome::Recovered)
                return outcome;
            RECADO_CHECK(dropDevices(database, account.account.id, {}));
            const auto stored = prekeyTables::store(database, account.device, account.prekeys,
                                                    std::numeric_limits<quint32>::max());
            return stored ? Result<RecoveryOutcome>(outcome) : Result<RecoveryOutcome>(stored.error());
        },
        accountBytes);
}

Status SqliteDirectory::dropDevices(sql::Database& database, const AccountId& account,
                                    const routing::DeviceList& kept) const {
    QVector<base::DeviceAddress> dropped;
    {
        RECADO_TRY(sql::Statement statement,
                   database.query("SELECT device FROM mailbox WHERE account = ?1"
                                  " UNION SELECT device FROM signed_prekey WHERE account = ?1"
                                  " UNION SELECT device FROM one_time_prekey WHERE account = ?1"
                                  " UNION SELECT device FROM submission_window WHERE account = ?1",
                                  account));
        while (true) {
            RECADO_TRY(const bool row, statement.step());
            if (!row)
                break;
            const auto device = quint32(statement.int64(0));
            if (kept.find(device) == nullptr)
                dropped.append({account, device});
        }
    }
    for (const base::DeviceAddress& device : dropped) {
        RECADO_CHECK(m_mailboxes.drop(database, device));
        RECADO_CHECK(prekeyTables::drop(database, device));
    }
    return {};
}

void SqliteDirectory::eraseAccount(AccountId account, qint64 nowMs, StoreCall call,
                                   StoreCallback<bool> done) {
    m_database.perform<bool>(call, std::move(done), [this, account, nowMs](sql::Database& database) {
        return erase(database, account, nowMs);
    });
}

Result<bool> SqliteDirectory::erase(sql::Database& database, const AccountId& account, qint64 nowMs) const {
    RECADO_TRY(const bool known, accountTables::erase(database, account, nowMs, m_freedNameKey));
    RECADO_CHECK(dropDevices(database, account, {}));
    return known;
}

void SqliteDirectory::sweep(StoreCall call, StoreCallback<int> done) {
    struct Sweep {
        int removed = 0;
        base::DeviceAddress upTo;
    };
    const auto position = m_sweepPosition;
    m_database.perform<Sweep>(
        call,
        // Only what was committed has been swept.
        [position, done = std::move(done)](const StoreAnswer<Sweep>& answer) {
            if (answer.committed())
                position->set(answer.value.upTo);
            done({answer.result, answer.value.removed});
        },
        [this, position](sql::Database& database) -> Result<Sweep> {
            RECADO_TRY(const QVector<base::DeviceAddress> devices, devicesAfter(database, position->get()));
            Sweep sweep{0, devices.size() < sweepSlice ? base::DeviceAddress() : devices.back()};
            for (const base::DeviceAddress& device : devices) {
                // A list that cannot be read is no reason to delete anything.
                const Result<bool> listed = prekeyTables::isListed(database, device);
                if (!listed || *listed)
                    continue;
                RECADO_CHECK(m_mailboxes.drop(database, device));
                ++sweep.removed;
            }
            return sweep;
        });
}

void SqliteDirectory::addInvitation(Invitation invitation, StoreCall call, StoreCallback<bool> done) {
    m_database.perform<bool>(
        call, std::move(done), [invitation = std::move(invitation)](sql::Database& database) -> Result<bool> {
            RECADO_CHECK(database.run("INSERT OR REPLACE INTO invitation (token_hash, uses, expires_at)"
                                      " VALUES (?1, ?2, ?3)",
                                      invitation.tokenHash, invitation.uses, invitation.expiresAtMs));
            return true;
        });
}

} // namespace recado::relay
