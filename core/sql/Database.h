#pragma once

#include "base/Result.h"
#include "base/SecretBytes.h"
#include "sql/Statement.h"

#include <QString>

#include <map>
#include <memory>
#include <string>
#include <string_view>

struct sqlite3;

namespace recado::sql {

enum class Access { ReadWrite, ReadOnly };

/// `Keyed` is the default so that forgetting the choice cannot produce a readable file.
enum class Encryption { Keyed, Plain };

/// How to open one database file.
struct DatabaseOptions {
    QString path;
    Encryption encryption = Encryption::Keyed;
    /// The raw 256-bit key (32 bytes); borrowed for the duration of create() or openExisting() only. Must be
    /// given for `Keyed` and must be absent for `Plain`.
    const base::SecretBytes* key = nullptr;
    Access access = Access::ReadWrite;
    int cacheKib = 16 * 1024;
    int busyTimeoutMs = 5000;
    /// The log is copied into the database file when it has grown to this many 4 KiB pages.
    int checkpointPages = 1000;
    /// Who copies it: the commit that filled it, or whoever holds the connection, with checkpointIfDue().
    enum class Checkpoints { ByCommits, ByOwner } checkpoints = Checkpoints::ByCommits;
};

/// What becomes of deleted content: overwritten wherever it lay, or only in pages that are written anyway
/// (pages that are freed as a whole keep it until they are used again).
enum class Deletion { Overwrite, Cheap };

/// What code above remembers of a database's content, so that it need not be read again; kept by the
/// connection (Database::keep) and gone with it.
class ContentMemory {
public:
    virtual ~ContentMemory() = default;
};

/// One connection to one SQLCipher file: WAL, `synchronous=FULL`, nothing temporary on disk, deleted content
/// overwritten, foreign keys enforced. A commit that returned success is on the disk.
///
/// Not thread-safe: one thread at a time; handing it over is fine. Exactly one read-write connection may
/// exist for a file (it writes and checkpoints); any number of ReadOnly ones may read beside it, and they are
/// closed before it. Errors: `WrongKey`, `StorageCorrupt`, `Busy` (another process holds the lock),
/// `IoFailed` (the disk failed), `StorageFailed` (everything else, a full disk included).
class Database {
public:
    /// Makes a new database readable by its owner only. Fails when a non-empty file stands at the path.
    static base::Result<std::unique_ptr<Database>> create(const DatabaseOptions& options);

    /// Opens a database that must be there; never makes one. A missing file is `StorageFailed`, a key that
    /// does not fit (or a damaged first page: they look the same) `WrongKey`; an unencrypted file where a key
    /// was given, the contrary, or a truncated file `StorageCorrupt`.
    static base::Result<std::unique_ptr<Database>> openExisting(const DatabaseOptions& options);

    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;
    /// Every Statement must be gone by now.
    ~Database();

    /// Runs one or several statements without parameters, ignoring rows.
    base::Status execute(std::string_view script);

    /// The statement for this text, compiled once a connection and reused. A second one with the same text
    /// while the first is alive is compiled apart.
    base::Result<Statement> prepare(std::string_view text);

    /// prepare() with the values bound to ?1, ?2, …; step it for its rows.
    template <typename... Values>
    base::Result<Statement> query(std::string_view text, const Values&... values) {
        RECADO_TRY(Statement statement, prepare(text));
        statement.bindAll(values...);
        return statement;
    }

    /// Runs one statement with the values bound to ?1, ?2, … to its end, ignoring rows.
    template <typename... Values>
    base::Status run(std::string_view text, const Values&... values) {
        RECADO_TRY(Statement statement, query(text, values...));
        return statement.finish();
    }

    /// Rows changed by the latest INSERT, UPDATE or DELETE.
    [[nodiscard]] qint64 changes() const;
    /// The rowid of the latest INSERT.
    [[nodiscard]] qint64 lastInsertId() const;
    /// False outside a transaction, also when an error made the engine roll it back by itself.
    [[nodiscard]] bool inTransaction() const;
    [[nodiscard]] const QString& path() const { return m_path; }

    /// Remembers `memory` until the connection ends or a rollback undoes a change that it reflects, which its
    /// owner announces by memoryChanges() before each. Null when there is none.
    void keep(std::unique_ptr<ContentMemory> memory) { m_memory = std::move(memory); }
    [[nodiscard]] ContentMemory* memory() const { return m_memory.get(); }
    void memoryChanges() { m_memoryChange = m_savepoints; }

    /// Overwrite, unless told otherwise.
    base::Status setDeletion(Deletion deletion);

    /// With Checkpoints::ByOwner: copies what it can of a log that has grown beyond checkpointPages, outside
    /// a transaction. Success when nothing was due, or a reader stood in the way.
    base::Status checkpointIfDue();

    /// Copies the whole log into the database file, syncs it and empties the log (deleted content leaves the
    /// disk with it). `Busy` when a reader stands in the way.
    base::Status checkpoint();

    /// Verifies every page (authentication codes of an encrypted file, structure of any). Slow.
    base::Status checkIntegrity();

    /// For copyDatabase() alone.
    [[nodiscard]] sqlite3* handleForCopy() { return m_handle; }

    /// Makes the destructor leave log and file as they are: after a failed sync nothing more may be written
    /// through this connection.
    void abandon();

private:
    friend class Statement;
    friend class Savepoint;
    friend class Transaction;
    struct Cached;

    Database(sqlite3* handle, QString path);
    static base::Result<std::unique_ptr<Database>> connect(const DatabaseOptions& options);
    base::Status unlock(const DatabaseOptions& options);
    base::Status configure(const DatabaseOptions& options);
    base::Result<sqlite3_stmt*> compile(std::string_view text);
    base::Result<QString> pragmaText(std::string_view text);
    [[nodiscard]] base::Error failure(int code, const char* action) const;
    std::uint64_t savepointBegins() { return ++m_savepoints; }
    /// Everything since the beginning of this savepoint is undone (0: of the transaction).
    void rolledBack(std::uint64_t savepoint);

    sqlite3* m_handle = nullptr;
    QString m_path;
    bool m_encrypted = false;
    int m_checkpointPages = 0;
    int m_logPages = 0;               // after the latest commit; only with Checkpoints::ByOwner
    std::uint64_t m_savepoints = 0;   // begun so far
    std::uint64_t m_memoryChange = 0; // how many had begun at the latest change of the memory
    std::unique_ptr<ContentMemory> m_memory;
    std::map<std::string, std::unique_ptr<Cached>, std::less<>> m_statements;
};

} // namespace recado::sql
