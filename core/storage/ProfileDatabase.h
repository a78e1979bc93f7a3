#pragma once

#include "base/Result.h"
#include "base/SecretBytes.h"
#include "sql/Database.h"
#include "storage/ProfileDirectory.h"

#include <QString>

#include <memory>

namespace recado::storage {

/// What to do when the profile has no database yet.
enum class Creation {
    /// Fail: a key that exists without its database means that something was lost.
    Forbidden,
    /// Make one. Only for a key that was made during this very start, or that still awaits its database
    /// (ProtectionInfo::awaitsDatabase).
    Allowed,
};

/// One profile's encrypted database with the newest schema: the connection that writes, and the way to open
/// those that only read. Belongs to the engine's thread, except openReader().
class ProfileDatabase {
public:
    /// Opens (or makes, see Creation) the database and migrates it. The key is 32 bytes; a copy is kept in
    /// locked memory for the readers. WrongKey, StorageCorrupt (not encrypted, cut short), UnsupportedVersion
    /// (made by a newer program), StorageFailed (missing, or there although a new one was to be made), and
    /// those of ProfileKey::confirmDatabase().
    static base::Result<std::unique_ptr<ProfileDatabase>>
    open(ProfileDirectory directory, const base::SecretBytes& key, Creation creation = Creation::Forbidden);

    ProfileDatabase(const ProfileDatabase&) = delete;
    ProfileDatabase& operator=(const ProfileDatabase&) = delete;
    /// Empties the log into the database, so that deleted content leaves the disk, and gives up the lock. All
    /// readers and all that borrowed writer() are gone by now.
    ~ProfileDatabase();

    /// The one connection that writes and checkpoints.
    [[nodiscard]] sql::Database& writer() { return *m_writer; }
    [[nodiscard]] const ProfileDirectory& directory() const { return m_directory; }

    /// A query-only connection with a cache of its own (16 MB), for one thread. Any thread.
    [[nodiscard]] base::Result<std::unique_ptr<sql::Database>> openReader() const;

    /// The schema this program writes.
    [[nodiscard]] static int schemaVersion();

private:
    ProfileDatabase(ProfileDirectory directory, base::SecretBytes key, std::unique_ptr<sql::Database> writer);

    ProfileDirectory m_directory;
    base::SecretBytes m_key;
    std::unique_ptr<sql::Database> m_writer;
};

} // namespace recado::storage
