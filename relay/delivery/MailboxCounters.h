#pragma once

#include <QtGlobal>

#include <atomic>

namespace recado::relay {

/// What a mailbox store did since it began, for the metrics: one for each store, written by its threads, read
/// by any. An envelope counts once for each receiving device.
struct MailboxCounters {
    std::atomic<quint64> rowsWritten{0};
    /// Acknowledged before their commit, and therefore never written.
    std::atomic<quint64> rowsCancelled{0};
    /// As of the latest survey (RelaySurvey), 0 before the first.
    std::atomic<quint64> rowsWaiting{0};
    std::atomic<quint64> bytesWaiting{0};
    /// Of all that waits: what lies in the store's log, and not in the table that the survey sums up.
    std::atomic<quint64> rowsLogged{0};
    std::atomic<quint64> bytesLogged{0};
};

} // namespace recado::relay
