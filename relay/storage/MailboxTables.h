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

/// The mailboxes' SQL, inside the caller's transaction and on its thread. The meaning is MailboxStore's.
class MailboxTables {
public:
    MailboxTables();

    base::Status append(sql::Database& database, const MailboxAppend& append) const;
    base::Result<MailboxPage> peek(sql::Database& database, const MailboxPeek& peek) const;
    base::Result<MailboxUsage> acknowledge(sql::Database& database, const base::DeviceAddress& device,
                                           const QVector<DeliveryRange>& ranges) const;
    /// At most `limit` envelopes.
    base::Result<QVector<MailboxUsage>> expire(sql::Database& database, qint64 nowMs, int limit) const;
    base::Result<MailboxUsage> usage(sql::Database& database, const base::DeviceAddress& device) const;

    base::Status mark(sql::Database& database, const SubmissionMark& mark) const;
    base::Result<queue::AckWindow> submissions(sql::Database& database,
                                               const base::DeviceAddress& sender) const;

    /// Deletes the mailbox and the submission window of a device that is no more.
    base::Status drop(sql::Database& database, const base::DeviceAddress& device) const;

private:
    struct Removed {
        qint64 count = 0;
        qint64 bytes = 0;
    };
    using RemovedByMailbox = std::map<qint64, Removed>;

    /// 0 when the device has no mailbox yet.
    base::Result<qint64> find(sql::Database& database, const base::DeviceAddress& device) const;
    base::Result<qint64> findOrMake(sql::Database& database, const base::DeviceAddress& device) const;
    base::Status count(sql::Database& database, qint64 mailbox, qint64 envelopes, qint64 bytes) const;
    base::Result<RemovedByMailbox> settle(sql::Database& database,
                                          const std::vector<queue::RemovedEntry>& removed) const;

    queue::QueueTable m_envelopes;
};

} // namespace recado::relay
