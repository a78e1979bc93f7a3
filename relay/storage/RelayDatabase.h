#pragma once

#include "base/Clock.h"
#include "base/Inbox.h"
#include "base/Result.h"
#include "relay/delivery/StoreAnswer.h"
#include "relay/storage/ReadThread.h"
#include "relay/storage/RelayMeta.h"
#include "sql/Database.h"
#include "sql/FileLock.h"
#include "sql/Writer.h"

#include <QString>

#include <atomic>
#include <functional>
#include <memory>
#include <utility>

namespace recado::relay {

/// What to do when the data directory holds no database.
enum class MissingDatabase { Create, Refuse };

struct RelayDatabaseOptions {
    QString directory; // made when it is not there, for its owner only
    MissingDatabase missing = MissingDatabase::Create;
    int cacheKib = 64 * 1024;
    /// The engine's log is copied into the file when it has grown to this many pages: after a commit, never
    /// within one, and seldom, since a page that changed often is copied once.
    int checkpointPages = 4'000;
    /// The crash points are `relay.before_commit` and `relay.after_commit`.
    sql::WriterOptions writer;
};

/// The relay's one database, `relay.db` in its data directory, plain because what it holds is ciphertext
/// already; the thread that alone changes it: the Sqlite… stores on it share their commits; and a thread that
/// only reads. Holds the data directory's lock (`relay.lock`).
class RelayDatabase {
public:
    /// Takes the lock (`ProfileInUse` when another relay has it; `Configuration` when the directory cannot be
    /// made or written), opens or makes the database and starts a new boot epoch, durably. Blocks; for
    /// composition roots.
    static base::Result<std::unique_ptr<RelayDatabase>> open(RelayDatabaseOptions options,
                                                             const base::Clock& clock);

    /// As of open(); the name as of fixPublicName().
    [[nodiscard]] const RelayMeta& meta() const { return m_meta; }

    /// The relay's name for ever: stored if there is none, `Configuration` when it is another. Blocks until
    /// committed; before the relay listens.
    base::Status fixPublicName(const QString& name);

    /// Runs `work` on the writer's thread, in a transaction and after all that was asked for before, and
    /// answers after its commit. An error from `work` undoes it and is answered NotCommitted. `bytes` is
    /// about what the request occupies while it waits. Any thread.
    template <typename T>
    void perform(const StoreCall& call, StoreCallback<T> done,
                 std::function<base::Result<T>(sql::Database&)> work, qint64 bytes = 256);

    /// The same for work that changes nothing, on the reading thread: it sees what was answered before this
    /// call, not what perform() has still to do. Any thread.
    template <typename T>
    void read(const StoreCall& call, StoreCallback<T> done,
              std::function<base::Result<T>(sql::Database&)> work);

    /// Rewrites the database without what was deleted and empties its log, so that no byte of it remains in
    /// the files: deleted rows are overwritten at once, but copies that the engine made while it moved rows
    /// from page to page are not. Changes wait meanwhile (about a second for 100 MB). `done` runs on the
    /// inbox' thread; `Busy` when somebody reads an older state (a backup): the rewriting is done then, the
    /// log remains. Any thread.
    void rewrite(base::Inbox& inbox, std::function<void(base::Status)> done);

    /// For a store that brings its own jobs. Any thread.
    void submit(sql::WriterJob job) { m_writer->submit(std::move(job)); }
    /// From a job that stands for several changes: how many more than one.
    void countMore(std::size_t changes) { m_writer->countMore(changes); }
    static StoreResult storeResult(sql::CommitResult result);
    [[nodiscard]] const base::Clock& clock() const { return *m_clock; }

    /// Finishes what is queued; later requests are answered Busy.
    void stop();

    /// Any thread.
    [[nodiscard]] bool healthy() const { return m_writer->healthy(); }
    /// True while changes are refused because the disk failed or is full; what only reads is served
    /// meanwhile.
    [[nodiscard]] bool hasFailed() const { return m_writer->hasFailed(); }
    [[nodiscard]] sql::WriterCounters counters() const { return m_writer->counters(); }

private:
    RelayDatabase(sql::FileLock lock, RelayMeta meta, std::unique_ptr<sql::Writer> writer,
                  std::unique_ptr<sql::Database> reading, const base::Clock& clock);
    [[nodiscard]] std::function<base::Status()> deadlineOf(const StoreCall& call) const;
    base::Error reported(base::Error error);

    sql::FileLock m_lock;
    RelayMeta m_meta;
    const base::Clock* m_clock;
    std::atomic<quint64> m_missedDeadlines{0}; // since they were last logged, …
    std::atomic<qint64> m_missedLoggedMs{0};   // … then
    std::unique_ptr<sql::Writer> m_writer;
    ReadThread m_reader; // goes before the writer, which closes the database for good
};

/// What RelayDatabase::rewrite() does to a database. `Busy` when only the log could not be emptied.
base::Status rewriteFile(sql::Database& database);

template <typename T>
void RelayDatabase::perform(const StoreCall& call, StoreCallback<T> done,
                            std::function<base::Result<T>(sql::Database&)> work, qint64 bytes) {
    auto answer = std::make_shared<StoreAnswer<T>>();
    sql::WriterJob job;
    job.bytes = bytes;
    job.run = [this, answer, work = std::move(work),
               withinDeadline = deadlineOf(call)](sql::Database& database) -> base::Status {
        RECADO_CHECK(withinDeadline());
        base::Result<T> result = work(database);
        if (!result)
            return reported(std::move(result).error());
        answer->value = *std::move(result);
        return {};
    };
    job.done = [answer, inbox = call.inbox, done = std::move(done)](sql::CommitResult result) {
        answer->result = storeResult(result);
        inbox->post([answer, done] { done(std::move(*answer)); });
    };
    m_writer->submit(std::move(job));
}

template <typename T>
void RelayDatabase::read(const StoreCall& call, StoreCallback<T> done,
                         std::function<base::Result<T>(sql::Database&)> work) {
    const bool taken = m_reader.submit([this, inbox = call.inbox, done, work = std::move(work),
                                        withinDeadline = deadlineOf(call)](sql::Database& database) {
        StoreAnswer<T> answer{StoreResult::NotCommitted, {}};
        const base::Status inTime = withinDeadline();
        base::Result<T> result = inTime ? work(database) : base::Result<T>(inTime.error());
        if (result)
            answer = {StoreResult::Committed, *std::move(result)};
        else
            reported(std::move(result).error());
        inbox->post([answer = std::move(answer), done] { done(answer); });
    });
    if (!taken)
        call.inbox->post([done = std::move(done)] { done({StoreResult::Busy, {}}); });
}

} // namespace recado::relay
