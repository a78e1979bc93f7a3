#pragma once

#include "base/Result.h"
#include "base/SecretBytes.h"
#include "storage/ProfileKey.h"

#include <QByteArray>
#include <QString>

#include <optional>

namespace recado::storage {

/// A new, renamed or removed file outlasts a power cut only once its directory is synced, too. False when
/// that failed. Any thread.
[[nodiscard]] bool syncProfileDirectory(const QString& directory);

/// What `key.json` holds, in memory; byte strings are base64 in the file. Internal to ProfileKey.
struct KeyFile {
    KeyProtection protection = KeyProtection::KeyFile;
    base::SecretBytes key;    ///< With KeyFile: the key itself.
    QByteArray passphraseBox; ///< With a passphrase: the wrapped key (crypto/SealedBox.h).
    QByteArray salt;          ///< With a passphrase, 16 bytes.
    PassphraseCost cost{};    ///< With a passphrase.
    QByteArray keychainBox;   ///< With a keychain: the wrapped key.
    QString keychainBackend;  ///< With a keychain.
    QString keychainEntry;    ///< With a keychain.
    QByteArray recoveryBox;   ///< Empty without recovery code.
    /// The database this key is for was never finished; see ProfileKey::confirmDatabase().
    bool databasePending = false;

    [[nodiscard]] static QString pathIn(const QString& directory);

    /// Nothing when there is no file. StorageCorrupt when it does not parse or its numbers are absurd,
    /// NotPermitted when others may read it, IoFailed when it cannot be read.
    static base::Result<std::optional<KeyFile>> read(const QString& directory);

    /// Replaces the file atomically, mode 0600, and returns once it and its directory entry are on disk.
    /// After an error the old file stands, or (when only the directory could not be synced) the new one may.
    [[nodiscard]] base::Status write(const QString& directory) const;
};

} // namespace recado::storage
