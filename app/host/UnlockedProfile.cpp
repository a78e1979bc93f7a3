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
    qsizetype end = content.size();
    while (end > 0 && (content[end - 1] == '\n' || content[end - 1] == '\r'))
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
    return request;
}

} // namespace

base::Result<UnlockedProfile> UnlockedProfile::unlock(ProfileOptions options) {
    if (!options.passphraseFile.isEmpty()) {
        RECADO_TRY(options.passphrase, readPassphrase(options.passphraseFile));
    }
    RECADO_TRY(storage::ProfileDirectory directory, storage::ProfileDirectory::claim(options.directory));
    RECADO_TRY(const std::optional<storage::ProtectionInfo> existing,
               ProfileKey::protection(options.directory));
    if (existing) {
        if (!options.passphrase.isEmpty() && existing->protection == KeyProtection::KeyFile)
            qWarning("this profile was made without a passphrase; the one given is not used");
        RECADO_TRY(base::SecretBytes key,
                   ProfileKey::unlock(options.directory, {.passphrase = std::move(options.passphrase),
                                                          .keychain = options.keychain,
                                                          .recoveryCode = {}}));
        // A first start that was cut off between the key and its database is taken up where it ended.
        const auto creation =
            existing->awaitsDatabase ? storage::Creation::Allowed : storage::Creation::Forbidden;
        return UnlockedProfile{std::move(directory), std::move(key), creation, existing->protection};
    }
    KeyProtection protection = KeyProtection::KeyFile;
    if (!options.passphrase.isEmpty())
        protection = KeyProtection::Passphrase;
    else if (options.keychain)
        protection = KeyProtection::Keychain;
    // A keychain that fails is an error to be shown: nobody who chose one gets a key file instead without a
    // word.
    auto created = ProfileKey::create(options.directory, requestFor(protection, options));
    if (!created)
        return created.error();
    return UnlockedProfile{std::move(directory), std::move(created->key), storage::Creation::Allowed,
                           protection};
}

} // namespace recado::host
