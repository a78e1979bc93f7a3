#include "relay/storage/RelayMeta.h"

#include "base/Ids.h"
#include "relay/storage/MailboxMemory.h"
#include "sql/Database.h"

#include <string>

namespace recado::relay {

using base::makeError;
using base::Reason;

namespace {

constexpr qint64 bootEpochs = 1 << 24;
constexpr int incarnationSize = 16;

/// A restored store's epochs begin at the number of these that have passed since `epochsBeganMs`: two stores
/// restored from one backup differ as well, and a relay would have to start every two minutes for years to
/// catch up with it. 24 bits last until 2083.
constexpr qint64 restoredEpochMs = 120'000;
constexpr qint64 epochsBeganMs = 1'577'836'800'000; // 2020-01-01
/// And never closer than this to the copy's own, whatever the clock says.
constexpr qint64 epochsAhead = 4'096;

QByteArray newIncarnation() {
    QByteArray incarnation(incarnationSize, '\0');
    base::fillRandom(incarnation.data(), std::size_t(incarnation.size()));
    return incarnation;
}

base::Result<qint64> countRows(sql::Database& database, const char* what) {
    RECADO_TRY(sql::Statement statement, database.query(std::string("SELECT count(*) FROM ") + what));
    RECADO_TRY(const bool row, statement.step());
    return row ? qint64(statement.int64(0)) : 0;
}

} // namespace

base::Result<qint64> countWaiting(sql::Database& database) {
    RECADO_TRY(const qint64 stored, countRows(database, "envelope"));
    RECADO_TRY(const MailboxMemory* const log, MailboxMemory::of(database));
    return stored + log->loggedCount;
}

base::Result<RestoredStore> becomeRestored(sql::Database& database, qint64 nowMs) {
    RestoredStore restored;
    restored.incarnation = newIncarnation();
    RECADO_TRY(restored.accounts, countRows(database, "account"));
    RECADO_TRY(restored.envelopes, countWaiting(database));
    RECADO_TRY(restored.droppedPrekeys, countRows(database, "one_time_prekey"));
    RECADO_TRY(const qint64 invitations, countRows(database, "invitation"));
    RECADO_TRY(const qint64 recoveries, countRows(database, "recovery"));
    restored.droppedInvitations = invitations + recoveries;
    RECADO_CHECK(database.execute("DELETE FROM one_time_prekey; DELETE FROM invitation; DELETE FROM recovery;"
                                  "UPDATE account SET list_restored = 1"));
    const qint64 byClock = (nowMs - epochsBeganMs) / restoredEpochMs;
    RECADO_CHECK(database.run("UPDATE meta SET incarnation = ?1, boot_epoch = max(boot_epoch + ?2, ?3)",
                              restored.incarnation, epochsAhead, byClock));
    if (database.changes() != 1)
        return makeError(Reason::StorageCorrupt, QStringLiteral("the store does not know its epoch"));
    return restored;
}

base::Result<RelayMeta> startNewEpoch(sql::Database& database) {
    RECADO_TRY(sql::Statement statement,
               database.query("INSERT INTO meta (id, incarnation, boot_epoch) VALUES (1, ?1, 1)"
                              " ON CONFLICT (id) DO UPDATE SET boot_epoch = boot_epoch + 1"
                              " RETURNING public_name, incarnation, boot_epoch",
                              newIncarnation()));
    RECADO_TRY(const bool row, statement.step());
    if (!row)
        return makeError(Reason::StorageCorrupt, QStringLiteral("the store does not know its epoch"));
    const qint64 epoch = statement.int64(2);
    if (epoch < 1 || epoch >= bootEpochs)
        return makeError(Reason::StorageFailed, QStringLiteral("this store has used up its boot epochs"));
    return RelayMeta{statement.text(0), statement.bytes(1), quint32(epoch)};
}

base::Status storePublicName(sql::Database& database, const QString& name) {
    if (name.isEmpty())
        return makeError(Reason::Configuration, QStringLiteral("name: must not be empty"));
    RECADO_TRY(sql::Statement statement,
               database.query("UPDATE meta SET public_name = coalesce(public_name, ?1) RETURNING public_name",
                              name));
    RECADO_TRY(const bool row, statement.step());
    if (!row || statement.text(0) != name)
        return makeError(Reason::Configuration,
                         QStringLiteral("name: this relay has been another one since its first start"));
    return {};
}

} // namespace recado::relay
