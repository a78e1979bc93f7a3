#include "sql/Database.h"

#include "sql/Engine.h"
#include "sql/Failure.h"

#include <QFile>
#include <QFileInfo>

#include <algorithm>
#include <array>
#include <cstdio>

namespace recado::sql {

using base::makeError;
using base::Reason;
using base::Result;
using base::Status;

namespace {

constexpr std::size_t rawKeySize = 32;
constexpr qint64 pageSize = 4096;

Status checkKeyChoice(const DatabaseOptions& options) {
    const bool keyed = options.encryption == Encryption::Keyed;
    if (keyed && (options.key == nullptr || options.key->size() != rawKeySize))
        return makeError(Reason::WrongKey, QStringLiteral("an encrypted database needs a key of 32 bytes"));
    if (!keyed && options.key != nullptr)
        return makeError(Reason::InvalidArgument, QStringLiteral("a key was given for a plain database"));
    return {};
}

/// Looks at the file before the engine does: given an unencrypted file, the engine would ignore the key.
Status checkHeader(const DatabaseOptions& options) {
    QFile file(options.path);
    if (!file.exists())
        return makeError(Reason::StorageFailed, QStringLiteral("the database is missing"));
    if (!file.open(QIODevice::ReadOnly))
        return makeError(Reason::IoFailed,
                         QStringLiteral("cannot open the database: %1").arg(file.errorString()));
    if (file.size() < pageSize)
        return makeError(Reason::StorageCorrupt, QStringLiteral("the database is empty or cut short"));
    const bool plain = file.read(16) == QByteArray("SQLite format 3\0", 16);
    if (plain && options.encryption == Encryption::Keyed)
        return makeError(Reason::StorageCorrupt, QStringLiteral("the database is not encrypted"));
    if (!plain && options.encryption == Encryption::Plain)
        return makeError(Reason::StorageCorrupt, QStringLiteral("this is not a plain database"));
    return {};
}

/// The engine's way to write a raw key, x'…', which skips its password derivation.
base::SecretBytes keyLiteral(const base::SecretBytes& key) {
    static constexpr char digits[] = "0123456789abcdef";
    base::SecretBytes literal(key.size() * 2 + 3);
    std::uint8_t* out = literal.data();
    *out++ = 'x';
    *out++ = '\'';
    for (std::size_t i = 0; i < key.size(); ++i) {
        *out++ = std::uint8_t(digits[key.data()[i] >> 4]);
        *out++ = std::uint8_t(digits[key.data()[i] & 15]);
    }
    *out = '\'';
    return literal;
}

} // namespace

struct Database::Cached {
    sqlite3_stmt* handle = nullptr;
    bool lent = false;

