#pragma once

#include "relay/storage/MailboxLog.h"
#include "relay/storage/MailboxMemory.h"
#include "relay/storage/MailboxTables.h"

#include <vector>

namespace recado::relay {

/// How the mailboxes' log is kept short.
struct MailboxLogLimits {
    /// When it has grown beyond this, all that waits in it moves to the tables, a little with every batch.
    qint64 settleBytes = 24 * 1024 * 1024;
    /// That little: envelopes, and bytes of rows that are no longer needed; on top of that, twice what the
    /// batch brings. Small, so that somebody who empties a mailbox hardly waits for it.
    int sliceEnvelopes = 64;
    qint64 sliceBytes = 256 * 1024;
};

/// What one transaction does to the mailboxes: operations change the memory as they come, finish() writes the
/// outcome as one row of the log. So what was appended and acknowledged in between is never written. After an
/// error the transaction has to be rolled back, and the memory goes with it. The writer's thread.
class MailboxBatch {
public:
    MailboxBatch(sql::Database& database, MailboxMemory& memory, const MailboxTables& tables);

    /// `append` stays where it is until finish(). Appends are counted from 0.
    base::Status append(const MailboxAppend& append);
    struct Acknowledged {
        MailboxUsage removed; ///< what was never written included
        quint64 neverWritten = 0;
        bool wasWritten = false; ///< something of this mailbox: gone for good with this batch's commit
    };
    base::Result<Acknowledged> acknowledge(const base::DeviceAddress& device,
                                           const QVector<DeliveryRange>& ranges);
    base::Result<MailboxPage> peek(const MailboxPeek& peek, qint64 nowMs);
    base::Result<MailboxUsage> usage(const base::DeviceAddress& device);
    base::Result<queue::AckWindow> submissions(const base::DeviceAddress& sender);
    /// At most about `limit` of those that lie in the tables.
    base::Result<QVector<MailboxUsage>> expire(qint64 nowMs, int limit);
    /// A mark that an earlier batch left.
    base::Status owe(const SubmissionMark& mark);
    /// There is something that somebody waits for.
    [[nodiscard]] bool hasNews() const;

    /// Every envelope of that append has been acknowledged: nothing of it but its mark may be written.
    [[nodiscard]] bool wasOvertaken(std::size_t append) const;

    enum class OwedMarks { MayWait, Now };
    /// Writes what there is to be written, marks only when they are owed now: otherwise the caller keeps
    /// them, and gives them to a later batch.
    base::Status finish(OwedMarks owed, const MailboxLogLimits& limits);
    [[nodiscard]] quint64 envelopesWritten() const { return m_written; }

private:
    struct Appended {
        const MailboxAppend* append = nullptr;
        std::size_t firstMailbox = 0; // of its entries, in m_mailboxes
        std::shared_ptr<LogBody> body;
        bool wasKnown = false; // some of it
        int waiting = 0;       // entries that are to be written
    };

    base::Result<bool> isThere(const KnownMailbox& mailbox, base::DeliveryId id);
    base::Status removeStored(KnownMailbox& mailbox, const DeliveryRange& range, Acknowledged& outcome);
    base::Status mark(const SubmissionMark& mark);
    void writeAppends(std::vector<LogEntry*>& written);
    base::Status deleteCheaply();
    base::Status settle(const MailboxLogLimits& limits);
    base::Status settleMailbox(KnownMailbox& mailbox, int& budget);
    base::Status deleteSettledRows(qint64 budget);
    void noteSums(KnownMailbox& mailbox, qint64 count, qint64 bytes);
    base::Status writeSums();

    sql::Database& m_database;
    MailboxMemory& m_memory;
    const MailboxTables& m_tables;
    MailboxLogRow& m_row;
    std::vector<Appended> m_appends;
    std::vector<KnownMailbox*> m_mailboxes;                        // null for an entry that was there already
    std::vector<std::pair<qint64, base::SubmissionNumber>> m_owed; // marks of senders, by mailbox
    std::vector<KnownMailbox*> m_changedSums;
    bool m_deletesCheaply = false;
    quint64 m_written = 0;
};

} // namespace recado::relay
