#pragma once

#include "base/Result.h"
#include "relay/storage/RelayMeta.h"
#include "sql/Database.h"
#include "sql/FileLock.h"

#include <QString>

#include <memory>
#include <optional>

namespace recado::relay {

/// A relay's database, open for reading: beside a running relay, or, when none runs, with the data directory
/// locked so that none begins meanwhile.
struct StoreReading {
    std::optional<sql::FileLock> lock; // none: a relay is running
    std::unique_ptr<sql::Database> database;
    RelayMeta meta;
    int schema = 0;
};

/// Blocks. Errors: `StorageFailed` when no relay has ever run there, or what the database answers.
base::Result<StoreReading> openStoreForReading(const QString& directory);

} // namespace recado::relay
