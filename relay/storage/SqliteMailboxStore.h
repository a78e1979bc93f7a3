#pragma once

#include "relay/delivery/MailboxCounters.h"
#include "relay/delivery/MailboxStore.h"
#include "relay/storage/MailboxBatch.h"
#include "relay/storage/MailboxIntake.h"
#include "relay/storage/MailboxTables.h"

#include <chrono>
#include <memory>

namespace recado::relay {

class RelayDatabase;

/// Mailboxes in the relay's database (docs/decisions/0013). Operations wait in an intake; the writer's thread
/// takes all of them at once, when one is asked to read, much has gathered, or the oldest is 5 ms old, and
/// writes what they come to as one row of a log. Acknowledgements that meet their append there cost no write.
///
/// The mark of an append whose envelopes were all acknowledged before they were written lags by up to 50 ms,
/// like acknowledgements: after a crash it may be missing, and the submission is taken anew.
///
/// While the writer waits to recover, reads are answered from what is on the disk and everything else is
/// Busy. Expiry works in slices, so that others get their turn in between; it answers what went until the
/// first slice that failed.
class SqliteMailboxStore final : public MailboxStore {
public:
    /// The database is borrowed, and stopped before this store goes.
    explicit SqliteMailboxStore(RelayDatabase& database, MailboxLogLimits limits = {});

    void append(MailboxAppend append, StoreCall call, StoreCallback<bool> done) override;
    void peek(MailboxPeek peek, StoreCall call, StoreCallback<MailboxPage> done) override;
    void acknowledge(base::DeviceAddress device, QVector<DeliveryRange> ranges, StoreCall call,
                     StoreCallback<MailboxUsage> done) override;
    void expire(qint64 nowMs, StoreCall call, StoreCallback<QVector<MailboxUsage>> done) override;
    void usage(QVector<base::DeviceAddress> devices, StoreCall call,
               StoreCallback<QVector<MailboxUsage>> done) override;
    void submissions(base::DeviceAddress sender, StoreCall call,
                     StoreCallback<queue::AckWindow> done) override;
    [[nodiscard]] bool accepting() const override;

    /// Any thread.
    [[nodiscard]] MailboxCounters& counters() { return m_counters; }

private:
    struct Round;

    void take(const StoreCall& call, MailboxOperation operation);
    template <typename T>
    void read(const StoreCall& call, StoreCallback<T> done,
              std::function<base::Result<T>(MailboxBatch&)> work);
    void arrange(MailboxIntake::Need need);
    base::Status work(sql::Database& database, Round& round);
    base::Status carryOut(MailboxBatch& batch, Round& round);
    void settleMarks(Round& round, bool written);
    void arrangeMarks(std::chrono::steady_clock::time_point due);
    void serveReads(sql::Database& database, Round& round);
    void finish(Round& round, StoreResult result);
    void expireSlice(qint64 nowMs, StoreCall call, StoreCallback<QVector<MailboxUsage>> done,
                     QVector<MailboxUsage> lost);

    RelayDatabase& m_database;
    const MailboxLogLimits m_limits;
    const MailboxTables m_tables;
    MailboxIntake m_intake;
    MailboxCounters m_counters;
    // The writer's thread only: marks that may wait, and whether somebody comes for them.
    std::vector<SubmissionMark> m_owedMarks;
    bool m_marksArranged = false;
};

} // namespace recado::relay
