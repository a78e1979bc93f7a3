#include "relay/ops/RelayKeyFile.h"

#include <QDir>
#include <QFile>

#include <fcntl.h>
#include <unistd.h>

namespace recado::relay {

namespace {

using base::makeError;
using base::Reason;
using base::Result;
using base::SecretBytes;
using base::SigningKey;
using base::Status;

constexpr int seedSize = 32;

base::Error keyFileError(Reason reason, const QString& text) {
    return makeError(reason, QStringLiteral("relay.key: ") + text);
}

/// Whole and on the disk, or not there at all.
Status writeDurably(const QString& path, const QByteArray& content) {
    const QByteArray temporary = QFile::encodeName(path + QStringLiteral(".new"));
    const int descriptor = open(temporary.constData(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (descriptor < 0)
        return keyFileError(Reason::IoFailed, qt_error_string(errno));
    const bool written =
        write(descriptor, content.constData(), std::size_t(content.size())) == content.size() &&
        fsync(descriptor) == 0;
    close(descriptor);
    if (!written || rename(temporary.constData(), QFile::encodeName(path).constData()) != 0)
        return keyFileError(Reason::IoFailed, QStringLiteral("cannot be written"));
    const QByteArray directory = QFile::encodeName(QFileInfo(path).absolutePath());
    const int directoryDescriptor = open(directory.constData(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool synced = directoryDescriptor >= 0 && fsync(directoryDescriptor) == 0;
    if (directoryDescriptor >= 0)
        close(directoryDescriptor);
    return synced ? Status() : Status(keyFileError(Reason::IoFailed, QStringLiteral("cannot be synced")));
}

Result<SigningKey> createKey(const QString& path) {
    SigningKey key = SigningKey::generate();
    const SecretBytes seed = key.seed();
    QByteArray text = seed.view().toByteArray().toHex() + '\n';
    const Status written = writeDurably(path, text);
    base::wipe(text);
    if (!written)
        return written.error();
    return key;
}

} // namespace

Result<SigningKey> loadRelayKey(const QString& directory, MissingKey missing) {
    const QString path = QDir(directory).filePath(QStringLiteral("relay.key"));
    QFile file(path);
    if (!file.exists()) {
        if (missing == MissingKey::Refuse)
            return keyFileError(
                Reason::StorageCorrupt,
                QStringLiteral("missing; without it this relay is not the one its people know"));
        return createKey(path);
    }
    constexpr auto others =
        QFileDevice::ReadGroup | QFileDevice::WriteGroup | QFileDevice::ReadOther | QFileDevice::WriteOther;
    if ((file.permissions() & others) != 0)
        return keyFileError(Reason::Configuration, QStringLiteral("others may read it; chmod 600"));
    if (!file.open(QIODevice::ReadOnly))
        return keyFileError(Reason::IoFailed, file.errorString());
    QByteArray text = file.read(4 * seedSize).trimmed();
    QByteArray seed = text.size() == 2 * seedSize ? QByteArray::fromHex(text) : QByteArray();
    Result<SigningKey> key = SigningKey::fromSeed(seed);
    base::wipe(text);
    base::wipe(seed);
    if (!key)
        return keyFileError(Reason::Configuration, QStringLiteral("holds no key"));
    return key;
}

} // namespace recado::relay
