#include "sql/Writer.h"

#include "TemporaryDatabase.h"
#include "support/Suite.h"

#include <sys/resource.h>

#include <condition_variable>
#include <csignal>
#include <map>
#include <mutex>
#include <thread>

namespace recado::tests {

using base::makeError;
using base::Reason;
using base::Status;
using sql::CommitResult;
using sql::Database;
using sql::Writer;

/// Collects answers from the writer's thread.
class WriterAnswers {
public:
    std::function<void(CommitResult)> expect(int job) {
        return [this, job](CommitResult result) {
            const std::lock_guard lock(m_mutex);
            m_order.push_back(job);
            m_results[job].push_back(result);
        };
    }
    std::vector<int> order() const {
        const std::lock_guard lock(m_mutex);
        return m_order;
    }
    std::size_t count() const { return order().size(); }
    /// What a job was told; exactly one answer is right.
    std::vector<CommitResult> of(int job) const {
        const std::lock_guard lock(m_mutex);
        const auto found = m_results.find(job);
        return found == m_results.end() ? std::vector<CommitResult>() : found->second;
    }

private:
    mutable std::mutex m_mutex;
    std::vector<int> m_order;
    std::map<int, std::vector<CommitResult>> m_results;
};

namespace {

/// Keeps the writer's thread inside a job until it is opened.
class Gate {
public:
    Status pass(Database&) {
        std::unique_lock lock(m_mutex);
        m_reached = true;
        m_changed.notify_all();
        m_changed.wait(lock, [this] { return m_open; });
        return {};
    }
    void waitUntilReached() {
        std::unique_lock lock(m_mutex);
        m_changed.wait(lock, [this] { return m_reached; });
    }
    void open() {
        const std::lock_guard lock(m_mutex);
        m_open = true;
        m_changed.notify_all();
    }

private:
    std::mutex m_mutex;
    std::condition_variable m_changed;
    bool m_reached = false;
    bool m_open = false;
};

/// Makes every write beyond the present size of `path` fail like a broken disk.
class BrokenDisk {
public:
    explicit BrokenDisk(const QString& path) {
        std::signal(SIGXFSZ, SIG_IGN);
        getrlimit(RLIMIT_FSIZE, &m_before);
        rlimit limit = m_before;
        limit.rlim_cur = rlim_t(QFile(path).size());
        setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~BrokenDisk() { setrlimit(RLIMIT_FSIZE, &m_before); }

private:
    rlimit m_before{};
};

std::function<Status(Database&)> insertion(int value) {
    return [value](Database& database) { return database.run("INSERT INTO t (x) VALUES (?1)", value); };
}

} // namespace

class WriterTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();
    void loneJobIsCommittedAtOnce();
    void answerComesAfterTheCommit();
    void jobsRunInOrderAndShareCommits();
    void batchesAreLimited();
    void laterJobSeesAndCancelsAnEarlierOne();
    void failingJobSpoilsOnlyItself();
    void jobsOfManyThreadsAreAllDone();
    void fullQueueIsBusy();
    void byteHintLimitsTheQueue();
    void stopFinishesWhatIsQueued();
    void lockedDatabaseIsBusy();
    void fullDatabaseFailsTheJobAndRecovers();
    void failedCommitIsUnknownAndNothingGoesOnUntilRecovery();
    void recoveryWaitsUntilTheDatabaseOpens();
    void startReportsWhatIsWrong();
    void countersAddUp();

private:
    void start(sql::WriterOptions options = {}) {
        if (options.recoveryMs == sql::WriterOptions().recoveryMs)
            options.recoveryMs = 10;
        auto writer = Writer::start(
            [this] {
                auto opened = Database::openExisting(m_files->plain());
                if (opened && m_afterOpening)
                    m_afterOpening(**opened);
                return opened;
            },
            options);
        RECADO_VERIFY_OK(writer);
        m_writer = *std::move(writer);
    }
    void submit(int job, std::function<Status(Database&)> run, qint64 bytes = 0) {
        m_writer->submit({std::move(run), m_answers->expect(job), bytes});
    }
    /// What is durable, seen by another connection.
    qint64 stored(const char* text = "SELECT count(*) FROM t") {
        sql::DatabaseOptions options = m_files->plain();
        options.access = sql::Access::ReadOnly;
        auto reader = Database::openExisting(options);
        return reader ? scalar(**reader, text) : -1;
    }
    static std::vector<CommitResult> once(CommitResult result) { return {result}; }

