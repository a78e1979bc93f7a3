#pragma once

#include "base/Result.h"
#include "sql/FileLock.h"

#include <QString>

namespace recado::storage {

/// A profile's directory, claimed by this process. It is made private (0700) and locked before anything in it
/// is read, the key file included, so that two programs can neither share a profile nor both create one. Any
/// thread; the claim ends with the object or with the process, however that dies.
class ProfileDirectory {
public:
    /// Makes the directory when it is missing. ProfileInUse when another program (or another object of this
    /// one) holds it, IoFailed when it cannot be made, protected or locked.
    static base::Result<ProfileDirectory> claim(const QString& path);

    [[nodiscard]] const QString& path() const { return m_path; }
    /// Where the encrypted database is.
    [[nodiscard]] QString databasePath() const;
    /// True when there is a database with content; an empty file is what an interrupted first start left.
    [[nodiscard]] bool hasDatabase() const;

private:
    ProfileDirectory(QString path, sql::FileLock lock);

    QString m_path;
    sql::FileLock m_lock;
};

} // namespace recado::storage
