#include "relay/storage/SqliteMailboxStore.h"

#include "relay/storage/PendingAppends.h"
#include "relay/storage/RelayDatabase.h"

namespace recado::relay {

namespace {

constexpr int expirySlice = 500;
constexpr qint64 entryOverhead = 256;

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

SqliteMailboxStore::SqliteMailboxStore(RelayDatabase& database)
    : m_database(database)
    , m_pending(std::make_shared<PendingAppends>()) {}

void SqliteMailboxStore::append(MailboxAppend append, StoreCall call, StoreCallback<bool> done) {
    qint64 bytes = append.body.size();
    for (const MailboxEntry& entry : std::as_const(append.entries))
        bytes += entry.sealedHeader.size() + entry.ciphertext.size() + entryOverhead;
    m_database.perform<bool>(
        call, std::move(done),
        [this, ticket = m_pending->add(std::move(append))](sql::Database& database) -> base::Result<bool> {
            RECADO_CHECK(m_tables.append(database, ticket->take()));
            return true;
        },
        bytes);
}

void SqliteMailboxStore::peek(MailboxPeek peek, StoreCall call, StoreCallback<MailboxPage> done) {
    m_database.perform<MailboxPage>(call, std::move(done), [this, peek](sql::Database& database) {
        return m_tables.peek(database, peek);
    });
}

void SqliteMailboxStore::acknowledge(base::DeviceAddress device, QVector<DeliveryRange> ranges,
                                     StoreCall call, StoreCallback<MailboxUsage> done) {
    const MailboxUsage cancelled = m_pending->cancel(device, ranges);
    m_database.perform<MailboxUsage>(
        call, std::move(done),
        [this, device, ranges, cancelled](sql::Database& database) -> base::Result<MailboxUsage> {
            RECADO_TRY(MailboxUsage deleted, m_tables.acknowledge(database, device, ranges));
            deleted.count += cancelled.count;
            deleted.bytes += cancelled.bytes;
            return deleted;
        });
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
        [this, nowMs](sql::Database& database) { return m_tables.expire(database, nowMs, expirySlice); });
}

void SqliteMailboxStore::usage(QVector<base::DeviceAddress> devices, StoreCall call,
                               StoreCallback<QVector<MailboxUsage>> done) {
    m_database.perform<QVector<MailboxUsage>>(
        call, std::move(done),
        [this, devices = std::move(devices)](sql::Database& database) -> base::Result<QVector<MailboxUsage>> {
            QVector<MailboxUsage> usages;
            for (const base::DeviceAddress& device : devices) {
                RECADO_TRY(const MailboxUsage usage, m_tables.usage(database, device));
                usages.append(usage);
            }
            return usages;
        });
}

void SqliteMailboxStore::submissions(base::DeviceAddress sender, StoreCall call,
                                     StoreCallback<queue::AckWindow> done) {
    m_database.perform<queue::AckWindow>(call, std::move(done), [this, sender](sql::Database& database) {
        return m_tables.submissions(database, sender);
    });
}

} // namespace recado::relay
