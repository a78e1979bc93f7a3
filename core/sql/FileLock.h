#pragma once

#include "base/Result.h"

#include <QString>

#include <memory>

namespace recado::sql {

/// Exclusive use of a profile or a data directory among all processes. The kernel releases it when the
/// process dies, however it dies; the (empty) lock file stays and means nothing by itself.
class FileLock {
public:
    /// Does not wait: `ProfileInUse` when another holder lives, `IoFailed` when the file cannot be opened.
    static base::Result<FileLock> acquire(const QString& path);

    FileLock(FileLock&& other) noexcept;
    FileLock& operator=(FileLock&& other) noexcept;
    ~FileLock();

private:
    struct Holder;
    explicit FileLock(std::unique_ptr<Holder> holder);

    std::unique_ptr<Holder> m_holder;
};

} // namespace recado::sql
