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

    /// Finishes what is queued; later requests are answered Busy.
    void stop();

    /// Any thread.
    [[nodiscard]] bool healthy() const { return m_writer->healthy(); }
    [[nodiscard]] sql::WriterCounters counters() const { return m_writer->counters(); }

private:
    RelayDatabase(sql::FileLock lock, RelayMeta meta, std::unique_ptr<sql::Writer> writer,
                  std::unique_ptr<sql::Database> reading, const base::Clock& clock);
    [[nodiscard]] std::function<base::Status()> deadlineOf(const StoreCall& call) const;
    static StoreResult storeResult(sql::CommitResult result);
    static base::Error reported(base::Error error);

    sql::FileLock m_lock;
    RelayMeta m_meta;
    const base::Clock* m_clock;
    std::unique_ptr<sql::Writer> m_writer;
    ReadThread m_reader; // goes before the writer, which closes the database for good
};

template <typename T>
void RelayDatabase::perform(const StoreCall& call, StoreCallback<T> done,
                            std::function<base::Result<T>(sql::Database&)> work, qint64 bytes) {
    auto answer = std::make_shared<StoreAnswer<T>>();
    sql::WriterJob job;
    job.bytes = bytes;
    job.run = [answer, work = std::move(work),
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
    const bool taken = m_reader.submit([inbox = call.inbox, done, work = std::move(work),
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
