#include "relay/ops/AdminWords.h"
#include "relay/ops/BackupManifest.h"
#include "relay/ops/DurableFile.h"
#include "relay/ops/Program.h"
#include "relay/ops/RelayKeyFile.h"
#include "relay/storage/RelayDatabase.h"
#include "relay/storage/RelayMeta.h"
#include "relay/storage/Schema.h"
#include "sql/Database.h"
#include "sql/FileLock.h"
#include "sql/Transaction.h"

#include <QDateTime>
#include <QDir>
#include <QFileInfo>

#include <sys/stat.h>

#include <cerrno>
#include <cstdio>

namespace recado::relay {

namespace {

using base::makeError;
using base::Reason;
using base::Result;
using base::Status;

constexpr QLatin1String databaseName("relay.db");
constexpr QLatin1String keyName("relay.key");

/// A folder that is made now, or an empty one (a fresh file system has a `lost+found`).
Status prepareNewDirectory(const QString& path) {
    QStringList entries =
        QDir(path).entryList(QDir::AllEntries | QDir::Hidden | QDir::System | QDir::NoDotAndDotDot);
    entries.removeAll(QStringLiteral("lost+found"));
    if (!entries.isEmpty())
        return makeError(Reason::Configuration,
                         QStringLiteral("data: %1 is not empty; a restore replaces nothing").arg(path));
    if (!QDir().mkpath(path) || chmod(QFile::encodeName(path).constData(), S_IRWXU) != 0)
        return makeError(Reason::Configuration, QStringLiteral("data: cannot make the folder %1").arg(path));
    return {};
}

/// The database under a name that no relay looks for, until it is a store of its own.
Result<RestoredStore> makeStore(const QString& path) {
    sql::DatabaseOptions options;
    options.path = path;
    options.encryption = sql::Encryption::Plain;
    RECADO_TRY(const std::unique_ptr<sql::Database> database, sql::Database::openExisting(options));
    RECADO_CHECK(relaySchema().migrate(*database));
    RECADO_TRY(sql::Transaction transaction, sql::Transaction::begin(*database));
    RECADO_TRY(RestoredStore restored, becomeRestored(*database, QDateTime::currentMSecsSinceEpoch()));
    RECADO_CHECK(transaction.commit());
    // What was dropped leaves the file as well, and the log with it.
    RECADO_CHECK(rewriteFile(*database));
    return restored;
}

/// Where the relay's key comes from; `Configuration` when nobody says.
Result<QString> keySource(const BackupManifest& manifest, const QString& backup, const QString& given) {
    if (!given.isEmpty() && !QFileInfo(given).isFile())
        return makeError(Reason::Configuration, QStringLiteral("key: there is no file %1").arg(given));
    if (!given.isEmpty())
        return given;
    if (manifest.files.contains(keyName))
        return QDir(backup).filePath(keyName);
    return makeError(Reason::Configuration,
                     QStringLiteral("key: this backup was made without relay.key; name the file with --key"));
}

Result<RestoredStore> restoreInto(const QString& directory, const QString& backup, const QString& keyFile) {
    const QDir data(directory);
    const QString unfinished = data.filePath(QStringLiteral("relay.db.restoring"));
    RECADO_TRY([[maybe_unused]] const QByteArray keySum, durableFile::copy(keyFile, data.filePath(keyName)));
    RECADO_TRY([[maybe_unused]] const base::SigningKey key, loadRelayKey(directory, MissingKey::Refuse));
    RECADO_TRY([[maybe_unused]] const QByteArray sum,
               durableFile::copy(QDir(backup).filePath(databaseName), unfinished));
    RECADO_TRY(const RestoredStore restored, makeStore(unfinished));
    RECADO_CHECK(durableFile::sync(unfinished));
    if (rename(QFile::encodeName(unfinished).constData(),
               QFile::encodeName(data.filePath(databaseName)).constData()) != 0)
        return makeError(Reason::IoFailed, QStringLiteral("data: ") + qt_error_string(errno));
    RECADO_CHECK(durableFile::syncDirectory(directory));
    return restored;
}

Result<RestoredStore> restore(const QString& backup, const QString& directory, const QString& givenKey) {
    RECADO_TRY(const BackupManifest manifest, verifyBackup(backup));
    RECADO_TRY(const QString key, keySource(manifest, backup, givenKey));
    RECADO_CHECK(prepareNewDirectory(directory));
    RECADO_TRY(const sql::FileLock lock,
               sql::FileLock::acquire(QDir(directory).filePath(QStringLiteral("relay.lock"))));
    auto restored = restoreInto(directory, backup, key);
    if (!restored) {
        // Nothing else was there, and half a restore must not be taken for a relay's data.
        for (const QString& name : QDir(directory).entryList(QDir::Files | QDir::Hidden)) {
            if (name.startsWith(QStringLiteral("relay.")))
                QFile::remove(QDir(directory).filePath(name));
        }
    }
    return restored;
}

} // namespace

int runRestore(const QStringList& words) {
    const auto read = readAdminWords(words, {.options = {{QStringLiteral("key")}, {}},
                                             .subjects = {QStringLiteral("backup: the folder of a backup")}});
    if (!read) {
        complain(read.error().message);
        return exitUsage;
    }
    const QString directory = read->config.dataDirectory;
    const auto restored =
        restore(read->subjects.first(), directory, read->options.value(QStringLiteral("key")));
    if (!restored) {
        complain(restored.error().message);
        return restored.error().reason == Reason::Configuration ? exitUsage : exitFailure;
    }
    say(QStringLiteral("restored %1: %2 accounts, %3 waiting envelopes, store incarnation %4\n")
            .arg(directory)
            .arg(restored->accounts)
            .arg(restored->envelopes)
            .arg(QString::fromLatin1(restored->incarnation.toHex())));
    if (restored->droppedInvitations > 0)
        complain(QStringLiteral("%1 open invitations were dropped: some may have been used since the backup; "
                                "make new ones")
                     .arg(restored->droppedInvitations));
    return exitSuccess;
}

} // namespace recado::relay
