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

constexpr QLatin1String passphraseBoxName("passphraseBox");
constexpr QLatin1String keychainBoxName("keychainBox");

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
    {KeyProtection::PassphraseAndKeychain, "passphrase-and-keychain"},
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
    if (file.protection == KeyProtection::KeyFile)
        return file.key.size() == ProfileKey::keySize;
    const bool passphraseComplete = !file.passphraseBox.isEmpty() && !file.salt.isEmpty() &&
                                    file.cost.passes >= 1 && file.cost.passes <= mostPasses &&
                                    file.cost.memoryBytes <= mostMemory;
    const bool keychainComplete =
        !file.keychainBox.isEmpty() && !file.keychainBackend.isEmpty() && !file.keychainEntry.isEmpty();
    return (passphraseComplete || !hasPassphrase(file.protection)) &&
           (keychainComplete || !hasKeychain(file.protection));
}

/// The two wraps have fields of their own since there can be both; before, the only one was called `box`.
QByteArray wrapValue(const QJsonObject& object, QLatin1String name) {
    const QByteArray value = base64Value(object, name);
    return value.isEmpty() ? base64Value(object, QLatin1String("box")) : value;
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
    if (hasPassphrase(file.protection)) {
        file.passphraseBox = wrapValue(object, passphraseBoxName);
        file.salt = base64Value(object, QLatin1String("salt"));
        file.cost.passes = quint64(object[QLatin1String("passes")].toInteger());
        file.cost.memoryBytes = quint64(object[QLatin1String("memoryBytes")].toInteger());
    }
    if (hasKeychain(file.protection)) {
        file.keychainBox = wrapValue(object, keychainBoxName);
        file.keychainBackend = object[QLatin1String("keychainBackend")].toString();
        file.keychainEntry = object[QLatin1String("keychainEntry")].toString();
    }
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
    if (file.protection == KeyProtection::KeyFile)
        object[QLatin1String("key")] = base64Text(file.key.view());
    if (hasPassphrase(file.protection)) {
        object[passphraseBoxName] = base64Text(file.passphraseBox);
        object[QLatin1String("salt")] = base64Text(file.salt);
        object[QLatin1String("passes")] = qint64(file.cost.passes);
        object[QLatin1String("memoryBytes")] = qint64(file.cost.memoryBytes);
    }
    if (hasKeychain(file.protection)) {
        object[keychainBoxName] = base64Text(file.keychainBox);
        object[QLatin1String("keychainBackend")] = file.keychainBackend;
        object[QLatin1String("keychainEntry")] = file.keychainEntry;
    }
    if (!file.recoveryBox.isEmpty())
        object[QLatin1String("recoveryBox")] = base64Text(file.recoveryBox);
    if (file.databasePending)
        object[QLatin1String("databasePending")] = true;
    return QJsonDocument(object).toJson();
}

} // namespace

bool syncProfileDirectory(const QString& directory) {
    const int descriptor =
        ::open(QFile::encodeName(directory).constData(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0)
        return false;
    const bool synced = ::fsync(descriptor) == 0;
    ::close(descriptor);
    return synced;
}

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
    // commit() syncs as well, but says nothing when that fails.
    const bool written = file.write(bytes) == bytes.size() && file.flush() && ::fsync(file.handle()) == 0;
    base::wipe(bytes);
    if (!written || !file.commit() || !syncProfileDirectory(directory))
        return failed();
    return {};
}

} // namespace recado::storage
