#include "relay/storage/AccountTables.h"

#include "relay/storage/PrekeyTables.h"
#include "routing/Address.h"
#include "sql/Database.h"

#include <QCryptographicHash>
#include <QMessageAuthenticationCode>

#include <algorithm>
#include <limits>

namespace recado::relay::accountTables {

using base::AccountId;
using base::Result;
using base::Status;

namespace {

constexpr quint32 anyNumber = std::numeric_limits<quint32>::max();

/// What remains of a freed name. Keyed, because names are few enough to be tried out; the key is not in the
/// database.
QByteArray freedNameHash(const QString& skeleton, const QByteArray& key) {
    return QMessageAuthenticationCode::hash(skeleton.toUtf8(), key, QCryptographicHash::Sha256);
}

quint32 highestOf(const routing::DeviceList& list, quint32 highest) {
    for (const routing::ListedDevice& device : list.devices)
        highest = std::max(highest, device.deviceId);
    return highest;
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

Result<bool> usernameFree(sql::Database& database, const NewAccount& account,
                          const QByteArray& freedNameKey) {
    RECADO_TRY(sql::Statement statement,
               database.query("SELECT 1 FROM account WHERE username = ?1 OR skeleton = ?2"
                              " UNION ALL SELECT 1 FROM freed_name WHERE hash = ?3 AND freed_at > ?4",
                              account.account.username, account.skeleton,
                              freedNameHash(account.skeleton, freedNameKey),
                              account.nowMs - account.usernameRestMs));
    RECADO_TRY(const bool taken, statement.step());
    return !taken;
}

Status insertAccount(sql::Database& database, const NewAccount& account) {
    const AccountRecord& record = account.account;
    // Names that have rested enough are nobody's any more.
    RECADO_CHECK(
        database.run("DELETE FROM freed_name WHERE freed_at <= ?1", account.nowMs - account.usernameRestMs));
    RECADO_CHECK(database.run("INSERT INTO account (id, username, skeleton, list_version, list,"
                              " list_signature, created_at, highest_device)"
                              " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                              record.id, record.username, account.skeleton, account.listVersion,
                              record.list.bytes, record.list.signature, account.nowMs,
                              account.device.device));
    const auto stored = prekeyTables::store(database, account.device, account.prekeys, anyNumber);
    return stored ? Status() : Status(stored.error());
}

/// Whether the account's devices may change at all just now.
Result<bool> isRecoveryOpen(sql::Database& database, const AccountId& account, qint64 nowMs) {
    RECADO_TRY(
        sql::Statement statement,
        database.query("SELECT 1 FROM recovery WHERE account = ?1 AND expires_at > ?2", account, nowMs));
    return statement.step();
}

/// Whether a newer list goes with the stored one. A store that comes out of a backup has missed lists, so it
/// cannot tell; clients judge every list by its signature anyway.
DeviceListOutcome follows(const StoredAccount& stored, const routing::DeviceList& list) {
    const auto before = routing::DeviceList::parse(stored.record.list.bytes, anyNumber);
    if (stored.listRestored || !before)
        return DeviceListOutcome::Stored;
    const bool removesOne =
        std::any_of(before->devices.begin(), before->devices.end(), [&](const routing::ListedDevice& device) {
            return list.find(device.deviceId) == nullptr;
        });
    if (list.identityKey != before->identityKey && !removesOne)
        return DeviceListOutcome::IdentityChanged;
    const quint32 highest = highestOf(*before, stored.highestDevice);
    const bool returns =
        std::any_of(list.devices.begin(), list.devices.end(), [&](const routing::ListedDevice& device) {
            return before->find(device.deviceId) == nullptr && device.deviceId <= highest;
        });
    return returns ? DeviceListOutcome::DeviceReturned : DeviceListOutcome::Stored;
}

Status storeList(sql::Database& database, const routing::DeviceList& list,
                 const routing::SignedDeviceList& signedList, quint32 highestDevice) {
    return database.run("UPDATE account SET list_version = ?2, list = ?3, list_signature = ?4,"
                        " highest_device = ?5, list_restored = 0 WHERE id = ?1",
                        list.account, list.version, signedList.bytes, signedList.signature, highestDevice);
}

/// The highest device number so far, the listed ones included.
quint32 highestDeviceOf(const StoredAccount& stored) {
    const auto list = routing::DeviceList::parse(stored.record.list.bytes, anyNumber);
    return list ? highestOf(*list, stored.highestDevice) : stored.highestDevice;
}

} // namespace

Result<std::optional<StoredAccount>> find(sql::Database& database, const Directory::AccountKey& key) {
    const bool byId = std::holds_alternative<AccountId>(key);
    RECADO_TRY(sql::Statement statement,
               database.prepare(byId ? "SELECT id, username, list, list_signature, list_version,"
                                       " highest_device, list_restored FROM account WHERE id = ?1"
                                     : "SELECT id, username, list, list_signature, list_version,"
                                       " highest_device, list_restored FROM account WHERE username = ?1"));
    std::visit([&](const auto& value) { statement.bind(1, value); }, key);
    RECADO_TRY(const bool row, statement.step());
    if (!row)
        return std::optional<StoredAccount>();
    return std::optional(StoredAccount{
        {statement.id<AccountId>(0), statement.text(1), {statement.bytes(2), statement.bytes(3)}},
        statement.uint64(4),
        quint32(statement.int64(5)),
        statement.int64(6) != 0});
}

Result<RegistrationAnswer> registerAccount(sql::Database& database, const NewAccount& account,
                                           const QByteArray& freedNameKey) {
    RECADO_TRY(std::optional<StoredAccount> existing, find(database, account.account.id));
    if (existing)
        return RegistrationAnswer{RegistrationOutcome::AccountExists, std::move(existing->record)};
    RECADO_TRY(const bool invited, invitationHolds(database, account));
    if (!invited)
        return RegistrationAnswer{RegistrationOutcome::InvalidInvitation, std::nullopt};
    RECADO_TRY(const bool isFree, usernameFree(database, account, freedNameKey));
    if (!isFree)
        return RegistrationAnswer{RegistrationOutcome::UsernameTaken, std::nullopt};
    if (!account.invitationHash.isEmpty())
        RECADO_CHECK(useInvitation(database, account.invitationHash));
    RECADO_CHECK(insertAccount(database, account));
    return RegistrationAnswer{RegistrationOutcome::Created, std::nullopt};
}

Result<DeviceListOutcome> replaceList(sql::Database& database, const routing::DeviceList& list,
                                      const routing::SignedDeviceList& signedList, qint64 nowMs) {
    RECADO_TRY(const std::optional<StoredAccount> stored, find(database, list.account));
    if (!stored)
        return DeviceListOutcome::UnknownAccount;
    if (list.version <= stored->listVersion)
        return DeviceListOutcome::NotHigher;
    RECADO_TRY(const bool frozen, isRecoveryOpen(database, list.account, nowMs));
    if (frozen)
        return DeviceListOutcome::RecoveryOpen;
    if (const DeviceListOutcome outcome = follows(*stored, list); outcome != DeviceListOutcome::Stored)
        return outcome;
    RECADO_CHECK(storeList(database, list, signedList, highestOf(list, highestDeviceOf(*stored))));
    return DeviceListOutcome::Stored;
}

Result<std::optional<RecoveryOffer>> openRecovery(sql::Database& database, const RecoveryRequest& request) {
    RECADO_TRY(const std::optional<StoredAccount> stored, find(database, request.username));
    if (!stored)
        return std::optional<RecoveryOffer>();
    RECADO_CHECK(database.run("INSERT OR REPLACE INTO recovery (account, secret_hash, expires_at)"
                              " VALUES (?1, ?2, ?3)",
                              stored->record.id, request.secretHash, request.expiresAtMs));
    return std::optional(RecoveryOffer{stored->record.id, stored->record.username, stored->listVersion + 1,
                                       highestDeviceOf(*stored) + 1});
}

Result<RecoveryOutcome> recover(sql::Database& database, const NewAccount& account) {
    const AccountRecord& record = account.account;
    RECADO_TRY(const std::optional<StoredAccount> stored, find(database, record.id));
    if (!stored || stored->record.username != record.username)
        return RecoveryOutcome::Invalid;
    if (stored->record.list == record.list)
        return RecoveryOutcome::Repeated;
    bool holds = false;
    {
        RECADO_TRY(sql::Statement statement,
                   database.query("SELECT 1 FROM recovery WHERE account = ?1 AND secret_hash = ?2"
                                  " AND expires_at > ?3",
                                  record.id, account.recoveryHash, account.nowMs));
        RECADO_TRY(holds, statement.step());
    }
    const bool newer =
        account.listVersion > stored->listVersion && account.device.device > highestDeviceOf(*stored);
    if (!holds || !newer)
        return RecoveryOutcome::Invalid;
    RECADO_CHECK(database.run("DELETE FROM recovery WHERE account = ?1", record.id));
    RECADO_CHECK(database.run("UPDATE account SET list_version = ?2, list = ?3, list_signature = ?4,"
                              " highest_device = ?5, list_restored = 0 WHERE id = ?1",
                              record.id, account.listVersion, record.list.bytes, record.list.signature,
                              account.device.device));
    return RecoveryOutcome::Recovered;
}

Result<bool> erase(sql::Database& database, const AccountId& account, qint64 nowMs,
                   const QByteArray& freedNameKey) {
    RECADO_TRY(const std::optional<StoredAccount> stored, find(database, account));
    if (!stored)
        return false;
    RECADO_CHECK(database.run(
        "INSERT OR REPLACE INTO freed_name (hash, freed_at) VALUES (?1, ?2)",
        freedNameHash(routing::lookAlikeSkeleton(stored->record.username), freedNameKey), nowMs));
    RECADO_CHECK(database.run("DELETE FROM recovery WHERE account = ?1", account));
    RECADO_CHECK(database.run("DELETE FROM account WHERE id = ?1", account));
    return true;
}

} // namespace recado::relay::accountTables
