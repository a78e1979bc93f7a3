// How SqliteMailboxStore works off its intake: rounds on the writer's thread, each in one commit.
#include "relay/storage/RelayDatabase.h"
#include "relay/storage/SqliteMailboxStore.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace recado::relay {

using base::Result;
using base::Status;

namespace {

constexpr std::chrono::milliseconds patience{5};
constexpr std::chrono::milliseconds markPatience{50};
constexpr base::DeliveryId highestId = std::uint64_t(std::numeric_limits<qint64>::max());

} // namespace

/// One turn on the writer's thread: what it took, and whom it has to answer.
struct SqliteMailboxStore::Round {
    std::vector<MailboxOperation> operations;
    MailboxAnswers early; // need no commit
    MailboxAnswers late;
    /// To be answered after the commit, with its result.
    struct Waiting {
        std::size_t operation = 0;
        MailboxUsage removed;
    };
    std::vector<Waiting> waiting;
    std::vector<SubmissionMark> overtakenMarks;
    std::vector<SubmissionMark> writtenMarks; // that were owed
    quint64 written = 0;
    quint64 cancelled = 0;
    bool hasRun = false; // to its end
    bool isForMarks = false;
    bool wantsMarks = false;
};

/// Sees to it that somebody comes for what waits.
void SqliteMailboxStore::arrange(MailboxIntake::Need need) {
    if (need == MailboxIntake::Need::None)
        return;
    auto round = std::make_shared<Round>();
    sql::WriterJob job;
    job.readsOnly = m_database.hasFailed();
    job.patience = need == MailboxIntake::Need::Soon ? patience : std::chrono::milliseconds(0);
    job.run = [this, round](sql::Database& database) { return work(database, *round); };
    job.done = [this, round](sql::CommitResult result) {
        finish(*round, RelayDatabase::storeResult(result));
    };
    m_database.submit(std::move(job));
}

Status SqliteMailboxStore::work(sql::Database& database, Round& round) {
    bool more = false;
    round.operations = m_intake.take(more);
    if (more)
        arrange(MailboxIntake::Need::Now);
    if (round.operations.empty() && !round.wantsMarks) {
        round.hasRun = true;
        return {};
    }
    if (m_database.hasFailed()) {
        serveReads(database, round);
        return {};
    }
    RECADO_TRY(MailboxMemory* const memory, MailboxMemory::of(database));
    MailboxBatch batch(database, *memory, m_tables);
    const Status carriedOut = carryOut(batch, round);
    round.early.send();
    RECADO_CHECK(carriedOut);
    round.hasRun = true;
    m_counters.rowsCancelled += round.cancelled;
    m_counters.rowsLogged = quint64(memory->loggedCount);
    m_counters.bytesLogged = quint64(memory->loggedBytes);
    m_database.countMore(round.operations.size());
    return {};
}

Status SqliteMailboxStore::carryOut(MailboxBatch& batch, Round& round) {
    const qint64 now = m_database.clock().monotonicMs();
    std::vector<std::size_t> appends;
    for (std::size_t place = 0; place < round.operations.size(); ++place) {
        MailboxOperation& operation = round.operations[place];
        if (operation.deadlineMs < now) {
            operation.answer(round.early, StoreResult::NotCommitted);
        } else if (auto* append = std::get_if<MailboxOperation::Append>(&operation.what)) {
            const auto& entries = append->append.entries;
            if (std::any_of(entries.begin(), entries.end(),
                            [](const auto& entry) { return entry.id > highestId; })) {
                operation.answer(round.early, StoreResult::NotCommitted);
                continue;
            }
            RECADO_CHECK(batch.append(append->append));
            appends.push_back(place);
        } else if (auto* acknowledge = std::get_if<MailboxOperation::Acknowledge>(&operation.what)) {
            RECADO_TRY(const auto outcome, batch.acknowledge(acknowledge->device, acknowledge->ranges));
            round.cancelled += outcome.neverWritten;
            if (outcome.wasWritten)
                round.waiting.push_back({place, outcome.removed});
            else
                round.early.add(operation.inbox, std::exchange(acknowledge->done, nullptr),
                                {StoreResult::Committed, outcome.removed});
        } else {
            const auto read = std::exchange(std::get<MailboxOperation::Read>(operation.what), nullptr);
            round.early.add(operation.inbox, read(&batch, StoreResult::Committed));
        }
    }
    for (std::size_t index = 0; index < appends.size(); ++index) {
        auto& append = std::get<MailboxOperation::Append>(round.operations[appends[index]].what);
        if (!batch.wasOvertaken(index)) {
            round.waiting.push_back({appends[index], {}});
            continue;
        }
        round.early.add(round.operations[appends[index]].inbox, std::exchange(append.done, nullptr),
                        StoreResult::Committed);
        if (append.append.mark)
            round.overtakenMarks.push_back(*append.append.mark);
    }
    // Nobody comes later when the store is stopping.
    const bool marksNow = round.wantsMarks || !m_database.healthy() || batch.hasNews();
    if (marksNow) {
        for (const SubmissionMark& mark : m_owedMarks)
            RECADO_CHECK(batch.owe(mark));
    }
    const auto owed = marksNow ? MailboxBatch::OwedMarks::Now : MailboxBatch::OwedMarks::MayWait;
    RECADO_CHECK(batch.finish(owed, m_limits));
    round.written = batch.envelopesWritten();
    settleMarks(round, marksNow);
    return {};
}

