#pragma once

#include "base/Result.h"
#include "sql/WriterCounters.h"

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace recado::sql {

class Database;

/// What became of a job.
enum class CommitResult {
    Committed,    ///< fsynced
    NotCommitted, ///< certainly not there: the job failed, or its whole batch did
    Unknown,      ///< the disk failed during the commit; repeat under the same id once the store is back
    Busy,         ///< not even tried: queue full, or the store is waiting to recover
};

/// One change to the database. Both functions run on the writer's thread.
struct WriterJob {
    /// Runs inside the batch's transaction, in a savepoint of its own: returning an error undoes this job and
    /// no other. Results other than success are the job's own business (write them to what `done` captures).
    std::function<base::Status(Database&)> run;
    /// Called exactly once, after the COMMIT that holds the job returned. Should only hand the news to its
    /// thread (base::Inbox). For `Busy` it runs on the thread that called submit(), before that returns.
    std::function<void(CommitResult)> done;
    /// About how much memory the job holds; counts against WriterOptions::maximumBytes.
    qint64 bytes = 0;
};

struct WriterOptions {
    /// A batch is committed when it has this many jobs, …
    int batchJobs = 512;
    /// … when its first job is this old, or when nothing more is queued: a lone job never waits.
    int batchMs = 5;
    std::size_t maximumJobs = 65'536;
    qint64 maximumBytes = 256 * 1024 * 1024;
    /// After a failure, the time between two attempts to open the database again.
    int recoveryMs = 1000;
    /// Crash points are called `<prefix>.before_commit` and `<prefix>.after_commit`.
    std::string crashPrefix = "writer";
};

/// The one thread that changes a database, with group commit: what arrives while one commit is being synced
/// shares the next one. Jobs run in the order of submission, and each sees what those before it did.
///
/// When a commit fails the store stops: the batch is told `Unknown` (the disk failed) or `NotCommitted`, all
/// that waits `NotCommitted`, newcomers `Busy`. The same sync is never tried again; the connection is dropped
/// and, every `recoveryMs`, a fresh one is opened and must rewrite the log into the file before work goes on.
class Writer {
public:
    using Opener = std::function<base::Result<std::unique_ptr<Database>>()>;

    /// Opens the database with `opener` (kept for recovery; afterwards called on the writer's thread) and
    /// starts the thread.
    static base::Result<std::unique_ptr<Writer>> start(Opener opener, WriterOptions options);

    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;
    /// stop()
    ~Writer();

    /// Any thread.
    void submit(WriterJob job);

    /// Finishes what is queued, closes the database and ends the thread. Later submissions are `Busy`. Call
    /// it from one thread, not from a job.
    void stop();

    /// False while the store waits to recover. Any thread.
    [[nodiscard]] bool healthy() const;
    [[nodiscard]] WriterCounters counters() const;

private:
    struct Batch;

    Writer(Opener opener, WriterOptions options, std::unique_ptr<Database> database);
    void work();
    [[nodiscard]] bool accepts(const WriterJob& job) const;
    bool waitForWork();
    bool takeJob(WriterJob& job);
    base::Status workBatch(Batch& batch);
    /// False when the engine gave up the whole transaction.
    bool runJob(Batch& batch);
    void finishBatch(Batch& batch, std::int64_t commitMicroseconds);
    void failBatch(Batch& batch, CommitResult result);
    void enterFailure(const base::Error& error, Batch& batch);
    void tryRecovery();

    const Opener m_opener;
    const WriterOptions m_options;
    const std::string m_beforeCommit;
    const std::string m_afterCommit;
    std::unique_ptr<Database> m_database; // the writer's thread only, once it runs

    mutable std::mutex m_mutex;
    std::condition_variable m_wakeUp;
    std::deque<WriterJob> m_queue;
    qint64 m_queuedBytes = 0;
    bool m_failed = false;
    bool m_stopping = false;
    WriterCounters m_counters;
    std::thread m_thread; // last: it uses all of the above
};

} // namespace recado::sql
