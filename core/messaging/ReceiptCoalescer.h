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

    /// Both are borrowed.
    ReceiptCoalescer(EngineContext& context, Outbox& outbox);

    /// There are receipts; they go within EngineTiming::receiptDelayMs.
    void schedule();
    /// They go now.
    void flush();
    /// True when none wait, in the table either.
    [[nodiscard]] bool isIdle() const;

private:
    EngineContext& m_context;
    Outbox& m_outbox;
    QTimer m_timer;
};

} // namespace recado::messaging