/// Marks that were not written wait, with those that waited before.
void SqliteMailboxStore::settleMarks(Round& round, bool written) {
    m_owedMarks.insert(m_owedMarks.end(), round.overtakenMarks.begin(), round.overtakenMarks.end());
    if (written) {
        round.writtenMarks.swap(m_owedMarks);
        return;
    }
    if (m_owedMarks.empty())
        return;
    if (!std::exchange(m_marksArranged, true))
        arrangeMarks(std::chrono::steady_clock::now() + markPatience);
}

void SqliteMailboxStore::arrangeMarks(std::chrono::steady_clock::time_point due) {
    auto later = std::make_shared<Round>();
    later->isForMarks = true;
    sql::WriterJob job;
    job.patience =
        std::chrono::duration_cast<std::chrono::microseconds>(due - std::chrono::steady_clock::now());
    job.run = [this, later, due](sql::Database& database) {
        // Others' batches take it along; but it is not to make each of them a commit.
        m_marksArranged =
            std::chrono::steady_clock::now() < due && m_database.healthy() && !m_owedMarks.empty();
        if (m_marksArranged)
            arrangeMarks(due);
        else
            later->wantsMarks = true;
        return work(database, *later);
    };
    job.done = [this, later](sql::CommitResult result) {
        finish(*later, RelayDatabase::storeResult(result));
    };
    m_database.submit(std::move(job));
}

void SqliteMailboxStore::serveReads(sql::Database& database, Round& round) {
    const Result<MailboxMemory*> memory = MailboxMemory::of(database);
    for (MailboxOperation& operation : round.operations) {
        if (memory && operation.isRead()) {
            MailboxBatch batch(database, **memory, m_tables);
            round.early.add(operation.inbox,
                            std::get<MailboxOperation::Read>(operation.what)(&batch, StoreResult::Committed));
        } else {
            operation.answer(round.early, operation.isRead() ? StoreResult::NotCommitted : StoreResult::Busy);
        }
    }
    round.early.send();
    round.operations.clear();
    round.hasRun = true;
}

void SqliteMailboxStore::finish(Round& round, StoreResult result) {
    MailboxAnswers answers;
    if (!round.hasRun) {
        // Its turn never came, or it failed: whoever waits learns it, those included that came meanwhile.
        if (round.operations.empty() && !round.isForMarks)
            round.operations = m_intake.takeAll();
        for (MailboxOperation& operation : round.operations)
            operation.answer(answers, result);
        answers.send();
        return;
    }
    for (const Round::Waiting& waiting : round.waiting) {
        MailboxOperation& operation = round.operations[waiting.operation];
        if (auto* acknowledge = std::get_if<MailboxOperation::Acknowledge>(&operation.what))
            answers.add(operation.inbox, std::exchange(acknowledge->done, nullptr),
                        {result, waiting.removed});
        else
            operation.answer(answers, result);
    }
    answers.send();
    if (result == StoreResult::Committed)
        m_counters.rowsWritten += round.written;
    else
        m_owedMarks.insert(m_owedMarks.end(), round.writtenMarks.begin(), round.writtenMarks.end());
}

} // namespace recado::relay
