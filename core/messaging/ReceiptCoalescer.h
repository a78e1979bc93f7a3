#pragma once

#include "messaging/Outbox.h"

#include <QObject>
#include <QTimer>

namespace recado::messaging {

/// Turns waiting receipts into contents: many ids in one, a moment later than they arose, so that neither
/// the ratchet nor an observer gets one for each message. Engine thread.
class ReceiptCoalescer : public QObject {
    Q_OBJECT
public:
    static constexpr int idsInOne = 500;

    /// All borrowed.
    ReceiptCoalescer(EngineContext& context, OutboxLedger& ledger, Outbox& outbox);

    /// There are receipts; they go within EngineTiming::receiptDelayMs.
    void schedule();
    /// They go now.
    void flush();
    /// True when none wait, in the table either.
    [[nodiscard]] bool isIdle() const;

private:
    base::Status compose(const ReceiptBatch& batch);

    EngineContext& m_context;
    OutboxLedger& m_ledger;
    Outbox& m_outbox;
    QTimer m_timer;
};

} // namespace recado::messaging
