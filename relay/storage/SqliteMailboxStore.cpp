#include "relay/storage/SqliteMailboxStore.h"

#include "base/Log.h"
#include "relay/storage/RelayDatabase.h"

#include <QLoggingCategory>

#include <algorithm>
#include <utility>

namespace recado::relay {

using base::Result;
using base::Status;

namespace {

Q_LOGGING_CATEGORY(mailboxStoreLog, "recado.relay.storage")

constexpr int expirySlice = 500;

void addUsage(QVector<MailboxUsage>& sums, const QVector<MailboxUsage>& more) {
    for (const MailboxUsage& usage : more) {
        const auto known = std::find_if(sums.begin(), sums.end(),
                                        [&](const MailboxUsage& sum) { return sum.device == usage.device; });
        if (known == sums.end()) {
            sums.append(usage);
        } else {
            known->count += usage.count;
            known->bytes += usage.bytes;
        }
    }
}

quint64 countOf(const QVector<MailboxUsage>& usages) {
    quint64 count = 0;
    for (const MailboxUsage& usage : usages)
        count += usage.count;
    return count;
}

} // namespace

SqliteMailboxStore::SqliteMailboxStore(RelayDatabase& database, MailboxLogLimits limits)
    : m_database(database)
    , m_limits(limits) {}

bool SqliteMailboxStore::accepting() const {
    return m_database.healthy();
}

void SqliteMailboxStore::append(MailboxAppend append, StoreCall call, StoreCallback<bool> done) {
    take(call, {.what = MailboxOperation::Append{std::move(append), std::move(done)}});
}

void SqliteMailboxStore::acknowledge(base::DeviceAddress device, QVector<DeliveryRange> ranges,
                                     StoreCall call, StoreCallback<MailboxUsage> done) {
    take(call, {.what = MailboxOperation::Acknowledge{device, std::move(ranges), std::move(done)}});
}

template <typename T>
void SqliteMailboxStore::read(const StoreCall& call, StoreCallback<T> done,
                              std::function<Result<T>(MailboxBatch&)> work) {
    MailboxOperation::Read reading =
        [done = std::move(done), work = std::move(work)](MailboxBatch* batch,
                                                         StoreResult otherwise) -> std::function<void()> {
        StoreAnswer<T> answer{otherwise, {}};
        if (batch != nullptr) {
            Result<T> result = work(*batch);
            answer.result = result ? StoreResult::Committed : StoreResult::NotCommitted;
            if (result)
                answer.value = *std::move(result);
            else
                qCWarning(mailboxStoreLog)
                    << "a mailbox could not be read" << base::logField("error", result.error().message);
        }
        return [done, answer = std::move(answer)] { done(answer); };
    };
    take(call, {.what = std::move(reading)});
}

void SqliteMailboxStore::peek(MailboxPeek peek, StoreCall call, StoreCallback<MailboxPage> done) {
    read<MailboxPage>(call, std::move(done), [this, peek](MailboxBatch& batch) {
        return batch.peek(peek, m_database.clock().wallMs());
    });
}

void SqliteMailboxStore::usage(QVector<base::DeviceAddress> devices, StoreCall call,
                               StoreCallback<QVector<MailboxUsage>> done) {
    read<QVector<MailboxUsage>>(
        call, std::move(done),
        [devices = std::move(devices)](MailboxBatch& batch) -> Result<QVector<MailboxUsage>> {
            QVector<MailboxUsage> usages;
            for (const base::DeviceAddress& device : devices) {
                RECADO_TRY(const MailboxUsage usage, batch.usage(device));
                usages.append(usage);
            }
            return usages;
        });
}

void SqliteMailboxStore::submissions(base::DeviceAddress sender, StoreCall call,
                                     StoreCallback<queue::AckWindow> done) {
    read<queue::AckWindow>(call, std::move(done),
                           [sender](MailboxBatch& batch) { return batch.submissions(sender); });
}

void SqliteMailboxStore::take(const StoreCall& call, MailboxOperation operation) {
    operation.inbox = call.inbox;
    operation.deadlineMs = m_database.clock().monotonicMs() + call.deadline.count();
    bool refused = !operation.isRead() && !accepting();
    if (!refused)
        arrange(m_intake.push(operation, refused));
    if (!refused)
        return;
    MailboxAnswers answers;
    operation.answer(answers, StoreResult::Busy);
    answers.send();
}

void SqliteMailboxStore::expire(qint64 nowMs, StoreCall call, StoreCallback<QVector<MailboxUsage>> done) {
    expireSlice(nowMs, call, std::move(done), {});
}

void SqliteMailboxStore::expireSlice(qint64 nowMs, StoreCall call, StoreCallback<QVector<MailboxUsage>> done,
                                     QVector<MailboxUsage> lost) {
    m_database.perform<QVector<MailboxUsage>>(
        call,
        [this, nowMs, call, done = std::move(done),
         lost = std::move(lost)](StoreAnswer<QVector<MailboxUsage>> slice) mutable {
            if (!slice.committed()) {
                if (!lost.isEmpty())
                    slice = {StoreResult::Committed, std::move(lost)};
                return done(std::move(slice));
            }
            addUsage(lost, slice.value);
            if (countOf(slice.value) >= quint64(expirySlice))
                return expireSlice(nowMs, call, std::move(done), std::move(lost));
            done({StoreResult::Committed, std::move(lost)});
        },
        [this, nowMs](sql::Database& database) -> Result<QVector<MailboxUsage>> {
            RECADO_TRY(MailboxMemory* const memory, MailboxMemory::of(database));
            MailboxBatch batch(database, *memory, m_tables);
            RECADO_TRY(QVector<MailboxUsage> slice, batch.expire(nowMs, expirySlice));
            RECADO_CHECK(batch.finish(MailboxBatch::OwedMarks::MayWait, m_limits));
            return slice;
        });
}

} // namespace recado::relay
