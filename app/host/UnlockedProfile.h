#pragma once

#include "base/Result.h"
#include "base/SecretBytes.h"
#include "storage/Keychain.h"
#include "storage/ProfileDatabase.h"
#include "storage/ProfileDirectory.h"
#include "storage/ProfileKey.h"

#include <QString>

#include <optional>

namespace recado::host {

/// What it means for a new profile when the keychain at hand keeps no secrets.
enum class KeychainUse {
    Required, ///< An error: whoever chose it gets no key file instead without a word.
    IfItWorks ///< The key goes into a file.
};

/// Which profile, and what the person brought to open it.
struct ProfileOptions {
    QString directory;
    /// The claim on that directory when the caller has taken it already; else it is taken here.
    std::optional<storage::ProfileDirectory> claimed{};
    /// A file whose first line, without its end, is the passphrase; empty: none.
    QString passphraseFile;
    /// The passphrase itself (UTF-8), when a window asked for it; empty: none.
    base::SecretBytes passphrase;
    /// Borrowed during unlock; may be null.
    storage::Keychain* keychain = nullptr;
    KeychainUse keychainUse = KeychainUse::Required;
    /// The recovery code of an existing profile, in place of its passphrase or keychain; empty: none. A
    /// passphrase that comes with it is the new one: it guards the profile from then on.
    QString recoveryCode;
    /// Gives a new profile a recovery code, and another one to a profile whose code nobody has confirmed to
    /// have kept (UnconfirmedCode.h) unless it was opened by that very code.
    bool withRecoveryCode = false;
};

/// The first line of a passphrase file, without its end. IoFailed; InvalidArgument when it is empty.
base::Result<base::SecretBytes> readPassphrase(const QString& path);

/// A claimed directory and its key: all that is slow about opening a profile is behind us.
struct UnlockedProfile {
    storage::ProfileDirectory directory;
    base::SecretBytes key;
    storage::Creation creation = storage::Creation::Forbidden;
    storage::KeyProtection protection = storage::KeyProtection::KeyFile;
    /// Where one was made: to be shown until it is kept; it is stored nowhere.
    QString recoveryCode;

    /// Whether unlock() with these options has anything to ask of a keychain: a profile whose key is there
    /// (and not opened by the passphrase that was brought), or a new one without a passphrase.
    static bool asksKeychain(const ProfileOptions& options);

    /// Claims the directory and gets the key; makes both for a new profile: guarded by the passphrase if
    /// there is one, else by the keychain if there is one (see KeychainUse), else in a file that only the
    /// owner may read. Any thread but the keychain's; may take some seconds. ProfileInUse, ProfileLocked (no
    /// passphrase, no keychain), WrongKey, StorageCorrupt, NotPermitted, IoFailed, InvalidArgument (empty
    /// passphrase file).
    static base::Result<UnlockedProfile> unlock(ProfileOptions options);
};

} // namespace recado::host
