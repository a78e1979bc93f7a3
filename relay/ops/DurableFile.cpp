#include "relay/ops/DurableFile.h"

#include <QCryptographicHash>
#include <QFile>
#include <QFileInfo>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

namespace recado::relay::durableFile {

namespace {

using base::makeError;
using base::Reason;
using base::Result;
using base::Status;

constexpr qint64 pieceBytes = 1'024 * 1'024;

base::Error fileFailure(const QString& path, const QString& why) {
    return makeError(Reason::IoFailed, QStringLiteral("%1: %2").arg(path, why));
}

Status syncOpened(const QString& path, int flags) {
    const int descriptor = open(QFile::encodeName(path).constData(), flags | O_CLOEXEC);
    const bool synced = descriptor >= 0 && fsync(descriptor) == 0;
    const QString why = synced ? QString() : qt_error_string(errno);
    if (descriptor >= 0)
        close(descriptor);
    return synced ? Status() : Status(fileFailure(path, why));
}

Status openOwners(QFile& file, QIODevice::OpenMode mode) {
    if (!file.open(mode))
        return fileFailure(file.fileName(), file.errorString());
    if (!file.setPermissions(QFileDevice::ReadOwner | QFileDevice::WriteOwner))
        return fileFailure(file.fileName(), QStringLiteral("cannot be kept from others"));
    return {};
}

/// Feeds a file's content to a hash and, if there is one, to another file.
Result<QByteArray> pour(const QString& from, QFile* to) {
    QFile source(from);
    if (!source.open(QIODevice::ReadOnly))
        return fileFailure(from, source.errorString());
    QCryptographicHash sum(QCryptographicHash::Sha256);
    while (true) {
        const QByteArray piece = source.read(pieceBytes);
        if (source.error() != QFileDevice::NoError)
            return fileFailure(from, source.errorString());
        if (piece.isEmpty())
            return sum.result();
        sum.addData(piece);
        if (to != nullptr && to->write(piece) != piece.size())
            return fileFailure(to->fileName(), to->errorString());
    }
}

} // namespace

Status write(const QString& path, const QByteArray& content) {
    const QString temporary = path + QStringLiteral(".new");
    {
        QFile file(temporary);
        RECADO_CHECK(openOwners(file, QIODevice::WriteOnly | QIODevice::Truncate | QIODevice::Unbuffered));
        if (file.write(content) != content.size() || fsync(file.handle()) != 0) {
            file.remove();
            return fileFailure(path, QStringLiteral("cannot be written"));
        }
    }
    if (rename(QFile::encodeName(temporary).constData(), QFile::encodeName(path).constData()) != 0)
        return fileFailure(path, qt_error_string(errno));
    return syncDirectory(QFileInfo(path).absolutePath());
}

Result<QByteArray> copy(const QString& from, const QString& path) {
    QFile file(path);
    RECADO_CHECK(openOwners(file, QIODevice::WriteOnly | QIODevice::NewOnly | QIODevice::Unbuffered));
    RECADO_TRY(const QByteArray sum, pour(from, &file));
    if (fsync(file.handle()) != 0)
        return fileFailure(path, qt_error_string(errno));
    return sum;
}

Result<QByteArray> hash(const QString& path) {
    return pour(path, nullptr);
}

Status sync(const QString& path) {
    return syncOpened(path, O_RDONLY);
}

Status syncDirectory(const QString& path) {
    return syncOpened(path, O_RDONLY | O_DIRECTORY);
}

} // namespace recado::relay::durableFile
