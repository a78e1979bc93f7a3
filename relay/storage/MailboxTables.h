#pragma once

#include "base/Result.h"
#include "queue/AckWindow.h"
#include "queue/QueueTable.h"
#include "relay/delivery/MailboxStore.h"

#include <map>

namespace recado::sql {
class Database;
}

namespace recado::relay {

struct LogEntry;

/// The tables behind the mailboxes' log: envelopes that were moved out of it, the bodies they share, each
/// mailbox's number and the sums of what is in the table, and the windows of submissions. Mailboxes go by
/// their number. Inside the caller's transaction and on its thread.
class MailboxTables {
public:
    struct Removed {
        qint64 count = 0;
        qint64 bytes = 0;
    };
    /// By the number of the mailbox.
    using RemovedByMailbox = std::map<qint64, Removed>;

    MailboxTables();

    /// Takes an envelope over from the log; `lastBody` grows when its body is stored with it.
    base::Status store(sql::Database& database, qint64 mailbox, base::DeliveryId id, const LogEntry& entry,
                       qint64& lastBody) const;
    base::Result<bool> holds(sql::Database& database, qint64 mailbox, base::DeliveryId id) const;
    /// As of MailboxStore::peek(), without what expired at or before `nowMs`.
    base::Result<MailboxPage> peek(sql::Database& database, qint64 mailbox, const MailboxPeek& peek,
                                   qint64 nowMs) const;
    base::Result<Removed> remove(sql::Database& database, qint64 mailbox, const DeliveryRange& range) const;
    /// At most `limit` envelopes.
    base::Result<RemovedByMailbox> expire(sql::Database& database, qint64 nowMs, int limit) const;

    /// 0 when there is none.
    static base::Result<base::DeliveryId> newestStored(sql::Database& database, qint64 mailbox);
    static base::Result<qint64> lastBody(sql::Database& database);
    static base::Status storeSums(sql::Database& database, qint64 mailbox, qint64 count, qint64 bytes);
    static base::Result<queue::AckWindow> storedWindow(sql::Database& database,
                                                       const base::DeviceAddress& sender);
    static base::Status storeWindow(sql::Database& database, const base::DeviceAddress& sender,
                                    const queue::AckWindow& window);

    /// Deletes the mailbox and the submission window of a device that is no more, its part of the log
    /// included.
    base::Status drop(sql::Database& database, const base::DeviceAddress& device) const;

private:
    base::Result<RemovedByMailbox> settle(sql::Database& database,
                                          const std::vector<queue::RemovedEntry>& removed) const;

    queue::QueueTable m_envelopes;
};

} // namespace recado::relay
