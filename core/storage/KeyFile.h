#pragma once

#include "base/Result.h"
#include "base/SecretBytes.h"
#include "storage/ProfileKey.h"

#include <QByteArray>
#include <QString>

#include <optional>

namespace recado::storage {

/// What `key.json` holds, in memory; byte strings are base64 in the file. Internal to ProfileKey.
struct KeyFile {
    KeyProtection protection = KeyProtection::KeyFile;
    base::SecretBytes key;   ///< With KeyFile: the key itself.
    QByteArray box;          ///< Otherwise: the wrapped key (crypto/SealedBox.h).
    QByteArray salt;         ///< With Passphrase, 16 bytes.
    PassphraseCost cost{};   ///< With Passphrase.
    QString keychainBackend; ///< With Keychain.
    QString keychainEntry;   ///< With Keychain.
    QByteArray recoveryBox;  ///< Empty without recovery code.
    /// The database this key is for was never finished; see ProfileKey::confirmDatabase().
    bool databasePending = false;

    [[nodiscard]] static QString pathIn(const QString& directory);

    /// Nothing when there is no file. StorageCorrupt when it does not parse or its numbers are absurd,
    /// NotPermitted when others may read it, IoFailed when it cannot be read.
    static base::Result<std::optional<KeyFile>> read(const QString& directory);

    /// Replaces the file atomically, mode 0600, and returns once it and its directory entry are on disk.
    [[nodiscard]] base::Status write(const QString& directory) const;
};

} // namespace recado::storage
