#include "relay/storage/SqliteDirectory.h"

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

Result<std::optional<AccountRecord>> findRecord(sql::Database& database, const Directory::AccountKey& key) {
    const bool byId = std::holds_alternative<AccountId>(key);
    RECADO_TRY(sql::Statement statement,
               database.prepare(
                   byId ? "SELECT id, username, list, list_signature FROM account WHERE id = ?1"
                        : "SELECT id, username, list, list_signature FROM account WHERE username = ?1"));
    std::visit([&](const auto& value) { statement.bind(1, value); }, key);
    RECADO_TRY(const bool row, statement.step());
    if (!row)
        return std::optional<AccountRecord>();
    return std::optional(AccountRecord{
        statement.id<AccountId>(0), statement.text(1), {statement.bytes(2), statement.bytes(3)}});
}

/// False when it is unknown, used up or expired. Changes nothing yet.
Result<bool> invitationHolds(sql::Database& database, const NewAccount& account) {
    if (account.invitationHash.isEmpty())
        return true;
    RECADO_TRY(
        sql::Statement statement,
        database.query("SELECT 1 FROM invitation WHERE token_hash = ?1 AND uses > 0 AND expires_at > ?2",
                       account.invitationHash, account.nowMs));
    return statement.step();
}

Status useInvitation(sql::Database& database, const QByteArray& hash) {
    RECADO_CHECK(database.run("UPDATE invitation SET uses = uses - 1 WHERE token_hash = ?1", hash));
    return database.run("DELETE FROM invitation WHERE token_hash = ?1 AND uses <= 0", hash);
}

Result<bool> usernameFree(sql::Database& database, const NewAccount& account) {
    RECADO_TRY(sql::Statement statement,
               database.query("SELECT 1 FROM account WHERE username = ?1 OR skeleton = ?2"
                              " UNION ALL SELECT 1 FROM freed_username"
                              " WHERE (username = ?1 OR skeleton = ?2) AND freed_at > ?3",
                              account.account.username, account.skeleton,
                              account.nowMs - account.usernameRestMs));
    RECADO_TRY(const bool taken, statement.step());
    return !taken;
}

Status insertAccount(sql::Database& database, const NewAccount& account) {
    const AccountRecord& record = account.account;
    RECADO_CHECK(database.run("DELETE FROM freed_username WHERE username = ?1 OR skeleton = ?2",
                              record.username, account.skeleton));
    RECADO_CHECK(database.run("INSERT INTO account"
                              " (id, username, skeleton, list_version, list, list_signature, created_at)"
                              " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                              record.id, record.username, account.skeleton, account.listVersion,
                              record.list.bytes, record.list.signature, account.nowMs));
    const auto stored =
        prekeyTables::store(database, account.device, account.prekeys, std::numeric_limits<quint32>::max());
    return stored ? Status() : Status(stored.error());
}

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

/// False as well when the list cannot be read: nothing is deleted for that.
Result<bool> isUnlisted(sql::Database& database, const base::DeviceAddress& device) {
    RECADO_TRY(sql::Statement statement,
               database.query("SELECT list FROM account WHERE id = ?1", device.account));
    RECADO_TRY(const bool row, statement.step());
    if (!row)
        return true;
    const auto list = routing::DeviceList::parse(statement.bytes(0), std::numeric_limits<quint32>::max());
    return list && list->find(device.device) == nullptr;
}

Result<RegistrationAnswer> registerAccount(sql::Database& database, const NewAccount& account) {
    RECADO_TRY(std::optional<AccountRecord> existing, findRecord(database, account.account.id));
    if (existing)
        return RegistrationAnswer{RegistrationOutcome::AccountExists, std::move(existing)};
    RECADO_TRY(const bool invited, invitationHolds(database, account));
    if (!invited)
        return RegistrationAnswer{RegistrationOutcome::InvalidInvitation, std::nullopt};
    RECADO_TRY(const bool isFree, usernameFree(database, account));
    if (!isFree)
        return RegistrationAnswer{RegistrationOutcome::UsernameTaken, std::nullopt};
    if (!account.invitationHash.isEmpty())
        RECADO_CHECK(useInvitation(database, account.invitationHash));
    RECADO_CHECK(insertAccount(database, account));
    return RegistrationAnswer{RegistrationOutcome::Created, std::nullopt};
}

} // namespace

SqliteDirectory::SqliteDirectory(RelayDatabase& database)
    : m_database(database) {}

void SqliteDirectory::createAccount(NewAccount account, StoreCall call,
                                    StoreCallback<RegistrationAnswer> done) {
    m_database.perform<RegistrationAnswer>(
        call, std::move(done),
        [account = std::move(account)](sql::Database& database) {
            return registerAccount(database, account);
        },
        accountBytes);
}

void SqliteDirectory::findAccount(AccountKey key, StoreCall call,
                                  StoreCallback<std::optional<AccountRecord>> done) {
    m_database.read<std::optional<AccountRecord>>(
        call, std::move(done),
        [key = std::move(key)](sql::Database& database) { return findRecord(database, key); });
}

void SqliteDirectory::setDeviceList(routing::DeviceList list, routing::SignedDeviceList signedList,
                                    StoreCall call, StoreCallback<DeviceListOutcome> done) {
    m_database.perform<DeviceListOutcome>(
        call, std::move(done),
        [this, list = std::move(list), signedList = std::move(signedList)](sql::Database& database) {
            return replaceList(database, list, signedList);
        },
        accountBytes);
}

Result<DeviceListOutcome> SqliteDirectory::replaceList(sql::Database& database,
                                                       const routing::DeviceList& list,
                                                       const routing::SignedDeviceList& signedList) const {
    quint64 version = 0;
    {
        RECADO_TRY(sql::Statement statement,
                   database.query("SELECT list_version FROM account WHERE id = ?1", list.account));
        RECADO_TRY(const bool row, statement.step());
        if (!row)
            return DeviceListOutcome::UnknownAccount;
        version = statement.uint64(0);
    }
    if (list.version <= version)
        return DeviceListOutcome::NotHigher;
    RECADO_CHECK(database.run("UPDATE account SET list_version = ?2, list = ?3, list_signature = ?4"
                              " WHERE id = ?1",
                              list.account, list.version, signedList.bytes, signedList.signature));
    RECADO_CHECK(dropDevices(database, list.account, list));
    return DeviceListOutcome::Stored;
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
    RECADO_CHECK(database.run("INSERT INTO freed_username (username, skeleton, freed_at)"
                              " SELECT username, skeleton, ?2 FROM account WHERE id = ?1",
                              account, nowMs));
    RECADO_CHECK(database.run("DELETE FROM account WHERE id = ?1", account));
    if (database.changes() == 0)
        return false;
    RECADO_CHECK(dropDevices(database, account, {}));
    return true;
}

void SqliteDirectory::sweep(StoreCall call, StoreCallback<int> done) {
    m_database.perform<int>(call, std::move(done),
                            [this](sql::Database& database) { return sweepSome(database); });
}

Result<int> SqliteDirectory::sweepSome(sql::Database& database) {
    RECADO_TRY(const QVector<base::DeviceAddress> devices, devicesAfter(database, m_sweptUpTo));
    m_sweptUpTo = devices.size() < sweepSlice ? base::DeviceAddress() : devices.back();
    int removed = 0;
    for (const base::DeviceAddress& device : devices) {
        RECADO_TRY(const bool unlisted, isUnlisted(database, device));
        if (!unlisted)
            continue;
        RECADO_CHECK(m_mailboxes.drop(database, device));
        ++removed;
    }
    return removed;
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
