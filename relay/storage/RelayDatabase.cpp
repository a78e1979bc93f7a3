#include "relay/storage/RelayDatabase.h"

#include "base/Log.h"
#include "relay/storage/MailboxBatch.h"
#include "relay/storage/Schema.h"
#include "sql/Transaction.h"

#include <QDir>
#include <QFileInfo>
#include <QLoggingCategory>

#include <future>
#include <limits>

namespace recado::relay {

using base::makeError;
using base::Reason;
using base::Result;
using base::Status;

namespace {

Q_LOGGING_CATEGORY(relayStorageLog, "recado.relay.storage")

constexpr qint64 missedLogPauseMs = 10'000;
constexpr int readingCacheKib = 8 * 1'024; // device lists, mostly

sql::DatabaseOptions relayFile(const RelayDatabaseOptions& options) {
    sql::DatabaseOptions file;
    file.path = QDir(options.directory).filePath(QStringLiteral("relay.db"));
    file.encryption = sql::Encryption::Plain;
    file.cacheKib = options.cacheKib;
    file.checkpointPages = options.checkpointPages;
    file.checkpoints = sql::DatabaseOptions::Checkpoints::ByOwner;
    return file;
}

Status prepareRelayDirectory(const QString& path) {
    if (QDir(path).exists())
        return {};
    if (!QDir().mkpath(path))
        return makeError(Reason::Configuration, QStringLiteral("cannot make the directory %1").arg(path));
    if (!QFile::setPermissions(path,
                               QFileDevice::ReadOwner | QFileDevice::WriteOwner | QFileDevice::ExeOwner))
        return makeError(Reason::Configuration, QStringLiteral("cannot protect the directory %1").arg(path));
    return {};
}

Result<sql::FileLock> lockRelayDirectory(const QString& path) {
    auto lock = sql::FileLock::acquire(QDir(path).filePath(QStringLiteral("relay.lock")));
    // The first file that is written there: what it meets, everything else would meet.
    if (!lock && lock.error().reason == Reason::IoFailed)
        return makeError(Reason::Configuration,
                         QStringLiteral("cannot write into %1: %2").arg(path, lock.error().message));
    return lock;
}

Result<std::unique_ptr<sql::Database>> openOrCreate(const sql::DatabaseOptions& file,
                                                    MissingDatabase missing) {
    // An empty file is a first start that was cut off; it never held anything.
    if (QFileInfo(file.path).size() > 0)
        return sql::Database::openExisting(file);
    // A log without its database is what remains when somebody removed the database.
    if (missing == MissingDatabase::Refuse || QFileInfo(file.path + QStringLiteral("-wal")).size() > 0)
        return makeError(Reason::StorageCorrupt,
                         QStringLiteral("relay.db is missing from the data directory"));
    return sql::Database::create(file);
}

} // namespace

namespace {

/// Moves everything out of the mailboxes' log, whose rows keep what was dropped until then.
Status emptyMailboxLog(sql::Database& database) {
    RECADO_TRY(sql::Transaction transaction, sql::Transaction::begin(database));
    RECADO_TRY(MailboxMemory* const memory, MailboxMemory::of(database));
    if (memory->rows.empty())
        return {};
    database.memoryChanges();
    const MailboxTables tables;
    const MailboxLogLimits everything{.settleBytes = 0,
                                      .sliceEnvelopes = std::numeric_limits<int>::max() / 2,
                                      .sliceBytes = std::numeric_limits<qint64>::max() / 2};
    // One that was under way is finished first.
    const qint64 newest = memory->rows.back().id;
    for (int rounds = 0; rounds < 3 && !memory->rows.empty() && memory->rows.front().id <= newest; ++rounds) {
        MailboxBatch batch(database, *memory, tables);
        RECADO_CHECK(batch.finish(MailboxBatch::OwedMarks::Now, everything));
    }
    return transaction.commit();
}

} // namespace

/// The new content is built up in a file beside the database, not in memory and not in the system's folder
/// for temporary files. A reader may stand in the log's way; everybody waits as long as we do, so not for
/// long.
Status rewriteFile(sql::Database& database) {
    QString directory = QFileInfo(database.path()).absolutePath();
    directory.replace(QLatin1Char('\''), QLatin1String("''"));
    const QString prepare = QStringLiteral("PRAGMA temp_store_directory = '%1'; PRAGMA temp_store = FILE;"
                                           " PRAGMA busy_timeout = 300")
                                .arg(directory);
    RECADO_CHECK(emptyMailboxLog(database));
    RECADO_CHECK(database.execute(prepare.toStdString()));
    Status rewritten = database.execute("VACUUM");
    if (rewritten)
        rewritten = database.checkpoint();
    const Status restored = database.execute("PRAGMA temp_store = MEMORY; PRAGMA busy_timeout = 5000");
    return rewritten ? restored : rewritten;
}

Result<std::unique_ptr<RelayDatabase>> RelayDatabase::open(RelayDatabaseOptions options,
                                                           const base::Clock& clock) {
    RECADO_CHECK(prepareRelayDirectory(options.directory));
    RECADO_TRY(sql::FileLock lock, lockRelayDirectory(options.directory));
    const sql::DatabaseOptions file = relayFile(options);
    RelayMeta meta;
    {
        RECADO_TRY(const std::unique_ptr<sql::Database> database, openOrCreate(file, options.missing));
        RECADO_CHECK(relaySchema().migrate(*database));
        RECADO_TRY(sql::Transaction transaction, sql::Transaction::begin(*database));
        RECADO_TRY(meta, startNewEpoch(*database));
        RECADO_CHECK(transaction.commit());
    }
    options.writer.crashPrefix = "relay";
    RECADO_TRY(
        std::unique_ptr<sql::Writer> writer,
        sql::Writer::start([file] { return sql::Database::openExisting(file); }, std::move(options.writer)));
    sql::DatabaseOptions readOnly = file;
    readOnly.access = sql::Access::ReadOnly;
    readOnly.cacheKib = readingCacheKib;
    RECADO_TRY(std::unique_ptr<sql::Database> reading, sql::Database::openExisting(readOnly));
    return std::unique_ptr<RelayDatabase>(
        new RelayDatabase(std::move(lock), std::move(meta), std::move(writer), std::move(reading), clock));
}

RelayDatabase::RelayDatabase(sql::FileLock lock, RelayMeta meta, std::unique_ptr<sql::Writer> writer,
                             std::unique_ptr<sql::Database> reading, const base::Clock& clock)
    : m_lock(std::move(lock))
    , m_meta(std::move(meta))
    , m_clock(&clock)
    , m_writer(std::move(writer))
    , m_reader(std::move(reading)) {}

void RelayDatabase::stop() {
    m_reader.stop();
    m_writer->stop();
}

Status RelayDatabase::fixPublicName(const QString& name) {
    auto refusal = std::make_shared<Status>();
    std::promise<sql::CommitResult> finished;
    sql::WriterJob job;
    job.run = [refusal, name](sql::Database& database) { return *refusal = storePublicName(database, name); };
    job.done = [&finished](sql::CommitResult result) { finished.set_value(result); };
    m_writer->submit(std::move(job));
    const sql::CommitResult result = finished.get_future().get();
    if (!*refusal)
        return *refusal;
    if (result != sql::CommitResult::Committed)
        return makeError(Reason::StorageFailed, QStringLiteral("the relay's name could not be stored"));
    m_meta.publicName = name;
    return {};
}

void RelayDatabase::rewrite(base::Inbox& inbox, std::function<void(Status)> done) {
    m_writer->submitErrand(
        {.run = rewriteFile, .done = [this, &inbox, done = std::move(done)](const Status& status) {
             if (!status)
                 reported(status.error());
             inbox.post([done, status] { done(status); });
         }});
}

/// A check to run when the request's turn comes.
std::function<Status()> RelayDatabase::deadlineOf(const StoreCall& call) const {
    const qint64 deadline = m_clock->monotonicMs() + call.deadline.count();
    return [clock = m_clock, deadline]() -> Status {
        if (clock->monotonicMs() > deadline)
            return makeError(Reason::Timeout, QStringLiteral("its deadline passed before its turn came"));
        return {};
    };
}

StoreResult RelayDatabase::storeResult(sql::CommitResult result) {
    switch (result) {
    case sql::CommitResult::Committed:
        return StoreResult::Committed;
    case sql::CommitResult::NotCommitted:
        return StoreResult::NotCommitted;
    case sql::CommitResult::Unknown:
        return StoreResult::Unknown;
    case sql::CommitResult::Busy:
        return StoreResult::Busy;
    }
    return StoreResult::Unknown;
}

/// Whoever asked learns only that it was not committed, so the cause must be told here. Deadlines are missed
/// in heaps: those are counted, and told now and then.
base::Error RelayDatabase::reported(base::Error error) {
    if (error.reason != Reason::Timeout) {
        qCWarning(relayStorageLog) << "a request failed" << base::logField("error", error.message);
        return error;
    }
    ++m_missedDeadlines;
    const qint64 now = m_clock->monotonicMs();
    qint64 logged = m_missedLoggedMs;
    if ((logged == 0 || now - logged >= missedLogPauseMs) &&
        m_missedLoggedMs.compare_exchange_strong(logged, now))
        qCWarning(relayStorageLog) << "requests missed their deadline"
                                   << base::logField("requests", qint64(m_missedDeadlines.exchange(0)));
    return error;
}

} // namespace recado::relay