    std::unique_ptr<TemporaryDatabase> m_files;
    std::unique_ptr<WriterAnswers> m_answers;
    std::unique_ptr<Writer> m_writer;
    std::function<void(Database&)> m_afterOpening;
};

void WriterTest::init() {
    m_files = std::make_unique<TemporaryDatabase>();
    m_answers = std::make_unique<WriterAnswers>();
    m_afterOpening = nullptr;
    auto database = Database::create(m_files->plain());
    RECADO_VERIFY_OK(database);
    RECADO_VERIFY_OK((*database)->execute("CREATE TABLE t (x INTEGER)"));
}

void WriterTest::cleanup() {
    m_writer.reset();
}

void WriterTest::loneJobIsCommittedAtOnce() {
    sql::WriterOptions options;
    options.batchMs = 60'000; // nobody waits for company
    start(options);
    submit(1, insertion(1));
    QTRY_COMPARE(m_answers->of(1), once(CommitResult::Committed));
    QCOMPARE(stored(), 1);
}

void WriterTest::answerComesAfterTheCommit() {
    start();
    std::atomic<qint64> seenInAnswer = -1;
    m_writer->submit({insertion(1), [&](CommitResult) { seenInAnswer = stored(); }});
    QTRY_COMPARE(seenInAnswer.load(), 1);
}

void WriterTest::jobsRunInOrderAndShareCommits() {
    start();
    Gate gate;
    submit(0, [&](Database& database) { return gate.pass(database); });
    gate.waitUntilReached();
    std::vector<int> expected{0};
    for (int i = 1; i <= 200; ++i) {
        submit(i, insertion(i));
        expected.push_back(i);
    }
    QVERIFY(m_answers->order().empty());
    gate.open();
    QTRY_COMPARE(m_answers->order(), expected);
    QCOMPARE(stored("SELECT count(*) FROM t JOIN t AS next ON next.rowid = t.rowid + 1 AND next.x = t.x + 1"),
             199);
    QVERIFY(m_writer->counters().commits < 20);
}

void WriterTest::batchesAreLimited() {
    sql::WriterOptions options;
    options.batchJobs = 10;
    options.batchMs = 60'000;
    start(options);
    Gate gate;
    submit(0, [&](Database& database) { return gate.pass(database); });
    gate.waitUntilReached();
    for (int i = 1; i < 100; ++i)
        submit(i, insertion(i));
    gate.open();
    QTRY_COMPARE(m_answers->count(), std::size_t(100));
    QCOMPARE(m_writer->counters().commits, std::uint64_t(10));
    QCOMPARE(m_writer->counters().largestBatch, std::uint64_t(10));
}

void WriterTest::laterJobSeesAndCancelsAnEarlierOne() {
    start();
    Gate gate;
    submit(0, [&](Database& database) { return gate.pass(database); });
    gate.waitUntilReached();
    submit(1, insertion(7));
    qint64 deleted = -1;
    submit(2, [&](Database& database) -> Status {
        RECADO_CHECK(database.run("DELETE FROM t WHERE x = 7"));
        deleted = database.changes();
        return {};
    });
    gate.open();
    QTRY_COMPARE(m_answers->of(2), once(CommitResult::Committed));
    QCOMPARE(m_answers->of(1), once(CommitResult::Committed));
    QCOMPARE(deleted, 1);
    QCOMPARE(stored(), 0);
}

void WriterTest::failingJobSpoilsOnlyItself() {
    start();
    Gate gate;
    submit(0, [&](Database& database) { return gate.pass(database); });
    gate.waitUntilReached();
    submit(1, insertion(1));
    submit(2, [](Database& database) -> Status {
        RECADO_CHECK(database.run("INSERT INTO t (x) VALUES (2)"));
        return makeError(Reason::InvalidArgument, QStringLiteral("half done"));
    });
    submit(3, [](Database& database) { return database.execute("INSERT INTO nowhere VALUES (1)"); });
    submit(4, insertion(4));
    gate.open();
    QTRY_COMPARE(m_answers->count(), std::size_t(5));
    QCOMPARE(m_answers->of(1), once(CommitResult::Committed));
    QCOMPARE(m_answers->of(2), once(CommitResult::NotCommitted));
    QCOMPARE(m_answers->of(3), once(CommitResult::NotCommitted));
    QCOMPARE(m_answers->of(4), once(CommitResult::Committed));
    QCOMPARE(stored("SELECT sum(x) FROM t"), 5);
    QVERIFY(m_writer->healthy());
}

void WriterTest::jobsOfManyThreadsAreAllDone() {
    start();
    constexpr int each = 500;
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 4; ++thread) {
        threads.emplace_back([this, thread] {
            for (int i = 0; i < each; ++i)
                submit(thread * each + i, insertion(i));
        });
    }
    for (std::thread& thread : threads)
        thread.join();
    QTRY_COMPARE(m_answers->count(), std::size_t(4 * each));
    QCOMPARE(stored(), 4 * each);
    for (int job = 0; job < 4 * each; ++job)
        QCOMPARE(m_answers->of(job), once(CommitResult::Committed));
}

