#include "relay/ops/StoreReading.h"

#include "sql/Migrator.h"

#include <QDir>
#include <QFileInfo>

namespace recado::relay {

using base::makeError;
using base::Reason;

base::Result<StoreReading> openStoreForReading(const QString& directory) {
    const QString path = QDir(directory).filePath(QStringLiteral("relay.db"));
    if (!QFileInfo::exists(path))
        return makeError(Reason::StorageFailed,
                         QStringLiteral("data: no relay has ever run in %1").arg(directory));
    StoreReading reading;
    auto lock = sql::FileLock::acquire(QDir(directory).filePath(QStringLiteral("relay.lock")));
    if (lock)
        reading.lock = *std::move(lock);
    else if (lock.error().reason != Reason::ProfileInUse)
        return lock.error();
    sql::DatabaseOptions options;
    options.path = path;
    options.encryption = sql::Encryption::Plain;
    options.access = sql::Access::ReadOnly;
    RECADO_TRY(reading.database, sql::Database::openExisting(options));
    RECADO_TRY(reading.schema, sql::Migrator::version(*reading.database));
    RECADO_TRY(sql::Statement statement,
               reading.database->query("SELECT public_name, incarnation, boot_epoch FROM meta"));
    RECADO_TRY(const bool row, statement.step());
    if (!row)
        return makeError(Reason::StorageCorrupt, QStringLiteral("data: the store does not know its epoch"));
    reading.meta = {statement.text(0), statement.bytes(1), quint32(statement.int64(2))};
    return reading;
}

} // namespace recado::relay
