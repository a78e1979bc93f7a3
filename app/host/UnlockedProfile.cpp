#include "app/host/UnlockedProfile.h"

#include "app/host/UnconfirmedCode.h"

#include <QFile>

namespace recado::host {

using base::makeError;
using base::Reason;
using storage::KeyProtection;
using storage::ProfileKey;

base::Result<base::SecretBytes> readPassphrase(const QString& path) {
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return makeError(Reason::IoFailed, QStringLiteral("the passphrase file %1 cannot be read").arg(path));
    QByteArray content = file.readAll();
    qsizetype end = content.indexOf('\n');
    if (end < 0)
        end = content.size();
    if (end > 0 && content[end - 1] == '\r')
        --end;
    base::SecretBytes passphrase = base::SecretBytes::copyOf(QByteArrayView(content).first(end));
    base::wipe(content);
    if (passphrase.isEmpty())
        return makeError(Reason::InvalidArgument,
                         QStringLiteral("the passphrase file %1 is empty").arg(path));
    return passphrase;
}

namespace {

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
    credentials.passphrase = options.passphrase.clone();
    credentials.keychain = options.keychain;
    return ProfileKey::unlock(options.directory, credentials);
}

/// For a profile whose code nobody has confirmed to have kept: the new one, else nothing.
QString codeToShow(const ProfileOptions& options) {
    if (!options.withRecoveryCode || !unconfirmedcode::isNoted(options.directory))
        return {};
    if (!options.recoveryCode.isEmpty()) { // whoever brings it has kept it
        if (const base::Status cleared = unconfirmedcode::clear(options.directory); !cleared)
            qWarning("%s", qPrintable(cleared.error().message));
        return {};
    }
    storage::Credentials credentials;
    credentials.passphrase = options.passphrase.clone();
    credentials.keychain = options.keychain;
    auto renewed = ProfileKey::renewRecoveryCode(options.directory, credentials);
    if (renewed.ok())
        return *renewed;
    // The profile opens without it as well, and the next start tries again.
    qWarning("no recovery code could be made: %s", qPrintable(renewed.error().message));
    return {};
}

/// With its recovery code noted as not yet confirmed where it gets one.
base::Result<ProfileKey::Created> createKey(const ProfileOptions& options, KeyProtection protection) {
    if (options.withRecoveryCode)
        RECADO_CHECK(unconfirmedcode::note(options.directory));
    auto created = ProfileKey::create(options.directory, requestFor(protection, options));
    if (!created && options.withRecoveryCode)
        static_cast<void>(unconfirmedcode::clear(options.directory)); // the key's error is the one to tell
    return created;
}

} // namespace

bool UnlockedProfile::asksKeychain(const ProfileOptions& options) {
    const auto existing = ProfileKey::protection(options.directory);
    if (!existing.ok())
        return false; // unlock() says what is wrong
    const bool passphraseBrought = !options.passphraseFile.isEmpty() || !options.passphrase.isEmpty();
    if (existing->has_value())
        return storage::hasKeychain((*existing)->protection) &&
               (!passphraseBrought || !storage::hasPassphrase((*existing)->protection));
    return !passphraseBrought;
}

base::Result<UnlockedProfile> UnlockedProfile::unlock(ProfileOptions options) {
    if (!options.passphraseFile.isEmpty()) {
        RECADO_TRY(options.passphrase, readPassphrase(options.passphraseFile));
    }
    if (!options.claimed) {
        RECADO_TRY(options.claimed, storage::ProfileDirectory::claim(options.directory));
    }
    storage::ProfileDirectory directory = *std::move(options.claimed);
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
        return UnlockedProfile{std::move(directory), std::move(key), creation,
                               renewed ? KeyProtection::Passphrase : existing->protection,
                               codeToShow(options)};
    }
    KeyProtection protection = KeyProtection::KeyFile;
    if (!options.passphrase.isEmpty())
        protection = KeyProtection::Passphrase;
    else if (options.keychain)
        protection = KeyProtection::Keychain;
    auto created = createKey(options, protection);
    if (!created && protection == KeyProtection::Keychain && options.keychainUse == KeychainUse::IfItWorks) {
        protection = KeyProtection::KeyFile;
        created = createKey(options, protection);
    }
    if (!created)
        return created.error();
    return UnlockedProfile{std::move(directory), std::move(created->key), storage::Creation::Allowed,
                           protection, std::move(created->recoveryCode)};
}

} // namespace recado::host
