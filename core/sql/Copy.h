#pragma once

#include "base/Result.h"

#include <QString>

#include <functional>

namespace recado::sql {

class Database;

struct CopyOptions {
    /// 4 KiB pages a step.
    int pagesAStep = 256;
    /// Called between two steps: a moment's sleep leaves the disk to others, false gives the copy up.
    std::function<bool()> betweenSteps;
};

/// Copies the database as it is now, page by page, into a new file at `path` that only its owner can read,
/// and syncs it. `source` must be in a read transaction (Transaction::beginRead) that began before: it keeps
/// the content the same from step to step without holding up whoever writes. The copy is one file without a
/// log. Errors: `InvalidArgument` outside a transaction, `IoFailed`, `StorageFailed` (a full disk, or
/// something stands at the path), `Cancelled`; the file is removed then.
base::Status copyDatabase(Database& source, const QString& path, const CopyOptions& options = {});

} // namespace recado::sql
