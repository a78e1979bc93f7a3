#include "storage/KeyFile.h"

#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSaveFile>

#include <fcntl.h>
#include <unistd.h>

namespace recado::storage {

using base::makeError;
using base::Reason;

namespace {

constexpr int keyFileVersion = 1;
constexpr qint64 largestKeyFile = 16 * 1024;
// A file that was tampered with must not make us allocate without end.
constexpr quint64 mostPasses = 64;
constexpr quint64 mostMemory = quint64(4) * 1024 * 1024 * 1024;

constexpr auto ownerOnly = QFileDevice::ReadOwner | QFileDevice::WriteOwner;
constexpr auto permissionsOfOthers = QFileDevice::ReadGroup | QFileDevice::WriteGroup |
                                     QFileDevice::ExeGroup | QFileDevice::ReadOther |
                                     QFileDevice::WriteOther | QFileDevice::ExeOther;

struct ProtectionName {
    KeyProtection protection;
    const char* name;
};
constexpr ProtectionName protectionNames[] = {
    {KeyProtection::KeyFile, "file"},
    {KeyProtection::Passphrase, "passphrase"},
    {KeyProtection::Keychain, "keychain"},
};

QString nameOfProtection(KeyProtection protection) {
    for (const ProtectionName& row : protectionNames) {
        if (row.protection == protection)
            return QLatin1String(row.name);
    }
    return {};
}

std::optional<KeyProtection> protectionNamed(const QString& name) {
    for (const ProtectionName& row : protectionNames) {
        if (name == QLatin1String(row.name))
            return row.protection;
    }
    return std::nullopt;
}

QString base64Text(QByteArrayView bytes) {
    return QString::fromLatin1(bytes.toByteArray().toBase64());
}

/// Empty for a missing or malformed value.
QByteArray base64Value(const QJsonObject& object, QLatin1String name) {
    const auto result = QByteArray::fromBase64Encoding(object[name].toString().toLatin1(),
                                                       QByteArray::AbortOnBase64DecodingErrors);
    return result ? result.decoded : QByteArray();
}

bool isCompleteKeyFile(const KeyFile& file) {
    switch (file.protection) {
    case KeyProtection::KeyFile:
        return file.key.size() == ProfileKey::keySize;
    case KeyProtection::Passphrase:
        return !file.box.isEmpty() && !file.salt.isEmpty() && file.cost.passes >= 1 &&
               file.cost.passes <= mostPasses && file.cost.memoryBytes <= mostMemory;
    case KeyProtection::Keychain:
        return !file.box.isEmpty() && !file.keychainBackend.isEmpty() && !file.keychainEntry.isEmpty();
    }
    return false;
}

std::optional<KeyFile> parsedKeyFile(const QByteArray& bytes) {
    const QJsonObject object = QJsonDocument::fromJson(bytes).object();
    const auto protection = protectionNamed(object[QLatin1String("protection")].toString());
    if (object[QLatin1String("version")].toInt() != keyFileVersion || !protection.has_value())
        return std::nullopt;
    KeyFile file;
    file.protection = *protection;
    QByteArray key = base64Value(object, QLatin1String("key"));
    file.key = base::SecretBytes::copyOf(key);
    base::wipe(key);
    file.box = base64Value(object, QLatin1String("box"));
    file.salt = base64Value(object, QLatin1String("salt"));
    file.cost.passes = quint64(object[QLatin1String("passes")].toInteger());
    file.cost.memoryBytes = quint64(object[QLatin1String("memoryBytes")].toInteger());
    file.keychainBackend = object[QLatin1String("keychainBackend")].toString();
    file.keychainEntry = object[QLatin1String("keychainEntry")].toString();
    file.recoveryBox = base64Value(object, QLatin1String("recoveryBox"));
    // Absent in a profile that has long had its database, which must never get a second one.
    file.databasePending = object[QLatin1String("databasePending")].toBool(false);
    if (!isCompleteKeyFile(file))
        return std::nullopt;
    return file;
}

QByteArray keyFileJson(const KeyFile& file) {
    QJsonObject object{{QStringLiteral("version"), keyFileVersion},
                       {QStringLiteral("protection"), nameOfProtection(file.protection)}};
    switch (file.protection) {
    case KeyProtection::KeyFile:
        object[QLatin1String("key")] = base64Text(file.key.view());
        break;
    case KeyProtection::Passphrase:
        object[QLatin1String("salt")] = base64Text(file.salt);
        object[QLatin1String("passes")] = qint64(file.cost.passes);
        object[QLatin1String("memoryBytes")] = qint64(file.cost.memoryBytes);
        break;
    case KeyProtection::Keychain:
        object[QLatin1String("keychainBackend")] = file.keychainBackend;
        object[QLatin1String("keychainEntry")] = file.keychainEntry;
        break;
    }
    if (!file.box.isEmpty())
        object[QLatin1String("box")] = base64Text(file.box);
    if (!file.recoveryBox.isEmpty())
        object[QLatin1String("recoveryBox")] = base64Text(file.recoveryBox);
    if (file.databasePending)
        object[QLatin1String("databasePending")] = true;
    return QJsonDocument(object).toJson();
}

/// A renamed file is there after a power cut only once its directory is synced, too.
bool syncProfileDirectory(const QString& directory) {
    const int descriptor =
        ::open(QFile::encodeName(directory).constData(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0)
        return false;
    const bool synced = ::fsync(descriptor) == 0;
    ::close(descriptor);
    return synced;
}

} // namespace

QString KeyFile::pathIn(const QString& directory) {
    return directory + QStringLiteral("/key.json");
}

base::Result<std::optional<KeyFile>> KeyFile::read(const QString& directory) {
    QFile file(pathIn(directory));
    if (!file.exists())
        return std::optional<KeyFile>();
    if (file.permissions() & permissionsOfOthers)
        return makeError(
            Reason::NotPermitted,
            QStringLiteral("the profile's key.json may be read by others; its mode must be 0600"));
    if (!file.open(QIODevice::ReadOnly))
        return makeError(Reason::IoFailed, QStringLiteral("the profile's key.json cannot be read"));
    QByteArray bytes = file.read(largestKeyFile);
    auto parsed = parsedKeyFile(bytes);
    base::wipe(bytes);
    if (!parsed.has_value())
        return makeError(Reason::StorageCorrupt, QStringLiteral("the profile's key.json is damaged"));
    return parsed;
}

base::Status KeyFile::write(const QString& directory) const {
    const auto failed = [] {
        return makeError(Reason::IoFailed, QStringLiteral("the profile's key.json cannot be written"));
    };
    QSaveFile file(pathIn(directory));
    if (!file.open(QIODevice::WriteOnly) || !file.setPermissions(ownerOnly))
        return failed();
    QByteArray bytes = keyFileJson(*this);
    const bool written = file.write(bytes) == bytes.size();
    base::wipe(bytes);
    if (!written || !file.commit() || !syncProfileDirectory(directory)) // commit() syncs the file
        return failed();
    return {};
}

} // namespace recado::storage
