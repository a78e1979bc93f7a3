#include "sql/Failure.h"

#include "sql/Engine.h"

namespace recado::sql {

using base::Reason;

namespace {

Reason reasonOf(int code) {
    switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return Reason::Busy;
    case SQLITE_IOERR:
        return Reason::IoFailed;
    case SQLITE_CORRUPT:
        return Reason::StorageCorrupt;
    case SQLITE_NOTADB:
        return Reason::WrongKey;
    default:
        return Reason::StorageFailed;
    }
}

} // namespace

base::Error makeFailure(sqlite3* handle, int code, const char* action) {
    QString text =
        QStringLiteral("%1: %2").arg(QString::fromUtf8(action), QString::fromUtf8(sqlite3_errstr(code)));
    // These name tables and columns only.
    if (handle != nullptr && (code & 0xff) == SQLITE_CONSTRAINT)
        text += QStringLiteral(" (%1)").arg(QString::fromUtf8(sqlite3_errmsg(handle)));
    else
        text += QStringLiteral(" (%1)").arg(code);
    return base::makeError(reasonOf(code), text);
}

} // namespace recado::sql
