#include "sql/Copy.h"

#include "sql/Database.h"
#include "sql/Engine.h"
#include "sql/Failure.h"

#include <QFile>

#include <fcntl.h>
#include <unistd.h>

#include <memory>

namespace recado::sql {

using base::makeError;
using base::Reason;
using base::Status;

namespace {

struct HandleCloser {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
};
using CopyHandle = std::unique_ptr<sqlite3, HandleCloser>;

struct BackupFinisher {
    void operator()(sqlite3_backup* backup) const { sqlite3_backup_finish(backup); }
};

Status makeOwnersFile(const QString& path) {
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly | QIODevice::NewOnly))
        return makeError(Reason::StorageFailed,
                         QStringLiteral("cannot make %1: %2").arg(path, file.errorString()));
    if (!file.setPermissions(QFileDevice::ReadOwner | QFileDevice::WriteOwner))
        return makeError(Reason::IoFailed, QStringLiteral("cannot protect %1").arg(path));
    return {};
}

Status syncFile(const QString& path) {
    const int descriptor = open(QFile::encodeName(path).constData(), O_RDONLY | O_CLOEXEC);
    const bool synced = descriptor >= 0 && fsync(descriptor) == 0;
    if (descriptor >= 0)
        close(descriptor);
    return synced ? Status()
                  : Status(makeError(Reason::IoFailed, QStringLiteral("cannot sync %1").arg(path)));
}

/// Without a journal of its own: a copy that is cut off is thrown away, not repaired.
Status copyPages(sqlite3* source, const QString& path, const CopyOptions& options) {
    sqlite3* opened = nullptr;
    int code = sqlite3_open_v2(QFile::encodeName(path).constData(), &opened,
                               SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_READWRITE, nullptr);
    const CopyHandle target(opened);
    if (code != SQLITE_OK)
        return makeFailure(opened, code, "opening the copy");
    sqlite3_exec(opened, "PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF", nullptr, nullptr, nullptr);
    {
        const std::unique_ptr<sqlite3_backup, BackupFinisher> backup(
            sqlite3_backup_init(opened, "main", source, "main"));
        if (!backup)
            return makeFailure(opened, sqlite3_extended_errcode(opened), "beginning the copy");
        while ((code = sqlite3_backup_step(backup.get(), options.pagesAStep)) == SQLITE_OK) {
            if (options.betweenSteps && !options.betweenSteps())
                return makeError(Reason::Cancelled, QStringLiteral("the copy was given up"));
        }
        if (code != SQLITE_DONE)
            return makeFailure(opened, code, "copying the database");
    }
    // The source's first page says that there is a log; the copy is to be a file that stands alone.
    code = sqlite3_exec(opened, "PRAGMA journal_mode = DELETE", nullptr, nullptr, nullptr);
    if (code != SQLITE_OK)
        return makeFailure(opened, code, "closing the copy");
    return {};
}

} // namespace

Status copyDatabase(Database& source, const QString& path, const CopyOptions& options) {
    if (!source.inTransaction())
        return makeError(Reason::InvalidArgument,
                         QStringLiteral("a database is copied inside a read transaction"));
    if (const Status made = makeOwnersFile(path); !made)
        return made;
    Status copied = copyPages(source.handleForCopy(), path, options);
    if (copied)
        copied = syncFile(path);
    if (!copied)
        QFile::remove(path);
    return copied;
}

} // namespace recado::sql
