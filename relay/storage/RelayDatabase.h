#pragma once

#include "base/Clock.h"
#include "base/Inbox.h"
#include "base/Result.h"
#include "relay/delivery/StoreAnswer.h"
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
/// already, and the thread that alone uses it: the Sqlite… stores on it share their commits. Holds the data
/// directory's lock (`relay.lock`).
class RelayDatabase {
public:
    /// Takes the lock (`ProfileInUse` when another relay has it), opens or makes the database and starts a
    /// new boot epoch, durably. Blocks; for composition roots.
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

    /// Finishes what is queued; later requests are answered Busy.
    void stop() { m_writer->stop(); }

    /// Any thread.
    [[nodiscard]] bool healthy() const { return m_writer->healthy(); }
    [[nodiscard]] sql::WriterCounters counters() const { return m_writer->counters(); }

private:
    RelayDatabase(sql::FileLock lock, RelayMeta meta, std::unique_ptr<sql::Writer> writer,
                  const base::Clock& clock);
    [[nodiscard]] std::function<base::Status()> deadlineOf(const StoreCall& call) const;
    static StoreResult storeResult(sql::CommitResult result);
    static base::Status reported(base::Error error);

    sql::FileLock m_lock;
    RelayMeta m_meta;
    const base::Clock* m_clock;
    std::unique_ptr<sql::Writer> m_writer;
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

} // namespace recado::relay
