#include "sql/Writer.h"

#include "base/CrashPoint.h"
#include "sql/Database.h"
#include "sql/Transaction.h"

#include <QLoggingCategory>

#include <algorithm>
#include <chrono>
#include <utility>

namespace recado::sql {

using base::Status;
using std::chrono::steady_clock;

namespace {

Q_LOGGING_CATEGORY(writerLog, "recado.sql.writer")

std::size_t commitBucket(std::int64_t microseconds) {
    const auto& bounds = WriterCounters::bucketMicroseconds;
    return std::size_t(std::lower_bound(bounds.begin(), bounds.end(), microseconds) - bounds.begin());
}

} // namespace

struct Writer::Batch {
    std::vector<WriterJob> jobs;
    std::vector<bool> succeeded; // in step with jobs
    base::Error lastError;
    CommitResult failure = CommitResult::NotCommitted; // what to tell them when the store has to stop
};

base::Result<std::unique_ptr<Writer>> Writer::start(Opener opener, WriterOptions options) {
    RECADO_TRY(std::unique_ptr<Database> database, opener());
    return std::unique_ptr<Writer>(new Writer(std::move(opener), std::move(options), std::move(database)));
}

Writer::Writer(Opener opener, WriterOptions options, std::unique_ptr<Database> database)
    : m_opener(std::move(opener))
    , m_options(std::move(options))
    , m_beforeCommit(m_options.crashPrefix + ".before_commit")
    , m_afterCommit(m_options.crashPrefix + ".after_commit")
    , m_database(std::move(database))
    , m_thread([this] { work(); }) {}

Writer::~Writer() {
    stop();
}

void Writer::submit(WriterJob job) {
    {
        const std::lock_guard lock(m_mutex);
        if (accepts(job)) {
            const bool idle = m_queue.empty();
            m_queuedBytes += job.bytes;
            m_queue.push_back(std::move(job));
            if (idle)
                m_wakeUp.notify_one();
            return;
        }
        ++m_counters.busyJobs;
    }
    if (job.done)
        job.done(CommitResult::Busy);
}

bool Writer::accepts(const WriterJob& job) const {
    return !m_stopping && !m_failed && m_queue.size() < m_options.maximumJobs &&
           m_queuedBytes + job.bytes <= m_options.maximumBytes;
}

void Writer::stop() {
    {
        const std::lock_guard lock(m_mutex);
        m_stopping = true;
    }
    m_wakeUp.notify_one();
    if (m_thread.joinable())
        m_thread.join();
}

bool Writer::healthy() const {
    const std::lock_guard lock(m_mutex);
    return !m_failed && !m_stopping;
}

WriterCounters Writer::counters() const {
    const std::lock_guard lock(m_mutex);
    WriterCounters counters = m_counters;
    counters.queuedJobs = m_queue.size();
    counters.queuedBytes = m_queuedBytes;
    return counters;
}

void Writer::work() {
    while (waitForWork()) {
        if (m_database == nullptr) {
            tryRecovery();
            continue;
        }
        Batch batch;
        // By the time the connection is dropped, the batch's transaction must have let go of it.
        if (const Status status = workBatch(batch); !status)
            enterFailure(status.error(), batch);
    }
    m_database.reset();
}

/// Returns when there is something to do; false when the thread shall end.
bool Writer::waitForWork() {
    std::unique_lock lock(m_mutex);
    if (m_failed)
        m_wakeUp.wait_for(lock, std::chrono::milliseconds(m_options.recoveryMs), [&] { return m_stopping; });
    else
        m_wakeUp.wait(lock, [&] { return m_stopping || !m_queue.empty(); });
    // While failed the queue is empty, because submit() refuses.
    return !m_stopping || !m_queue.empty();
}

bool Writer::takeJob(WriterJob& job) {
    const std::lock_guard lock(m_mutex);
    if (m_queue.empty())
        return false;
    job = std::move(m_queue.front());
    m_queue.pop_front();
    m_queuedBytes -= job.bytes;
    return true;
}

/// An error means that the store has to stop; nobody of the batch has been told then.
Status Writer::workBatch(Batch& batch) {
    base::Result<Transaction> transaction = Transaction::begin(*m_database);
    if (!transaction) {
        if (transaction.error().reason != base::Reason::Busy)
            return transaction.error();
        // Another program holds the lock for longer than our patience. One job is told, so that the loop
        // ends.
        batch.jobs.resize(1);
        if (takeJob(batch.jobs.front()))
            failBatch(batch, CommitResult::Busy);
        return {};
    }
    const auto deadline = steady_clock::now() + std::chrono::milliseconds(m_options.batchMs);
    WriterJob job;
    while (batch.jobs.size() < std::size_t(m_options.batchJobs) && takeJob(job)) {
        batch.jobs.push_back(std::move(job));
        if (!runJob(batch))
            return batch.lastError;
        if (steady_clock::now() >= deadline)
            break;
    }
    base::crashPoint(m_beforeCommit.c_str());
    const auto started = steady_clock::now();
    const Status committed = transaction->commit();
    if (!committed) {
        if (committed.error().reason == base::Reason::IoFailed)
            batch.failure = CommitResult::Unknown;
        return committed;
    }
    base::crashPoint(m_afterCommit.c_str());
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(steady_clock::now() - started);
    finishBatch(batch, took.count());
    return {};
}

bool Writer::runJob(Batch& batch) {
    const auto inSavepoint = [&]() -> Status {
        RECADO_TRY(Savepoint savepoint, Savepoint::begin(*m_database));
        RECADO_CHECK(batch.jobs.back().run(*m_database));
        return savepoint.release();
    };
    const Status status = inSavepoint();
    if (!status)
        batch.lastError = status.error();
    batch.succeeded.push_back(status.ok());
    return m_database->inTransaction();
}

void Writer::finishBatch(Batch& batch, std::int64_t commitMicroseconds) {
    const auto committed = std::uint64_t(std::count(batch.succeeded.begin(), batch.succeeded.end(), true));
    {
        const std::lock_guard lock(m_mutex);
        ++m_counters.commits;
        m_counters.jobs += committed;
        m_counters.failedJobs += batch.jobs.size() - committed;
        m_counters.largestBatch = std::max<std::uint64_t>(m_counters.largestBatch, batch.jobs.size());
        m_counters.commitMicroseconds += std::uint64_t(commitMicroseconds);
        ++m_counters.commitBuckets[commitBucket(commitMicroseconds)];
    }
    for (std::size_t i = 0; i < batch.jobs.size(); ++i) {
        if (batch.jobs[i].done)
            batch.jobs[i].done(batch.succeeded[i] ? CommitResult::Committed : CommitResult::NotCommitted);
    }
}

void Writer::failBatch(Batch& batch, CommitResult result) {
    // Those that had failed by themselves were undone before the commit: that much is known.
    batch.succeeded.resize(batch.jobs.size(), true);
    for (std::size_t i = 0; i < batch.jobs.size(); ++i) {
        if (batch.jobs[i].done)
            batch.jobs[i].done(batch.succeeded[i] ? result : CommitResult::NotCommitted);
    }
    const std::lock_guard lock(m_mutex);
    m_counters.failedJobs += batch.jobs.size();
}

void Writer::enterFailure(const base::Error& error, Batch& batch) {
    qCWarning(writerLog) << "the store stops until it can be opened again:" << error.message;
    m_database->abandon();
    m_database.reset();
    Batch waiting;
    {
        const std::lock_guard lock(m_mutex);
        m_failed = true;
        ++m_counters.failedCommits;
        waiting.jobs.assign(std::make_move_iterator(m_queue.begin()), std::make_move_iterator(m_queue.end()));
        m_queue.clear();
        m_queuedBytes = 0;
    }
    failBatch(batch, batch.failure);
    failBatch(waiting, CommitResult::NotCommitted);
}

void Writer::tryRecovery() {
    base::Result<std::unique_ptr<Database>> opened = m_opener();
    if (opened) {
        // After a failed sync the log may be in memory only. Copying it writes and syncs its content anew,
        // so that what is found there now is on the disk before anybody is told so.
        if (const Status rewritten = (*opened)->checkpoint(); !rewritten) {
            (*opened)->abandon();
            opened = rewritten.error();
        }
    }
    if (!opened) {
        qCWarning(writerLog) << "the store cannot be opened yet:" << opened.error().message;
        return;
    }
    qCInfo(writerLog) << "the store works again";
    m_database = *std::move(opened);
    const std::lock_guard lock(m_mutex);
    m_failed = false;
}

} // namespace recado::sql
