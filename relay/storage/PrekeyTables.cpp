#include "relay/storage/PrekeyTables.h"

#include "routing/DeviceList.h"
#include "sql/Database.h"

#include <limits>

namespace recado::relay::prekeyTables {

using base::DeviceAddress;
using base::Result;
using base::Status;

namespace {

Status storeSigned(sql::Database& database, const DeviceAddress& device, const SignedPrekeyRecord& record) {
    return database.run("INSERT INTO signed_prekey (account, device, id, key, signature)"
                        " VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (account, device)"
                        " DO UPDATE SET id = excluded.id, key = excluded.key, signature = excluded.signature",
                        device.account, device.device, record.id, record.key, record.signature);
}

Result<std::optional<SignedPrekeyRecord>> findSigned(sql::Database& database, const DeviceAddress& device) {
    RECADO_TRY(
        sql::Statement statement,
        database.query("SELECT id, key, signature FROM signed_prekey WHERE account = ?1 AND device = ?2",
                       device.account, device.device));
    RECADO_TRY(const bool row, statement.step());
    if (!row)
        return std::optional<SignedPrekeyRecord>();
    return std::optional(
        SignedPrekeyRecord{quint32(statement.int64(0)), statement.bytes(1), statement.bytes(2)});
}

Result<std::optional<OneTimePrekey>> popOneTime(sql::Database& database, const DeviceAddress& device) {
    RECADO_TRY(sql::Statement statement,
               database.query("DELETE FROM one_time_prekey WHERE account = ?1 AND device = ?2 AND id ="
                              " (SELECT min(id) FROM one_time_prekey WHERE account = ?1 AND device = ?2)"
                              " RETURNING id, key",
                              device.account, device.device));
    RECADO_TRY(const bool row, statement.step());
    if (!row)
        return std::optional<OneTimePrekey>();
    const OneTimePrekey taken{quint32(statement.int64(0)), statement.bytes(1)};
    RECADO_CHECK(statement.finish()); // the deletion counts once the statement has ended
    return std::optional(taken);
}

} // namespace

Result<bool> isListed(sql::Database& database, const DeviceAddress& device) {
    RECADO_TRY(sql::Statement statement,
               database.query("SELECT list FROM account WHERE id = ?1", device.account));
    RECADO_TRY(const bool row, statement.step());
    if (!row)
        return false;
    RECADO_TRY(const routing::DeviceList list,
               routing::DeviceList::parse(statement.bytes(0), std::numeric_limits<quint32>::max()));
    return list.find(device.device) != nullptr;
}

Result<quint32> store(sql::Database& database, const DeviceAddress& device, const PrekeyBatch& batch,
                      quint32 cap) {
    if (batch.signedPrekey)
        RECADO_CHECK(storeSigned(database, device, *batch.signedPrekey));
    if (batch.replace)
        RECADO_CHECK(database.run("DELETE FROM one_time_prekey WHERE account = ?1 AND device = ?2",
                                  device.account, device.device));
    RECADO_TRY(quint32 stored, count(database, device));
    for (const OneTimePrekey& prekey : batch.prekeys) {
        RECADO_CHECK(database.run("UPDATE one_time_prekey SET key = ?4"
                                  " WHERE account = ?1 AND device = ?2 AND id = ?3",
                                  device.account, device.device, prekey.id, prekey.key));
        if (database.changes() > 0 || stored >= cap)
            continue;
        RECADO_CHECK(database.run("INSERT INTO one_time_prekey (account, device, id, key)"
                                  " VALUES (?1, ?2, ?3, ?4)",
                                  device.account, device.device, prekey.id, prekey.key));
        ++stored;
    }
    return stored;
}

Result<QVector<TakenPrekeys>> take(sql::Database& database, const base::AccountId& account,
                                   const QVector<PrekeyRequest>& requests) {
    QVector<TakenPrekeys> taken;
    for (const PrekeyRequest& request : requests) {
        const DeviceAddress device{account, request.deviceId};
        RECADO_TRY(const std::optional<SignedPrekeyRecord> signedPrekey, findSigned(database, device));
        if (!signedPrekey)
            continue;
        TakenPrekeys keys{request.deviceId, *signedPrekey, std::nullopt, 0};
        if (request.takeOneTime) {
            RECADO_TRY(keys.oneTime, popOneTime(database, device));
        }
        RECADO_TRY(keys.remaining, count(database, device));
        taken.append(keys);
    }
    return taken;
}

Result<quint32> count(sql::Database& database, const DeviceAddress& device) {
    RECADO_TRY(sql::Statement statement,
               database.query("SELECT count(*) FROM one_time_prekey WHERE account = ?1 AND device = ?2",
                              device.account, device.device));
    RECADO_TRY(const bool row, statement.step());
    return row ? quint32(statement.int64(0)) : 0U;
}

Status drop(sql::Database& database, const DeviceAddress& device) {
    RECADO_CHECK(database.run("DELETE FROM signed_prekey WHERE account = ?1 AND device = ?2", device.account,
                              device.device));
    return database.run("DELETE FROM one_time_prekey WHERE account = ?1 AND device = ?2", device.account,
                        device.device);
}

} // namespace recado::relay::prekeyTables