    ~Cached() { sqlite3_finalize(handle); }
};

Database::Database(sqlite3* handle, QString path)
    : m_handle(handle)
    , m_path(std::move(path)) {}

Database::~Database() {
    m_statements.clear();
    sqlite3_close_v2(m_handle);
}

Result<std::unique_ptr<Database>> Database::create(const DatabaseOptions& options) {
    RECADO_CHECK(checkKeyChoice(options));
    if (options.access != Access::ReadWrite)
        return makeError(Reason::InvalidArgument, QStringLiteral("a new database must be writable"));
    QFile file(options.path);
    // An empty file is what a creation leaves that was cut off before its first byte; it holds nothing.
    if (file.exists() && file.size() > 0)
        return makeError(Reason::StorageFailed, QStringLiteral("there is a database already"));
    if (!file.open(QIODevice::ReadWrite))
        return makeError(Reason::IoFailed,
                         QStringLiteral("cannot make the database: %1").arg(file.errorString()));
    // The engine gives its log and index files the same permissions.
    if (!file.setPermissions(QFileDevice::ReadOwner | QFileDevice::WriteOwner))
        return makeError(Reason::IoFailed, QStringLiteral("cannot protect the database"));
    file.close();
    return connect(options);
}

Result<std::unique_ptr<Database>> Database::openExisting(const DatabaseOptions& options) {
    RECADO_CHECK(checkKeyChoice(options));
    RECADO_CHECK(checkHeader(options));
    return connect(options);
}

Result<std::unique_ptr<Database>> Database::connect(const DatabaseOptions& options) {
    // One thread at a time is our rule, so the engine need not lock; and it must never make the file.
    const int flags = SQLITE_OPEN_NOMUTEX |
                      (options.access == Access::ReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE);
    sqlite3* handle = nullptr;
    const int code = sqlite3_open_v2(QFile::encodeName(options.path).constData(), &handle, flags, nullptr);
    std::unique_ptr<Database> database(new Database(handle, options.path));
    if (code != SQLITE_OK)
        return database->failure(code, "opening the database");
    RECADO_CHECK(database->unlock(options));
    RECADO_CHECK(database->configure(options));
    return database;
}

/// Gives the engine the key and makes sure that it is used and fits.
Status Database::unlock(const DatabaseOptions& options) {
    sqlite3_extended_result_codes(m_handle, 1);
    sqlite3_busy_timeout(m_handle, options.busyTimeoutMs);
    m_encrypted = options.encryption == Encryption::Keyed;
    if (m_encrypted) {
        // Its log would go to stderr, and its errors come back to us as values anyway.
        RECADO_CHECK(execute("PRAGMA cipher_log_level = NONE"));
        const base::SecretBytes literal = keyLiteral(*options.key);
        if (const int code = sqlite3_key(m_handle, literal.data(), int(literal.size())); code != SQLITE_OK)
            return failure(code, "setting the key");
        // Answers only when a codec is attached; without one all that follows would be readable on disk.
        RECADO_TRY(const QString provider, pragmaText("PRAGMA cipher_provider"));
        if (provider.isEmpty())
            return makeError(Reason::CryptoFailed, QStringLiteral("the database engine cannot encrypt"));
    }
    return execute("SELECT count(*) FROM sqlite_master");
}

Status Database::configure(const DatabaseOptions& options) {
    sqlite3_db_config(m_handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    RECADO_CHECK(execute("PRAGMA temp_store = MEMORY; PRAGMA secure_delete = ON; PRAGMA foreign_keys = ON;"
                         "PRAGMA trusted_schema = OFF; PRAGMA synchronous = FULL;"));
    std::array<char, 128> limits{};
    std::snprintf(limits.data(), limits.size(), "PRAGMA cache_size = -%d; PRAGMA wal_autocheckpoint = %d",
                  options.cacheKib, options.checkpointPages);
    RECADO_CHECK(execute(limits.data()));
    if (options.access == Access::ReadOnly) {
        // The writer alone moves the log into the file: with two, SQLite before 3.51.3 can lose a commit.
        sqlite3_db_config(m_handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
        return execute("PRAGMA query_only = ON; PRAGMA wal_autocheckpoint = 0");
    }
    RECADO_TRY(const QString mode, pragmaText("PRAGMA journal_mode = WAL"));
    if (mode != QLatin1String("wal"))
        return makeError(Reason::StorageFailed, QStringLiteral("the file system cannot hold a shared log"));
    if (options.checkpoints == DatabaseOptions::Checkpoints::ByOwner) {
        m_checkpointPages = options.checkpointPages;
        sqlite3_wal_hook(
            m_handle,
            [](void* self, sqlite3*, const char*, int pages) {
                static_cast<Database*>(self)->m_logPages = pages;
                return SQLITE_OK;
            },
            this);
    }
    // After a burst the log file shrinks again; what every round fills anyway stays, as writing in place
    // syncs faster than growing.
    std::snprintf(
        limits.data(), limits.size(), "PRAGMA journal_size_limit = %lld",
        static_cast<long long>(std::max<qint64>(16 * 1024 * 1024, 2 * pageSize * options.checkpointPages)));
    return execute(limits.data());
}

Result<QString> Database::pragmaText(std::string_view text) {
    RECADO_TRY(Statement statement, prepare(text));
    RECADO_TRY(const bool row, statement.step());
    return row ? statement.text(0) : QString();
}

Status Database::execute(std::string_view script) {
    const char* next = script.data();
    const char* const end = script.data() + script.size();
    while (next < end) {
        sqlite3_stmt* handle = nullptr;
        if (const int code = sqlite3_prepare_v2(m_handle, next, int(end - next), &handle, &next);
            code != SQLITE_OK)
            return failure(code, "compiling a script");
        if (handle == nullptr) // a comment or white space
            continue;
        Statement statement(this, handle, nullptr);
        RECADO_CHECK(statement.finish());
    }
    return {};
}

Result<sqlite3_stmt*> Database::compile(std::string_view text) {
    sqlite3_stmt* handle = nullptr;
    if (const int code = sqlite3_prepare_v3(m_handle, text.data(), int(text.size()),
                                            SQLITE_PREPARE_PERSISTENT, &handle, nullptr);
        code != SQLITE_OK) {
        // The text is ours, without values, so the engine may quote it.
        base::Error error = failure(code, "compiling a statement");
        error.message += QStringLiteral(": %1").arg(QString::fromUtf8(sqlite3_errmsg(m_handle)));
        return error;
    }
    if (handle == nullptr)
        return makeError(Reason::InvalidArgument, QStringLiteral("an empty statement"));
    return handle;
}

Result<Statement> Database::prepare(std::string_view text) {
    if (const auto found = m_statements.find(text); found != m_statements.end()) {
        Cached& cached = *found->second;
        if (!cached.lent)
            return Statement(this, cached.handle, &cached.lent);
        RECADO_TRY(sqlite3_stmt * extra, compile(text));
        return Statement(this, extra, nullptr);
    }
    RECADO_TRY(sqlite3_stmt * handle, compile(text));
    auto cached = std::make_unique<Cached>();
    cached->handle = handle;
    Cached& kept = *m_statements.emplace(std::string(text), std::move(cached)).first->second;
    return Statement(this, kept.handle, &kept.lent);
}

qint64 Database::changes() const {
    return sqlite3_changes64(m_handle);
}

qint64 Database::lastInsertId() const {
    return sqlite3_last_insert_rowid(m_handle);
}

bool Database::inTransaction() const {
    return sqlite3_get_autocommit(m_handle) == 0;
}

Status Database::checkpoint() {
    const int code =
        sqlite3_wal_checkpoint_v2(m_handle, nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
    if (code != SQLITE_OK)
        return failure(code, "copying the log into the database");
    return {};
}

Status Database::checkIntegrity() {
    if (m_encrypted) {
        RECADO_TRY(const QString problem, pragmaText("PRAGMA cipher_integrity_check"));
        if (!problem.isEmpty())
            return makeError(Reason::StorageCorrupt, QStringLiteral("a page of the database was altered"));
    }
    RECADO_TRY(const QString verdict, pragmaText("PRAGMA integrity_check(1)"));
    if (verdict != QLatin1String("ok"))
        return makeError(Reason::StorageCorrupt, QStringLiteral("the structure of the database is damaged"));
    return {};
}

Status Database::setDeletion(Deletion deletion) {
    return execute(deletion == Deletion::Cheap ? "PRAGMA secure_delete = FAST" : "PRAGMA secure_delete = ON");
}

Status Database::checkpointIfDue() {
    if (m_checkpointPages == 0 || m_logPages < m_checkpointPages)
        return {};
    const int code =
        sqlite3_wal_checkpoint_v2(m_handle, nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
    // Read back by the next commit; until then nothing more is due.
    m_logPages = 0;
    if (code != SQLITE_OK && code != SQLITE_BUSY)
        return failure(code, "copying the log into the database");
    return {};
}

void Database::rolledBack(std::uint64_t savepoint) {
    if (m_memory != nullptr && m_memoryChange >= savepoint)
        m_memory.reset();
}

void Database::abandon() {
    sqlite3_db_config(m_handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

base::Error Database::failure(int code, const char* action) const {
    return makeFailure(m_handle, code, action);
}

} // namespace recado::sql
