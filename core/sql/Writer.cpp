#include "sql/Writer.h"

#include "base/CrashPoint.h"
#include "sql/Database.h"
#include "sql/Transaction.h"
#include "sql/WriterBatch.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace recado::sql {

using base::Status;
using std::chrono::steady_clock;

namespace {

std::size_t commitBucket(std::int64_t microseconds) {
    const auto& bounds = WriterCounters::bucketMicroseconds;
    return std::size_t(std::lower_bound(bounds.begin(), bounds.end(), microseconds) - bounds.begin());
}

std::size_t sizeBucket(std::size_t jobs) {
    const auto& bounds = WriterCounters::bucketJobs;
    return std::size_t(std::lower_bound(bounds.begin(), bounds.end(), std::int64_t(jobs)) - bounds.begin());
}

} // namespace

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
    , m_recoveryPause(m_options.recoveryMs)
    , m_thread([this] { work(); }) {}

Writer::~Writer() {
    stop();
}

void Writer::submit(WriterJob job) {
    {
        const std::lock_guard lock(m_mutex);
        if (accepts(job)) {
            const auto due = steady_clock::now() + job.patience;
            const bool sooner = m_queue.empty() || due < m_due;
            if (sooner)
                m_due = due;
            m_queuedBytes += job.bytes;
            m_queue.push_back({std::move(job), due});
            if (sooner)
                m_wakeUp.notify_one();
            return;
        }
        ++m_counters.busyJobs;
    }
    if (job.done)
        job.done(CommitResult::Busy);
}

bool Writer::accepts(const WriterJob& job) const {
    return !m_stopping && (!m_failed || (job.readsOnly && m_readable)) &&
           m_queue.size() < m_options.maximumJobs && m_queuedBytes + job.bytes <= m_options.maximumBytes;
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

WriterCounters Writer::counters() const {
    const std::lock_guard lock(m_mutex);
    WriterCounters counters = m_counters;
    counters.queuedJobs = m_queue.size();
    counters.queuedBytes = m_queuedBytes;
    return counters;
}

void Writer::work() {
    while (waitForWork()) {
        if (m_failed) {
            serveReads();
            if (steady_clock::now() >= m_nextRecovery)
                tryRecovery();
            continue;
        }
        if (runErrand())
            continue;
        Batch batch;
        // By the time the connection is dropped, the batch's transaction must have let go of it.
        Status status = workBatch(batch);
        if (status) {
            batch.jobs.clear();
            batch.succeeded.clear();
            status = m_database->checkpointIfDue(); // after the answers, which need not wait for it
        }
        if (!status)
            enterFailure(status.error(), batch);
    }
    serveReads();
    refuseErrands();
    m_database.reset();
}

bool Writer::isDue() const {
    return !m_queue.empty() && steady_clock::now() >= m_due;
}

/// Returns when there is something to do; false when the thread shall end.
bool Writer::waitForWork() {
    std::unique_lock lock(m_mutex);
    for (;;) {
        if (m_failed) {
            if (m_stopping)
                return false;
            if (!m_queue.empty() || steady_clock::now() >= m_nextRecovery)
                return true;
            m_wakeUp.wait_until(lock, m_nextRecovery);
        } else if (m_stopping) {
            return !m_queue.empty();
        } else if (isDue() || !m_errands.empty()) {
            return true;
        } else if (m_queue.empty()) {
            m_wakeUp.wait(lock);
        } else {
            m_wakeUp.wait_until(lock, m_due);
        }
    }
}

void Writer::submitErrand(WriterErrand errand) {
    {
        const std::lock_guard lock(m_mutex);
        if (!m_stopping && !m_failed) {
            m_errands.push_back(std::move(errand));
            m_wakeUp.notify_one();
            return;
        }
    }
    errand.done(base::makeError(base::Reason::Busy, QStringLiteral("the store takes no changes now")));
}

bool Writer::runErrand() {
    WriterErrand errand;
    {
        const std::lock_guard lock(m_mutex);
        if (m_errands.empty() || m_stopping)
            return false;
        errand = std::move(m_errands.front());
        m_errands.pop_front();
    }
    errand.done(errand.run(*m_database));
    return true;
}

void Writer::refuseErrands() {
    std::deque<WriterErrand> refused;
    {
        const std::lock_guard lock(m_mutex);
        refused.swap(m_errands);
    }
    for (const WriterErrand& errand : refused)
        errand.done(base::makeError(base::Reason::Busy, QStringLiteral("the store is stopping")));
}

bool Writer::takeJob(WriterJob& job, Patience patience) {
    const std::lock_guard lock(m_mutex);
    if (m_queue.empty() || (patience == Patience::Respected && steady_clock::now() < m_queue.front().due))
        return false;
    job = std::move(m_queue.front().job);
    m_queue.pop_front();
    m_queuedBytes -= job.bytes;
    return true;
}

std::size_t Writer::queuedNow() {
    const std::lock_guard lock(m_mutex);
    return m_queue.size();
}

void Writer::findDue() {
    const std::lock_guard lock(m_mutex);
    m_due = steady_clock::time_point::max();
    for (const Queued& queued : m_queue)
        m_due = std::min(m_due, queued.due);
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
        findDue();
        return {};
    }
    const auto deadline = steady_clock::now() + std::chrono::milliseconds(m_options.batchMs);
    const std::size_t found = queuedNow();
    WriterJob job;
    while (batch.jobs.size() < std::size_t(m_options.batchJobs) &&
           takeJob(job, batch.jobs.size() < found ? Patience::Ignored : Patience::Respected)) {
        batch.jobs.push_back(std::move(job));
        if (!runJob(batch))
            return batch.lastError;
        if (steady_clock::now() >= deadline)
            break;
    }
    findDue();
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
        m_counters.jobs += committed + m_moreChanges;
        m_counters.failedJobs += batch.jobs.size() - committed;
        const std::size_t changes = batch.jobs.size() + std::exchange(m_moreChanges, 0);
        m_counters.largestBatch = std::max<std::uint64_t>(m_counters.largestBatch, changes);
        m_counters.commitMicroseconds += std::uint64_t(commitMicroseconds);
        ++m_counters.commitBuckets[commitBucket(commitMicroseconds)];
        ++m_counters.sizeBuckets[sizeBucket(changes)];
        m_counters.committedJobs += changes;
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

} // namespace recado::sql
