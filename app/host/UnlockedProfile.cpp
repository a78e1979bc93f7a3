#include "app/host/UnlockedProfile.h"

#include <QFile>

namespace recado::host {

using base::makeError;
using base::Reason;
using storage::KeyProtection;
using storage::ProfileKey;

namespace {

base::Result<base::SecretBytes> readPassphrase(const QString& path) {
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return makeError(Reason::IoFailed, QStringLiteral("the passphrase file cannot be read"));
    QByteArray content = file.readAll();
    qsizetype end = content.indexOf('\n');
    if (end < 0)
        end = content.size();
    if (end > 0 && content[end - 1] == '\r')
        --end;
    base::SecretBytes passphrase = base::SecretBytes::copyOf(QByteArrayView(content).first(end));
    base::wipe(content);
    if (passphrase.isEmpty())
        return makeError(Reason::InvalidArgument, QStringLiteral("the passphrase file is empty"));
    return passphrase;
}

storage::ProtectionRequest requestFor(KeyProtection protection, const ProfileOptions& options) {
    storage::ProtectionRequest request;
    request.protection = protection;
    request.passphrase = options.passphrase.clone();
    request.keychain = options.keychain;
    request.withRecoveryCode = options.withRecoveryCode;
    return request;
}

/// By the recovery code; whoever needs it has lost the passphrase and brings a new one.
base::Result<base::SecretBytes> recoverKey(const ProfileOptions& options) {
    storage::Credentials credentials;
    credentials.recoveryCode = options.recoveryCode;
    if (options.passphrase.isEmpty())
        return ProfileKey::unlock(options.directory, credentials);
    RECADO_TRY(ProfileKey::Created changed, ProfileKey::change(options.directory, credentials,
                                                               {.protection = KeyProtection::Passphrase,
                                                                .passphrase = options.passphrase.clone()}));
    return std::move(changed.key);
}

/// By whatever the person brought.
base::Result<base::SecretBytes> existingKey(ProfileOptions& options) {
    if (!options.recoveryCode.isEmpty())
        return recoverKey(options);
    storage::Credentials credentials;
    credentials.passphrase = std::move(options.passphrase);
    credentials.keychain = options.keychain;
    return ProfileKey::unlock(options.directory, credentials);
}

} // namespace

bool UnlockedProfile::asksKeychain(const ProfileOptions& options) {
    const auto existing = ProfileKey::protection(options.directory);
    if (!existing.ok())
        return false; // unlock() says what is wrong
    if (existing->has_value())
        return (*existing)->protection == KeyProtection::Keychain;
    return options.passphraseFile.isEmpty() && options.passphrase.isEmpty();
}

base::Result<UnlockedProfile> UnlockedProfile::unlock(ProfileOptions options) {
    if (!options.passphraseFile.isEmpty()) {
        RECADO_TRY(options.passphrase, readPassphrase(options.passphraseFile));
    }
    RECADO_TRY(storage::ProfileDirectory directory, storage::ProfileDirectory::claim(options.directory));
    RECADO_TRY(const std::optional<storage::ProtectionInfo> existing,
               ProfileKey::protection(options.directory));
    if (existing) {
        if (!options.passphrase.isEmpty() && options.recoveryCode.isEmpty() &&
            existing->protection == KeyProtection::KeyFile)
            qWarning("this profile was made without a passphrase; the one given is not used");
        const bool renewed = !options.recoveryCode.isEmpty() && !options.passphrase.isEmpty();
        RECADO_TRY(base::SecretBytes key, existingKey(options));
        // A first start that was cut off between the key and its database is taken up where it ended.
        const auto creation =
            existing->awaitsDatabase ? storage::Creation::Allowed : storage::Creation::Forbidden;
        return UnlockedProfile{std::move(directory),
                               std::move(key),
                               creation,
                               renewed ? KeyProtection::Passphrase : existing->protection,
                               {}};
    }
    KeyProtection protection = KeyProtection::KeyFile;
    if (!options.passphrase.isEmpty())
        protection = KeyProtection::Passphrase;
    else if (options.keychain)
        protection = KeyProtection::Keychain;
    auto created = ProfileKey::create(options.directory, requestFor(protection, options));
    if (!created && protection == KeyProtection::Keychain && options.keychainUse == KeychainUse::IfItWorks) {
        protection = KeyProtection::KeyFile;
        created = ProfileKey::create(options.directory, requestFor(protection, options));
    }
    if (!created)
        return created.error();
    return UnlockedProfile{std::move(directory), std::move(created->key), storage::Creation::Allowed,
                           protection, std::move(created->recoveryCode)};
}

} // namespace recado::host
