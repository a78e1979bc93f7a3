#include "app/host/UnconfirmedCode.h"

#include "storage/KeyFile.h"

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

} // namespace

base::Status note(const QString& directory) {
    const int descriptor = ::open(QFile::encodeName(notePath(directory)).constData(),
                                  O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
    if (descriptor < 0)
        return noteFailed();
    ::close(descriptor);
    return storage::syncProfileDirectory(directory) ? base::Status() : noteFailed();
}

bool isNoted(const QString& directory) {
    return QFile::exists(notePath(directory));
}

base::Status clear(const QString& directory) {
    if (!isNoted(directory))
        return {};
    return QFile::remove(notePath(directory)) && storage::syncProfileDirectory(directory) ? base::Status()
                                                                                          : noteFailed();
}

} // namespace recado::host::unconfirmedcode
