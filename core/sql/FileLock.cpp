#include "sql/FileLock.h"

#include <QtGlobal>

#ifdef Q_OS_UNIX
#include <QFile>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#else
#include <QLockFile>
#endif

namespace recado::sql {

#ifdef Q_OS_UNIX

// Not QLockFile: it trusts a process id written in the file, and after a kill -9 that id may be another's.
struct FileLock::Holder {
    int descriptor = -1;

    ~Holder() {
        if (descriptor >= 0)
            close(descriptor);
    }
};

base::Result<FileLock> FileLock::acquire(const QString& path) {
    auto holder = std::make_unique<Holder>();
    holder->descriptor = open(QFile::encodeName(path).constData(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (holder->descriptor < 0)
        return base::makeError(base::Reason::IoFailed,
                               QStringLiteral("cannot open the lock file: %1").arg(qt_error_string(errno)));
    int locked = -1;
    do {
        locked = flock(holder->descriptor, LOCK_EX | LOCK_NB);
    } while (locked != 0 && errno == EINTR);
    if (locked != 0 && errno == EWOULDBLOCK)
        return base::makeError(base::Reason::ProfileInUse, QStringLiteral("another program is using it"));
    if (locked != 0)
        return base::makeError(base::Reason::IoFailed,
                               QStringLiteral("cannot lock: %1").arg(qt_error_string(errno)));
    return FileLock(std::move(holder));
}

#else

struct FileLock::Holder {
    QLockFile file;

    explicit Holder(const QString& path)
        : file(path) {}
};

base::Result<FileLock> FileLock::acquire(const QString& path) {
    auto holder = std::make_unique<Holder>(path);
    holder->file.setStaleLockTime(0); // age proves nothing: a profile may be open for weeks
    if (holder->file.tryLock())
        return FileLock(std::move(holder));
    if (holder->file.error() == QLockFile::LockFailedError)
        return base::makeError(base::Reason::ProfileInUse, QStringLiteral("another program is using it"));
    return base::makeError(base::Reason::IoFailed, QStringLiteral("cannot make the lock file"));
}

#endif

FileLock::FileLock(std::unique_ptr<Holder> holder)
    : m_holder(std::move(holder)) {}
FileLock::FileLock(FileLock&& other) noexcept = default;
FileLock& FileLock::operator=(FileLock&& other) noexcept = default;
FileLock::~FileLock() = default;

} // namespace recado::sql
