#include "storage/ProfileDatabase.h"

#include "sql/Migrator.h"
#include "storage/Migrations.h"
#include "storage/ProfileKey.h"

#include <QLoggingCategory>

namespace recado::storage {

namespace {

Q_LOGGING_CATEGORY(profileLog, "recado.storage")

constexpr int connectionCacheKib = 16 * 1024;

sql::DatabaseOptions connectionOptions(const ProfileDirectory& directory, const base::SecretBytes& key,
                                       sql::Access access) {
    sql::DatabaseOptions options;
    options.path = directory.databasePath();
    options.encryption = sql::Encryption::Keyed;
    options.key = &key;
    options.access = access;
    options.cacheKib = connectionCacheKib;
    return options;
}

} // namespace

ProfileDatabase::ProfileDatabase(ProfileDirectory directory, base::SecretBytes key,
                                 std::unique_ptr<sql::Database> writer)
    : m_directory(std::move(directory))
    , m_key(std::move(key))
    , m_writer(std::move(writer)) {}

ProfileDatabase::~ProfileDatabase() {
    if (const base::Status emptied = m_writer->checkpoint(); !emptied)
        qCWarning(profileLog) << "the log could not be emptied:" << emptied.error().message;
}

base::Result<std::unique_ptr<ProfileDatabase>>
ProfileDatabase::open(ProfileDirectory directory, const base::SecretBytes& key, Creation creation) {
    const sql::DatabaseOptions options = connectionOptions(directory, key, sql::Access::ReadWrite);
    // With Allowed and a database there, create() refuses: a new key cannot be its key.
    RECADO_TRY(std::unique_ptr<sql::Database> writer, creation == Creation::Allowed
                                                          ? sql::Database::create(options)
                                                          : sql::Database::openExisting(options));
    RECADO_CHECK(sql::Migrator(profileMigrations()).migrate(*writer));
    RECADO_CHECK(ProfileKey::confirmDatabase(directory.path()));
    return std::unique_ptr<ProfileDatabase>(
        new ProfileDatabase(std::move(directory), key.clone(), std::move(writer)));
}

base::Result<std::unique_ptr<sql::Database>> ProfileDatabase::openReader() const {
    return sql::Database::openExisting(connectionOptions(m_directory, m_key, sql::Access::ReadOnly));
}

int ProfileDatabase::schemaVersion() {
    return int(profileMigrations().size());
}

} // namespace recado::storage
