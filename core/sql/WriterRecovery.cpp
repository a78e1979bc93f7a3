// What the writer does after a failed commit, until the disk works again.
#include "base/Log.h"
#include "sql/Database.h"
#include "sql/Transaction.h"
#include "sql/WriterBatch.h"

#include <QLoggingCategory>

#include <algorithm>

namespace recado::sql {

using base::Status;
using std::chrono::steady_clock;

namespace {

Q_LOGGING_CATEGORY(writerLog, "recado.sql.writer")

} // namespace

void Writer::enterFailure(const base::Error& error, Batch& batch) {
    qCWarning(writerLog) << "the store takes no changes until the disk works again"
                         << base::logField("error", error.message);
    m_database->abandon();
    m_database.reset();
    openForReading();
    // Whoever has just recovered waits longer than last time: a disk that is full takes small things only.
    if (steady_clock::now() - m_recoveredAt < 10 * m_recoveryPause)
        m_recoveryPause =
            std::min(2 * m_recoveryPause, std::chrono::milliseconds(m_options.longestRecoveryMs));
    else
        m_recoveryPause = std::chrono::milliseconds(m_options.recoveryMs);
    m_nextRecovery = steady_clock::now() + m_recoveryPause;
    m_moreChanges = 0;
    Batch waiting;
    {
        const std::lock_guard lock(m_mutex);
        m_failed = true;
        m_readable = m_database != nullptr;
        ++m_counters.failedCommits;
        for (Queued& queued : m_queue)
            waiting.jobs.push_back(std::move(queued.job));
        m_queue.clear();
        m_queuedBytes = 0;
    }
    refuseErrands();
    failBatch(batch, batch.failure);
    failBatch(waiting, CommitResult::NotCommitted);
}

/// What waits for the disk can still be read, mostly.
void Writer::openForReading() {
    if (base::Result<std::unique_ptr<Database>> opened = m_opener()) {
        m_database = *std::move(opened);
        m_database->abandon();
    }
}

/// While failed: the queue holds nothing but readers.
void Writer::serveReads() {
    WriterJob job;
    while (m_failed && takeJob(job)) {
        Status status = base::makeError(base::Reason::Busy, QStringLiteral("the database cannot be opened"));
        if (m_database != nullptr) {
            const base::Result<Transaction> snapshot = Transaction::beginRead(*m_database);
            status = snapshot ? job.run(*m_database) : Status(snapshot.error());
        }
        if (job.done)
            job.done(status ? CommitResult::Committed : CommitResult::NotCommitted);
    }
}

void Writer::tryRecovery() {
    m_database.reset(); // what it remembers of the file may be what never reached the disk
    base::Result<std::unique_ptr<Database>> opened = m_opener();
    if (opened) {
        m_database = *std::move(opened);
        // After a failed sync the log may be in memory only. Copying it writes and syncs its content anew,
        // so that what is found there now is on the disk before anybody is told so.
        Status status = m_database->checkpoint();
        if (status)
            status = writeSomething();
        if (status) {
            qCInfo(writerLog) << "the store works again";
            m_recoveredAt = steady_clock::now();
            const std::lock_guard lock(m_mutex);
            m_failed = false;
            return;
        }
        m_database->abandon();
        m_database.reset();
        openForReading();
    }
    m_recoveryPause = std::min(2 * m_recoveryPause, std::chrono::milliseconds(m_options.longestRecoveryMs));
    m_nextRecovery = steady_clock::now() + m_recoveryPause;
    const std::lock_guard lock(m_mutex);
    m_readable = m_database != nullptr;
    ++m_counters.failedRecoveries;
}

/// A commit that changes nothing anybody reads.
Status Writer::writeSomething() {
    RECADO_TRY(Transaction transaction, Transaction::begin(*m_database));
    RECADO_CHECK(m_database->execute("CREATE TABLE recovery_probe (filling BLOB);"
                                     "INSERT INTO recovery_probe VALUES (zeroblob(262144));"
                                     "DROP TABLE recovery_probe;"));
    return transaction.commit();
}

} // namespace recado::sql
