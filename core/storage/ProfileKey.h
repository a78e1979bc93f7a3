#pragma once

#include "base/Result.h"
#include "base/SecretBytes.h"
#include "storage/Keychain.h"

#include <QString>

#include <optional>

namespace recado::storage {

/// What guards a profile's database key.
enum class KeyProtection {
    KeyFile,    ///< The key itself, in a file that only its owner may read.
    Passphrase, ///< Wrapped under Argon2id of a passphrase.
    Keychain,   ///< Wrapped under a secret that the system keychain holds.
    /// Wrapped twice, once in each way, and either opens it: the keychain every day without a question, the
    /// passphrase when the keychain is away, was reset, or is another one than before.
    PassphraseAndKeychain,
};

[[nodiscard]] constexpr bool hasPassphrase(KeyProtection protection) {
    return protection == KeyProtection::Passphrase || protection == KeyProtection::PassphraseAndKeychain;
}
[[nodiscard]] constexpr bool hasKeychain(KeyProtection protection) {
    return protection == KeyProtection::Keychain || protection == KeyProtection::PassphraseAndKeychain;
}

/// What one passphrase guess costs (libsodium crypto_pwhash, Argon2id).
struct PassphraseCost {
    quint64 passes = 3;
    quint64 memoryBytes = 256 * 1024 * 1024;
};

/// How a key shall be guarded from now on.
struct ProtectionRequest {
    KeyProtection protection = KeyProtection::KeyFile;
    base::SecretBytes passphrase{}; ///< UTF-8; for a protection that has one, not empty.
    Keychain* keychain = nullptr;   ///< For a protection that has one.
    bool withRecoveryCode = false;  ///< Makes a new recovery code, which replaces an older one.
    PassphraseCost cost{};          ///< Only tests ask for less.
};

/// What the person brought to open a profile. Of several, the one that took most trouble to bring is tried
/// alone: the recovery code, else the passphrase, else the keychain. What does not belong to the profile's
/// protection is not looked at.
struct Credentials {
    base::SecretBytes passphrase;
    Keychain* keychain = nullptr;
    QString recoveryCode; ///< As shown; case, spaces and dashes do not matter.
};

/// What guards a profile, as far as can be told without opening it.
struct ProtectionInfo {
    KeyProtection protection = KeyProtection::KeyFile;
    QString keychainBackend; ///< For a protection with a keychain.
    bool hasRecoveryCode = false;
    /// The first start was cut off after the key and before its database: there is none with content, and
    /// there never was one that anything was stored in. A new one may be made for this key.
    bool awaitsDatabase = false;
};

/// The random 256-bit database key of a profile, kept in `key.json` of its directory in one to three wraps
/// (passphrase, keychain, and optionally a recovery code: 160 random bits, so a plain hash derives its key).
/// Every wrap is XChaCha20-Poly1305. The file is written atomically, synced, mode 0600. Any thread; calls
/// with a passphrase take about a second and 256 MiB.
class ProfileKey {
public:
    static constexpr int keySize = 32;

    struct Created {
        base::SecretBytes key;
        QString
            recoveryCode; ///< Groups of four characters; empty unless asked for. Shown once, stored nowhere.
    };

    /// Makes a key for a new profile. Never makes one where a key or a database (`*.db`) stands already:
    /// StorageCorrupt for a database whose key file is gone, ProfileInUse for an existing key.
    /// InvalidArgument for a request without its passphrase or keychain; IoFailed, or the keychain's own
    /// error.
    static base::Result<Created> create(const QString& directory, const ProtectionRequest& request);

    /// The key. ProfileLocked when the passphrase or the pinned keychain (or its entry) is missing; WrongKey
    /// when what was brought does not open it; StorageCorrupt for a damaged file, or a database whose key
    /// file is gone; NotPermitted for a key file that others may read; IoFailed for a profile without key.
    static base::Result<base::SecretBytes> unlock(const QString& directory, const Credentials& credentials);

    /// Nothing for a directory without key file and database, which is a new profile.
    static base::Result<std::optional<ProtectionInfo>> protection(const QString& directory);

    /// Notes that the key's database stands, so that from now on none is ever made for it again. Called by
    /// ProfileDatabase::open() before anything is stored. Success for a directory without key file. Errors of
    /// a damaged or unwritable key file.
    static base::Status confirmDatabase(const QString& directory);

    /// Guards the same key in another way, or under another passphrase; an older recovery code stays valid
    /// unless a new one is asked for. Errors as unlock() and create(). On any error the old protection still
    /// holds.
    static base::Result<Created> change(const QString& directory, const Credentials& credentials,
                                        const ProtectionRequest& request);

    /// A recovery code for a profile that has none yet, or a new one in place of the old; all else stays as
    /// it is. Errors as unlock(); IoFailed when it cannot be written: the old code holds then.
    static base::Result<QString> renewRecoveryCode(const QString& directory, const Credentials& credentials);
};

} // namespace recado::storage
