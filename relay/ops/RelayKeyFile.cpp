#include "relay/ops/RelayKeyFile.h"

#include "relay/ops/DurableFile.h"

#include <QCryptographicHash>
#include <QDir>
#include <QFile>
#include <QMessageAuthenticationCode>

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

Result<SigningKey> createKey(const QString& path) {
    SigningKey key = SigningKey::generate();
    const SecretBytes seed = key.seed();
    QByteArray text = seed.view().toByteArray().toHex() + '\n';
    const Status written = durableFile::write(path, text);
    base::wipe(text);
    if (!written)
        return keyFileError(Reason::IoFailed, written.error().message);
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

QByteArray freedNameKey(const base::SigningKey& key) {
    const SecretBytes seed = key.seed();
    return QMessageAuthenticationCode::hash(QByteArrayLiteral("recado freed names v1"),
                                            QByteArray::fromRawData(seed.view().data(), seed.view().size()),
                                            QCryptographicHash::Sha256);
}

} // namespace recado::relay
