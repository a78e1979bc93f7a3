#include "app/host/UnconfirmedCode.h"

#include <QFile>

#include <fcntl.h>
#include <unistd.h>

namespace recado::host::unconfirmedcode {

namespace {

QString notePath(const QString& directory) {
    return directory + QStringLiteral("/recovery-code-unconfirmed");
}

base::Status noteFailed() {
    return base::makeError(base::Reason::IoFailed,
                           QStringLiteral("what became of the recovery code cannot be noted in the profile"));
}

/// A new or removed file outlasts a power cut only once its directory is synced.
bool syncNotes(const QString& directory) {
    const int descriptor =
        ::open(QFile::encodeName(directory).constData(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0)
        return false;
    const bool synced = ::fsync(descriptor) == 0;
    ::close(descriptor);
    return synced;
}

} // namespace

base::Status note(const QString& directory) {
    const int descriptor = ::open(QFile::encodeName(notePath(directory)).constData(),
                                  O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
    if (descriptor < 0)
        return noteFailed();
    ::close(descriptor);
    return syncNotes(directory) ? base::Status() : noteFailed();
}

bool isNoted(const QString& directory) {
    return QFile::exists(notePath(directory));
}

base::Status clear(const QString& directory) {
    if (!isNoted(directory))
        return {};
    return QFile::remove(notePath(directory)) && syncNotes(directory) ? base::Status() : noteFailed();
}

} // namespace recado::host::unconfirmedcode
