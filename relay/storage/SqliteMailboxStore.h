#pragma once

#include "relay/delivery/MailboxStore.h"
#include "relay/storage/MailboxTables.h"

#include <memory>

namespace recado::relay {

class PendingAppends;
class RelayDatabase;

/// Mailboxes in the relay's database. Expiry works in slices, so that others get their turn in between; it
/// answers what went until the first slice that failed.
class SqliteMailboxStore final : public MailboxStore {
public:
    /// The database is borrowed, and stopped before this store goes.
    explicit SqliteMailboxStore(RelayDatabase& database);

    void append(MailboxAppend append, StoreCall call, StoreCallback<bool> done) override;
    void peek(MailboxPeek peek, StoreCall call, StoreCallback<MailboxPage> done) override;
    void acknowledge(base::DeviceAddress device, QVector<DeliveryRange> ranges, StoreCall call,
                     StoreCallback<MailboxUsage> done) override;
    void expire(qint64 nowMs, StoreCall call, StoreCallback<QVector<MailboxUsage>> done) override;
    void usage(QVector<base::DeviceAddress> devices, StoreCall call,
               StoreCallback<QVector<MailboxUsage>> done) override;
    void submissions(base::DeviceAddress sender, StoreCall call,
                     StoreCallback<queue::AckWindow> done) override;

private:
    void expireSlice(qint64 nowMs, StoreCall call, StoreCallback<QVector<MailboxUsage>> done,
                     QVector<MailboxUsage> lost);

    RelayDatabase& m_database;
    const MailboxTables m_tables;
    std::shared_ptr<PendingAppends> m_pending;
};

} // namespace recado::relay
