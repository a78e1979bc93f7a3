#include "storage/ProfileDirectory.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>

namespace recado::storage {

using base::makeError;
using base::Reason;

ProfileDirectory::ProfileDirectory(QString path, sql::FileLock lock)
    : m_path(std::move(path))
    , m_lock(std::move(lock)) {}

base::Result<ProfileDirectory> ProfileDirectory::claim(const QString& path) {
    const QString absolute = QDir(path).absolutePath();
    if (!QDir().mkpath(absolute))
        return makeError(Reason::IoFailed, QStringLiteral("the profile directory cannot be made"));
    if (!QFile::setPermissions(absolute,
                               QFileDevice::ReadOwner | QFileDevice::WriteOwner | QFileDevice::ExeOwner))
        return makeError(Reason::IoFailed, QStringLiteral("the profile directory cannot be made private"));
    RECADO_TRY(sql::FileLock lock, sql::FileLock::acquire(absolute + QStringLiteral("/profile.lock")));
    return ProfileDirectory(absolute, std::move(lock));
}

QString ProfileDirectory::databasePath() const {
    return m_path + QStringLiteral("/profile.db");
}

bool ProfileDirectory::hasDatabase() const {
    return QFileInfo(databasePath()).size() > 0;
}

} // namespace recado::storage
