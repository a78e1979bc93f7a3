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

/// Which profile, and what the person brought to open it.
struct ProfileOptions {
    QString directory;
    /// A file whose content, without the line's end, is the passphrase; empty: none.
    QString passphraseFile;
    /// The passphrase itself (UTF-8), when a window asked for it; empty: none.
    base::SecretBytes passphrase;
    /// Borrowed during unlock; may be null.
    storage::Keychain* keychain = nullptr;
};

/// A claimed directory and its key: all that is slow about opening a profile is behind us.
struct UnlockedProfile {
    storage::ProfileDirectory directory;
    base::SecretBytes key;
    storage::Creation creation = storage::Creation::Forbidden;
    storage::KeyProtection protection = storage::KeyProtection::KeyFile;

    /// Claims the directory and gets the key; makes both for a new profile: guarded by the passphrase if
    /// there is one, else by the keychain if it works, else in a file that only the owner may read. Any
    /// thread; may take a second or two. ProfileInUse, ProfileLocked (no passphrase, no keychain), WrongKey,
    /// StorageCorrupt, NotPermitted, IoFailed, InvalidArgument (empty passphrase file).
    static base::Result<UnlockedProfile> unlock(ProfileOptions options);
};

} // namespace recado::host