void WriterTest::fullQueueIsBusy() {
    sql::WriterOptions options;
    options.maximumJobs = 2;
    start(options);
    Gate gate;
    submit(0, [&](Database& database) { return gate.pass(database); });
    gate.waitUntilReached();
    for (int i = 1; i <= 3; ++i)
        submit(i, insertion(i));
    QCOMPARE(m_answers->of(3), once(CommitResult::Busy)); // at once
    gate.open();
    QTRY_COMPARE(m_answers->of(2), once(CommitResult::Committed));
    QCOMPARE(stored(), 2);
    submit(4, insertion(4));
    QTRY_COMPARE(m_answers->of(4), once(CommitResult::Committed));
}

void WriterTest::byteHintLimitsTheQueue() {
    sql::WriterOptions options;
    options.maximumBytes = 1000;
    start(options);
    Gate gate;
    submit(
        0, [&](Database& database) { return gate.pass(database); }, 900);
    gate.waitUntilReached(); // taken out: its bytes no longer wait
    submit(1, insertion(1), 900);
    submit(2, insertion(2), 101);
    submit(3, insertion(3), 100);
    QCOMPARE(m_answers->of(2), once(CommitResult::Busy));
    QCOMPARE(m_writer->counters().queuedBytes, 1000);
    gate.open();
    QTRY_COMPARE(m_answers->of(3), once(CommitResult::Committed));
    QCOMPARE(m_answers->of(1), once(CommitResult::Committed));
    QCOMPARE(m_writer->counters().queuedBytes, 0);
}

void WriterTest::stopFinishesWhatIsQueued() {
    start();
    Gate gate;
    submit(0, [&](Database& database) { return gate.pass(database); });
    gate.waitUntilReached();
    for (int i = 1; i <= 50; ++i)
        submit(i, insertion(i));
    std::thread opener([&] { gate.open(); });
    m_writer->stop();
    opener.join();
    QCOMPARE(m_answers->count(), std::size_t(51));
    QCOMPARE(m_answers->of(50), once(CommitResult::Committed));
    QCOMPARE(stored(), 50);
    submit(51, insertion(51));
    QCOMPARE(m_answers->of(51), once(CommitResult::Busy));
    m_writer->stop();
}

void WriterTest::lockedDatabaseIsBusy() {
    m_afterOpening = [](Database& database) { (void)database.execute("PRAGMA busy_timeout = 10"); };
    start();
    auto other = Database::openExisting(m_files->plain());
    RECADO_VERIFY_OK(other);
    RECADO_VERIFY_OK((*other)->execute("BEGIN IMMEDIATE"));
    submit(1, insertion(1));
    QTRY_COMPARE(m_answers->of(1), once(CommitResult::Busy));
    RECADO_VERIFY_OK((*other)->execute("ROLLBACK"));
    QVERIFY(m_writer->healthy());
    submit(2, insertion(2));
    QTRY_COMPARE(m_answers->of(2), once(CommitResult::Committed));
    QCOMPARE(stored(), 1);
}

void WriterTest::fullDatabaseFailsTheJobAndRecovers() {
    bool first = true;
    m_afterOpening = [&first](Database& database) {
        if (std::exchange(first, false))
            (void)database.execute("PRAGMA max_page_count = 3");
    };
    start();
    submit(1, [](Database& database) { return database.run("INSERT INTO t (x) VALUES (1)"); });
    QTRY_COMPARE(m_answers->of(1), once(CommitResult::Committed));
    submit(2, [](Database& database) {
        return database.execute("CREATE TABLE big AS SELECT randomblob(100000) AS content");
    });
    QTRY_COMPARE(m_answers->of(2), once(CommitResult::NotCommitted));
    // Whether or not the engine gave up the transaction, work goes on.
    QTRY_VERIFY(m_writer->healthy());
    submit(3, insertion(3));
    QTRY_COMPARE(m_answers->of(3), once(CommitResult::Committed));
    QCOMPARE(stored("SELECT sum(x) FROM t"), 4);
}

