#include "relay/ops/AdminWords.h"
#include "relay/ops/BackupManifest.h"
#include "relay/ops/BackupMark.h"
#include "relay/ops/DurableFile.h"
#include "relay/ops/Program.h"
#include "relay/ops/StoreReading.h"
#include "sql/Copy.h"
#include "sql/Transaction.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QDir>
#include <QFileInfo>
#include <QStorageInfo>

#include <sys/stat.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <thread>

namespace recado::relay {

namespace {

using base::makeError;
using base::Reason;
using base::Result;
using base::Status;

constexpr auto copyPause =
    std::chrono::milliseconds(2); // after each MiB, while a relay works on the same disk
constexpr qint64 spaceToSpare = 16LL * 1'024 * 1'024;

/// Termination signals are blocked in this program (main()); a copy that takes long looks for them itself.
bool isAskedToStop() {
    sigset_t waiting;
    return sigpending(&waiting) == 0 &&
           (sigismember(&waiting, SIGINT) == 1 || sigismember(&waiting, SIGTERM) == 1);
}

/// The folder in which a backup comes into being, beside its final place; removed unless it got there.
class PartialBackup {
public:
    static Result<std::unique_ptr<PartialBackup>> create(const QString& target) {
        const QString path =
            QStringLiteral("%1.partial-%2").arg(target).arg(QCoreApplication::applicationPid());
        if (mkdir(QFile::encodeName(path).constData(), S_IRWXU) != 0)
            return makeError(Reason::Configuration,
                             QStringLiteral("target: cannot make %1: %2").arg(path, qt_error_string(errno)));
        return std::unique_ptr<PartialBackup>(new PartialBackup(path, target));
    }
    PartialBackup(const PartialBackup&) = delete;
    PartialBackup& operator=(const PartialBackup&) = delete;
    ~PartialBackup() {
        if (!m_path.isEmpty())
            QDir(m_path).removeRecursively();
    }

    [[nodiscard]] QString file(const QString& name) const { return QDir(m_path).filePath(name); }

    /// Everything in it is on the disk; now it takes its name, unless somebody else has meanwhile.
    Status finish() {
        RECADO_CHECK(durableFile::syncDirectory(m_path));
        if (rename(QFile::encodeName(m_path).constData(), QFile::encodeName(m_target).constData()) != 0)
            return makeError(Reason::IoFailed,
                             QStringLiteral("target: %1: %2").arg(m_target, qt_error_string(errno)));
        m_path.clear();
        return durableFile::syncDirectory(QFileInfo(m_target).absolutePath());
    }

private:
    PartialBackup(QString path, QString target)
        : m_path(std::move(path))
        , m_target(std::move(target)) {}

    QString m_path;
    const QString m_target;
};

/// Only an empty folder may stand where the backup goes.
Status checkTarget(const QString& target) {
    const QFileInfo info(target);
    const bool empty =
        info.isDir() && !info.isSymLink() &&
        QDir(target).isEmpty(QDir::AllEntries | QDir::Hidden | QDir::System | QDir::NoDotAndDotDot);
    if ((info.exists() || info.isSymLink()) && !empty)
        return makeError(Reason::Configuration,
                         QStringLiteral("target: %1 exists; a backup replaces nothing").arg(target));
    if (!QFileInfo(info.absolutePath()).isDir())
        return makeError(Reason::Configuration,
                         QStringLiteral("target: there is no folder %1").arg(info.absolutePath()));
    return {};
}

Status checkSpace(const QString& database, const QString& target) {
    const qint64 wanted =
        QFileInfo(database).size() + QFileInfo(database + QStringLiteral("-wal")).size() + spaceToSpare;
    const qint64 free = QStorageInfo(QFileInfo(target).absolutePath()).bytesAvailable();
    if (free < wanted)
        return makeError(Reason::IoFailed, QStringLiteral("target: %1 MiB free, %2 wanted")
                                               .arg(free / (1'024 * 1'024))
                                               .arg(wanted / (1'024 * 1'024)));
    return {};
}

/// Copies the database as it is at one moment, and reads the copy.
Status backUpDatabase(StoreReading& store, const QString& path, BackupManifest& manifest) {
    sql::CopyOptions options;
    options.betweenSteps = [pause = !store.lock.has_value()] {
        if (pause)
            std::this_thread::sleep_for(copyPause);
        return !isAskedToStop();
    };
    {
        RECADO_TRY(const sql::Transaction moment, sql::Transaction::beginRead(*store.database));
        RECADO_TRY(manifest.rows, countRowsOf(*store.database));
        RECADO_CHECK(sql::copyDatabase(*store.database, path, options));
    }
    RECADO_TRY(manifest.waiting, verifyDatabase(path, manifest.rows));
    RECADO_TRY(const QByteArray sum, durableFile::hash(path));
    manifest.files.insert(QStringLiteral("relay.db"), {QFileInfo(path).size(), sum});
    return {};
}

Status backUpKey(const QString& from, const QString& path, BackupManifest& manifest) {
    RECADO_TRY(const QByteArray sum, durableFile::copy(from, path));
    manifest.files.insert(QStringLiteral("relay.key"), {QFileInfo(path).size(), sum});
    return {};
}

Result<BackupManifest> backUp(const RelayConfig& config, const QString& target, bool withKey) {
    RECADO_CHECK(checkTarget(target));
    RECADO_TRY(StoreReading store, openStoreForReading(config.dataDirectory));
    RECADO_CHECK(checkSpace(store.database->path(), target));
    BackupManifest manifest;
    manifest.createdAt = QDateTime::currentDateTimeUtc().toString(Qt::ISODate);
    manifest.program = QStringLiteral("recado-relay " RECADO_VERSION);
    manifest.relayName = store.meta.publicName;
    manifest.incarnation = store.meta.storeIncarnation;
    manifest.schema = store.schema;
    RECADO_TRY(const std::unique_ptr<PartialBackup> partial, PartialBackup::create(target));
    RECADO_CHECK(backUpDatabase(store, partial->file(QStringLiteral("relay.db")), manifest));
    if (withKey)
        RECADO_CHECK(backUpKey(QDir(config.dataDirectory).filePath(QStringLiteral("relay.key")),
                               partial->file(QStringLiteral("relay.key")), manifest));
    RECADO_CHECK(durableFile::write(partial->file(QStringLiteral("manifest.json")), manifest.toJson()));
    RECADO_CHECK(partial->finish());
    return manifest;
}

} // namespace

int runBackup(const QStringList& words) {
    const auto read =
        readAdminWords(words, {.options = {{}, {QStringLiteral("without-key")}},
                               .subjects = {QStringLiteral("target: a folder for the backup")}});
    if (!read) {
        complain(read.error().message);
        return exitUsage;
    }
    const QString target = QDir::cleanPath(read->subjects.first());
    const auto made = backUp(read->config, target, !read->options.contains(QStringLiteral("without-key")));
    if (!made) {
        complain(made.error().message);
        return made.error().reason == Reason::Configuration ? exitUsage : exitFailure;
    }
    backupMark::set(read->config.dataDirectory);
    say(QStringLiteral("backup %1: %2 accounts, %3 waiting envelopes, %4 bytes, verified\n")
            .arg(target)
            .arg(made->rows.value(QStringLiteral("account")))
            .arg(made->waiting)
            .arg(made->files.value(QStringLiteral("relay.db")).bytes));
    return exitSuccess;
}

} // namespace recado::relay
