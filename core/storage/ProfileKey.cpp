#include "storage/ProfileKey.h"

#include "base/Ids.h"
#include "base/Sodium.h"
#include "crypto/SealedBox.h"
#include "storage/KeyFile.h"
#include "storage/RecoveryCode.h"

#include <QDir>

#include <sodium.h>

namespace recado::storage {

using base::makeError;
using base::Reason;
using base::SecretBytes;

namespace {

constexpr QByteArrayView passphraseWrap("recado profile key, passphrase v1");
constexpr QByteArrayView keychainWrap("recado profile key, keychain v1");
constexpr QByteArrayView recoveryWrap("recado profile key, recovery v1");

base::Error wrongKeyError() {
    return makeError(Reason::WrongKey, QStringLiteral("the profile's key does not open with this"));
}

base::Error lockedError(const QString& message) {
    return makeError(Reason::ProfileLocked, message);
}

/// An empty database is what an interrupted first start leaves; nothing is lost with its key.
bool profileHasDatabase(const QString& directory) {
    const auto files = QDir(directory).entryInfoList({QStringLiteral("*.db")}, QDir::Files | QDir::Hidden);
    return std::any_of(files.begin(), files.end(), [](const QFileInfo& file) { return file.size() > 0; });
}

base::Error missingKeyError() {
    return makeError(
        Reason::StorageCorrupt,
        QStringLiteral("the profile has a database but its key.json is missing; restore that file, a "
                       "new key cannot open the database"));
}

base::Result<SecretBytes> unwrapKey(QByteArrayView wrappingKey, QByteArrayView purpose, QByteArrayView box) {
    auto opened = crypto::sealedbox::open(wrappingKey, purpose, {}, box);
    if (!opened.ok() || opened->size() != ProfileKey::keySize)
        return wrongKeyError();
    SecretBytes key = SecretBytes::copyOf(*opened);
    base::wipe(*opened);
    return key;
}

/// Argon2id: about a second and 256 MiB with the cost of everyday.
base::Result<SecretBytes> keyOfPassphrase(const SecretBytes& passphrase, const QByteArray& salt,
                                          const PassphraseCost& cost) {
    base::ensureSodium();
    SecretBytes key(crypto::sealedbox::keySize);
    if (salt.size() != crypto_pwhash_SALTBYTES ||
        crypto_pwhash(key.data(), key.size(), passphrase.view().data(), passphrase.size(),
                      reinterpret_cast<const unsigned char*>(salt.constData()), cost.passes,
                      std::size_t(cost.memoryBytes), crypto_pwhash_ALG_ARGON2ID13) != 0)
        return makeError(
            Reason::IoFailed,
            QStringLiteral("the passphrase cannot be checked: not enough memory, or bad parameters"));
    return key;
}

SecretBytes keyOfRecoveryCode(const SecretBytes& code) {
    base::ensureSodium();
    SecretBytes key(crypto::sealedbox::keySize);
    crypto_generichash(key.data(), key.size(), code.data(), code.size(),
                       reinterpret_cast<const unsigned char*>(recoveryWrap.data()),
                       std::size_t(recoveryWrap.size()));
    return key;
}

base::Status wrapByPassphrase(KeyFile& file, const SecretBytes& key, const ProtectionRequest& request) {
    if (request.passphrase.isEmpty())
        return makeError(Reason::InvalidArgument, QStringLiteral("the passphrase is empty"));
    file.salt = QByteArray(crypto_pwhash_SALTBYTES, Qt::Uninitialized);
    base::fillRandom(file.salt.data(), std::size_t(file.salt.size()));
    file.cost = request.cost;
    RECADO_TRY(const SecretBytes wrapping, keyOfPassphrase(request.passphrase, file.salt, file.cost));
    file.passphraseBox = crypto::sealedbox::seal(wrapping.view(), passphraseWrap, {}, key.view());
    return {};
}

base::Status wrapByKeychain(KeyFile& file, const SecretBytes& key, Keychain* keychain) {
    if (keychain == nullptr)
        return makeError(Reason::InvalidArgument, QStringLiteral("there is no keychain"));
    const SecretBytes wrapping = SecretBytes::random(crypto::sealedbox::keySize);
    file.keychainBackend = keychain->backend();
    // A name of its own for each wrap: the entry of the old wrap stays readable until the new one is on disk.
    file.keychainEntry = QStringLiteral("recado-profile-") + base::Id128<struct EntryTag>::random().toHex();
    RECADO_CHECK(keychain->write(file.keychainEntry, wrapping));
    // A locked or absent service may accept a write and keep nothing.
    RECADO_TRY(const auto kept, keychain->read(file.keychainEntry));
    if (!kept.has_value() || kept->view() != wrapping.view())
        return makeError(Reason::IoFailed, QStringLiteral("the system keychain did not keep the secret"));
    file.keychainBox = crypto::sealedbox::seal(wrapping.view(), keychainWrap, {}, key.view());
    return {};
}

base::Status protectKey(KeyFile& file, const SecretBytes& key, const ProtectionRequest& request) {
    file.protection = request.protection;
    if (request.protection == KeyProtection::KeyFile)
        file.key = key.clone();
    // The keychain last: what it was given would stay there if the passphrase failed after it.
    if (hasPassphrase(request.protection))
        RECADO_CHECK(wrapByPassphrase(file, key, request));
    if (hasKeychain(request.protection))
        RECADO_CHECK(wrapByKeychain(file, key, request.keychain));
    return {};
}

/// Wraps the key under a new recovery code, which is returned as people write it down.
QString wrapByRecoveryCode(KeyFile& file, const SecretBytes& key) {
    const SecretBytes bytes = SecretBytes::random(RecoveryCode::byteCount);
    file.recoveryBox = crypto::sealedbox::seal(keyOfRecoveryCode(bytes).view(), recoveryWrap, {}, key.view());
    return RecoveryCode::format(bytes);
}

/// After a failed write: takes the new wrap's secret out of the keychain, unless the file that stands there
/// now needs it. That file cannot be told from the error alone.
void forgetUnusedEntry(const QString& directory, const KeyFile& file, Keychain& keychain) {
    const auto standing = KeyFile::read(directory);
    if (standing.ok() && (!standing->has_value() || (*standing)->keychainEntry != file.keychainEntry))
        static_cast<void>(keychain.remove(file.keychainEntry)); // the write's error is the one to tell
}

/// Writes the key under a new protection; `recoveryBox` is the one to keep unless a new code is asked for.
base::Result<ProfileKey::Created> storeKey(const QString& directory, SecretBytes key,
                                           const ProtectionRequest& request, QByteArray recoveryBox,
                                           bool databasePending) {
    KeyFile file;
    file.databasePending = databasePending;
    file.recoveryBox = std::move(recoveryBox);
    RECADO_CHECK(protectKey(file, key, request));
    QString code;
    if (request.withRecoveryCode)
        code = wrapByRecoveryCode(file, key);
    if (auto written = file.write(directory); !written.ok()) {
        if (hasKeychain(request.protection))
            forgetUnusedEntry(directory, file, *request.keychain);
        return std::move(written).error();
    }
    return ProfileKey::Created{std::move(key), code};
}

base::Result<SecretBytes> openByKeychain(const KeyFile& file, Keychain* keychain) {
    if (keychain == nullptr || keychain->backend() != file.keychainBackend)
        return lockedError(
            QStringLiteral("the profile's key is in the keychain \"%1\", which is not the one at hand")
                .arg(file.keychainBackend));
    const auto secret = keychain->read(file.keychainEntry);
    if (!secret.ok())
        return lockedError(
            QStringLiteral("the system keychain does not answer: %1").arg(secret.error().message));
    if (!secret->has_value())
        return lockedError(
            QStringLiteral("the system keychain has no entry for this profile; is it unlocked?"));
    return unwrapKey((*secret)->view(), keychainWrap, file.keychainBox);
}

base::Result<SecretBytes> openByPassphrase(const KeyFile& file, const SecretBytes& passphrase) {
    RECADO_TRY(const SecretBytes wrapping, keyOfPassphrase(passphrase, file.salt, file.cost));
    return unwrapKey(wrapping.view(), passphraseWrap, file.passphraseBox);
}

base::Result<SecretBytes> openKey(const KeyFile& file, const Credentials& credentials) {
    if (!credentials.recoveryCode.isEmpty()) {
        const auto code = RecoveryCode::parse(credentials.recoveryCode);
        if (!code.has_value())
            return wrongKeyError();
        return unwrapKey(keyOfRecoveryCode(*code).view(), recoveryWrap, file.recoveryBox);
    }
    if (file.protection == KeyProtection::KeyFile)
        return file.key.clone();
    if (hasPassphrase(file.protection) && !credentials.passphrase.isEmpty())
        return openByPassphrase(file, credentials.passphrase);
    if (hasKeychain(file.protection))
        return openByKeychain(file, credentials.keychain);
    return lockedError(QStringLiteral("the profile's key needs its passphrase"));
}

/// The key file of a profile that must have one.
base::Result<KeyFile> requiredKeyFile(const QString& directory) {
    RECADO_TRY(std::optional<KeyFile> file, KeyFile::read(directory));
    if (file.has_value())
        return *std::move(file);
    if (profileHasDatabase(directory))
        return missingKeyError();
    return makeError(Reason::IoFailed, QStringLiteral("the profile has no key yet"));
}

} // namespace

base::Result<ProfileKey::Created> ProfileKey::create(const QString& directory,
                                                     const ProtectionRequest& request) {
    RECADO_TRY(const std::optional<KeyFile> existing, KeyFile::read(directory));
    if (existing.has_value())
        return makeError(Reason::ProfileInUse, QStringLiteral("the profile has a key already"));
    if (profileHasDatabase(directory))
        return missingKeyError();
    return storeKey(directory, SecretBytes::random(keySize), request, {}, true);
}

base::Result<SecretBytes> ProfileKey::unlock(const QString& directory, const Credentials& credentials) {
    RECADO_TRY(const KeyFile file, requiredKeyFile(directory));
    return openKey(file, credentials);
}

base::Result<std::optional<ProtectionInfo>> ProfileKey::protection(const QString& directory) {
    RECADO_TRY(const std::optional<KeyFile> file, KeyFile::read(directory));
    if (file.has_value())
        return std::optional(ProtectionInfo{file->protection, file->keychainBackend,
                                            !file->recoveryBox.isEmpty(),
                                            file->databasePending && !profileHasDatabase(directory)});
    if (profileHasDatabase(directory))
        return missingKeyError();
    return std::optional<ProtectionInfo>();
}

base::Status ProfileKey::confirmDatabase(const QString& directory) {
    RECADO_TRY(std::optional<KeyFile> file, KeyFile::read(directory));
    if (!file.has_value() || !file->databasePending)
        return {};
    file->databasePending = false;
    return file->write(directory);
}

base::Result<ProfileKey::Created> ProfileKey::change(const QString& directory, const Credentials& credentials,
                                                     const ProtectionRequest& request) {
    RECADO_TRY(const KeyFile file, requiredKeyFile(directory));
    RECADO_TRY(SecretBytes key, openKey(file, credentials));
    RECADO_TRY(Created changed,
               storeKey(directory, std::move(key), request, file.recoveryBox, file.databasePending));
    // The new wrap is on disk: the old keychain entry opens nothing any more and staying would do no harm, so
    // that a keychain which refuses here is no reason to report the change as failed.
    Keychain* const keychain = credentials.keychain != nullptr ? credentials.keychain : request.keychain;
    if (hasKeychain(file.protection) && keychain != nullptr && keychain->backend() == file.keychainBackend)
        static_cast<void>(keychain->remove(file.keychainEntry));
    return changed;
}

base::Result<QString> ProfileKey::renewRecoveryCode(const QString& directory,
                                                    const Credentials& credentials) {
    RECADO_TRY(KeyFile file, requiredKeyFile(directory));
    RECADO_TRY(const SecretBytes key, openKey(file, credentials));
    const QString code = wrapByRecoveryCode(file, key);
    RECADO_CHECK(file.write(directory));
    return code;
}

} // namespace recado::storage