void WriterTest::failedCommitIsUnknownAndNothingGoesOnUntilRecovery() {
    sql::WriterOptions options;
    options.batchJobs = 2;
    options.recoveryMs = 50;
    start(options);
    submit(100, insertion(100));
    QTRY_COMPARE(m_answers->of(100), once(CommitResult::Committed));
    Gate gate;
    {
        const BrokenDisk broken(m_files->path() + QStringLiteral("-wal"));
        submit(0, [&](Database& database) { return gate.pass(database); });
        gate.waitUntilReached();
        submit(1, insertion(1)); // shares the batch of the gate
        submit(2, insertion(2)); // waits behind it
        gate.open();
        QTRY_COMPARE(m_answers->of(2), once(CommitResult::NotCommitted));
        QCOMPARE(m_answers->of(1), once(CommitResult::Unknown));
        QVERIFY(!m_writer->healthy());
        submit(3, insertion(3));
        QCOMPARE(m_answers->of(3), once(CommitResult::Busy));
    }
    QTRY_VERIFY(m_writer->healthy());
    submit(4, insertion(4));
    QTRY_COMPARE(m_answers->of(4), once(CommitResult::Committed));
    QCOMPARE(stored("SELECT count(*) FROM t WHERE x IN (100, 4)"), 2);
    QCOMPARE(stored("SELECT count(*) FROM t WHERE x IN (2, 3)"), 0);
    QCOMPARE(m_writer->counters().failedCommits, std::uint64_t(1));
}

void WriterTest::recoveryWaitsUntilTheDatabaseOpens() {
    start();
    submit(0, insertion(0));
    QTRY_COMPARE(m_answers->of(0), once(CommitResult::Committed));
    const QString aside = m_files->path() + QStringLiteral(".aside");
    // Ending the batch's transaction under the writer's feet makes it start over.
    submit(1, [&](Database& database) -> Status {
        QFile::rename(m_files->path(), aside);
        return database.execute("ROLLBACK");
    });
    QTRY_COMPARE(m_answers->of(1), once(CommitResult::NotCommitted));
    QVERIFY(!m_writer->healthy());
    submit(2, insertion(2));
    QCOMPARE(m_answers->of(2), once(CommitResult::Busy));
    QVERIFY(!QFile::exists(m_files->path())); // no fresh database in its place
    QVERIFY(QFile::rename(aside, m_files->path()));
    QTRY_VERIFY(m_writer->healthy());
    submit(3, insertion(3));
    QTRY_COMPARE(m_answers->of(3), once(CommitResult::Committed));
    QCOMPARE(stored(), 2);
}

void WriterTest::startReportsWhatIsWrong() {
    const auto writer = Writer::start(
        [] { return base::Result<std::unique_ptr<Database>>(makeError(Reason::WrongKey, {})); }, {});
    QCOMPARE(writer.error().reason, Reason::WrongKey);
}

void WriterTest::countersAddUp() {
    start();
    for (int i = 0; i < 20; ++i) {
        submit(i, insertion(i));
        QTRY_COMPARE(m_answers->count(), std::size_t(i + 1));
    }
    submit(20, [](Database&) { return Status(makeError(Reason::Internal, {})); });
    QTRY_COMPARE(m_answers->count(), std::size_t(21));
    const sql::WriterCounters counters = m_writer->counters();
    QCOMPARE(counters.jobs, std::uint64_t(20));
    QCOMPARE(counters.failedJobs, std::uint64_t(1));
    QCOMPARE(counters.commits, std::uint64_t(21));
    std::uint64_t inBuckets = 0;
    for (const std::uint64_t bucket : counters.commitBuckets)
        inBuckets += bucket;
    QCOMPARE(inBuckets, counters.commits);
    QVERIFY(counters.commitMicroseconds > 0);
    QCOMPARE(counters.queuedJobs, std::size_t(0));
}

} // namespace recado::tests

RECADO_TEST(recado::tests::WriterTest)
#include "WriterTest.moc"
