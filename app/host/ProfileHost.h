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

    /// Gives the outbox up to `timeoutMs` to empty; blocks the calling thread meanwhile, so only at the end.
    /// True when it is empty and all that was received is acknowledged.
    bool flush(int timeoutMs);

private:
    class Parts;
    ProfileHost(std::unique_ptr<Parts> parts, storage::KeyProtection protection);

    std::unique_ptr<Parts> m_parts;
    storage::KeyProtection m_protection;
};

} // namespace recado::host
