#pragma once

#include "base/Result.h"
#include "sql/WriterCounters.h"

#include <atomic>
#include <chrono>
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
    /// How long it may wait for others to share its commit; a job without patience takes all with it.
    std::chrono::microseconds patience{0};
    /// It changes nothing, so that it can be served while the store waits to recover.
    bool readsOnly = false;
};

/// Work on the database between two commits, outside any transaction: a checkpoint, VACUUM. Everything else
/// waits for it. Both functions run on the writer's thread.
struct WriterErrand {
    std::function<base::Status(Database&)> run;
    /// Called exactly once; `Busy` when the store is stopping or waits to recover. Should only hand the news
    /// to its thread.
    std::function<void(base::Status)> done;
};

struct WriterOptions {
    /// A batch is committed when it has this many jobs, …
    int batchJobs = 512;
    /// … when its first job is this old, or when nothing more is queued: a lone job never waits.
    int batchMs = 5;
    std::size_t maximumJobs = 65'536;
    qint64 maximumBytes = 256 * 1024 * 1024;
    /// After a failure, the time before the first attempt to write again; doubled with every attempt that
    /// fails, up to longestRecoveryMs.
    int recoveryMs = 1000;
    int longestRecoveryMs = 15'000;
    /// Crash points are called `<prefix>.before_commit` and `<prefix>.after_commit`.
    std::string crashPrefix = "writer";
};

/// The one thread that changes a database, with group commit: what arrives while one commit is being synced
/// shares the next one. Jobs run in the order of submission, and each sees what those before it did.
///
/// When a commit fails the store stops: the batch is told `Unknown` (the disk failed) or `NotCommitted`, all
/// that waits `NotCommitted`, newcomers `Busy`. The same sync is never tried again: the connection is
/// dropped. A fresh one serves what only reads; from time to time it tries to rewrite the log into the file
/// and to commit something, and when both are on the disk work goes on.
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

    /// Runs it after the batch that is being worked on, so after every job that was answered before. Any
    /// thread.
    void submitErrand(WriterErrand errand);

    /// Finishes what is queued, closes the database and ends the thread. Later submissions are `Busy`. Call
    /// it from one thread, not from a job.
    void stop();

    /// For a job that stands for several changes: how many more than one, for the counters. Writer's thread.
    void countMore(std::size_t changes) { m_moreChanges += changes; }

    /// False while the store waits to recover. Any thread.
    [[nodiscard]] bool healthy() const { return !m_failed && !m_stopping; }
    /// True while it waits to recover. Any thread; on the writer's own it holds for the whole of a job.
    [[nodiscard]] bool hasFailed() const { return m_failed; }
    [[nodiscard]] WriterCounters counters() const;

private:
    struct Batch;

    Writer(Opener opener, WriterOptions options, std::unique_ptr<Database> database);
    void work();
    [[nodiscard]] bool accepts(const WriterJob& job) const;
    bool waitForWork();
    /// A batch takes all that it found, and of what comes meanwhile only what has no patience left.
    enum class Patience { Ignored, Respected };
    bool takeJob(WriterJob& job, Patience patience = Patience::Ignored);
    [[nodiscard]] std::size_t queuedNow();
    /// After a batch: of what it left.
    void findDue();
    /// True when there was one.
    bool runErrand();
    void refuseErrands();
    base::Status workBatch(Batch& batch);
    /// False when the engine gave up the whole transaction.
    bool runJob(Batch& batch);
    void finishBatch(Batch& batch, std::int64_t commitMicroseconds);
    void failBatch(Batch& batch, CommitResult result);
    void enterFailure(const base::Error& error, Batch& batch);
    /// The first job's end of patience, or that of a less patient one behind it.
    [[nodiscard]] bool isDue() const;
    void openForReading();
    void serveReads();
    void tryRecovery();
    base::Status writeSomething();

    const Opener m_opener;
    const WriterOptions m_options;
    const std::string m_beforeCommit;
    const std::string m_afterCommit;
    std::unique_ptr<Database> m_database; // the writer's thread only, once it runs

    mutable std::mutex m_mutex;
    std::condition_variable m_wakeUp;
    struct Queued {
        WriterJob job;
        std::chrono::steady_clock::time_point due;
    };
    std::deque<Queued> m_queue;
    std::chrono::steady_clock::time_point m_due; // the earliest of them: when the next batch begins
    std::deque<WriterErrand> m_errands;
    qint64 m_queuedBytes = 0;
    std::atomic<bool> m_failed{false};
    bool m_readable = true; // while failed: there is a connection for what only reads
    std::atomic<bool> m_stopping{false};
    WriterCounters m_counters;
    // The writer's thread only:
    std::size_t m_moreChanges = 0;
    std::chrono::milliseconds m_recoveryPause;
    std::chrono::steady_clock::time_point m_nextRecovery;
    std::chrono::steady_clock::time_point m_recoveredAt;
    std::thread m_thread; // last: it uses all of the above
};

} // namespace recado::sql
