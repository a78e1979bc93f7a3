#pragma once

#include "app/host/UnlockedProfile.h"
#include "messaging/Client.h"

#include <memory>

namespace recado::host {

/// One open profile at work: database, stores, engine, network and reader on their threads, behind one
/// Client. The object and its client live on the consumer's thread, which has an event loop.
class ProfileHost {
public:
    /// Unlocks and opens in one go; see UnlockedProfile::unlock() for what may take long.
    static base::Result<std::unique_ptr<ProfileHost>> open(ProfileOptions options);
    /// Opens the database and builds the engine. WrongKey, StorageCorrupt, UnsupportedVersion, StorageFailed,
    /// CryptoFailed.
    static base::Result<std::unique_ptr<ProfileHost>> open(UnlockedProfile profile);

    /// Stops everything in order; what is composed stays in the outbox.
    ~ProfileHost();
    ProfileHost(const ProfileHost&) = delete;
    ProfileHost& operator=(const ProfileHost&) = delete;

    /// Valid as long as this object. Not started yet: call Client::start().
    [[nodiscard]] messaging::Client& client();
    /// KeyFile deserves a warning to the person.
    [[nodiscard]] storage::KeyProtection protection() const { return m_protection; }

private:
    friend class ProfileOpening;
    class Parts;
    ProfileHost(std::unique_ptr<Parts> parts, storage::KeyProtection protection);

    std::unique_ptr<Parts> m_parts;
    storage::KeyProtection m_protection;
};

/// The way to a ProfileHost for a thread that must not wait for keys, disks and migrations. Made, finished
/// and destroyed where the client shall live; run() once, on any other thread, in between.
class ProfileOpening {
public:
    ProfileOpening();
    ~ProfileOpening();
    ProfileOpening(const ProfileOpening&) = delete;
    ProfileOpening& operator=(const ProfileOpening&) = delete;

    /// Does all that may take long. Errors as UnlockedProfile::unlock() and ProfileHost::open().
    base::Status run(ProfileOptions options);
    /// After run() has failed: whether the passphrase file was missing, unreadable or empty.
    [[nodiscard]] bool passphraseFileFailed() const { return m_passphraseFileFailed; }
    /// After run() has succeeded: the recovery code to show (UnlockedProfile), else empty.
    [[nodiscard]] const QString& recoveryCode() const { return m_recoveryCode; }
    /// After run() has succeeded, once: the open profile.
    [[nodiscard]] std::unique_ptr<ProfileHost> finish();

private:
    std::unique_ptr<ProfileHost::Parts> m_parts;
    storage::KeyProtection m_protection = storage::KeyProtection::KeyFile;
    QString m_recoveryCode;
    bool m_passphraseFileFailed = false;
};

} // namespace recado::host
