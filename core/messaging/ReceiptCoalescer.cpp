#include "messaging/ReceiptCoalescer.h"

#include "protocol/FrameCodec.h"

#include <QRandomGenerator>

namespace recado::messaging {

ReceiptCoalescer::ReceiptCoalescer(EngineContext& context, Outbox& outbox)
    : m_context(context)
    , m_outbox(outbox) {
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, [this] { flush(); });
}

void ReceiptCoalescer::schedule() {
    if (m_timer.isActive())
        return;
    const int longest = m_context.timing.receiptDelayMs;
    m_timer.start(QRandomGenerator::system()->bounded(longest / 4, longest + 1));
}

bool ReceiptCoalescer::isIdle() const {
    if (m_timer.isActive())
        return false;
    const auto none = m_context.stores.receipts.isEmpty();
    return none && *none;
}

void ReceiptCoalescer::flush() {
    m_timer.stop();
    const base::Status status = inWork(m_context, [&]() -> base::Status {
        while (true) {
            RECADO_TRY(const std::optional<ReceiptBatch> batch, m_context.stores.receipts.take(idsInOne));
            if (!batch)
                return {};
            if (!m_context.state.privacy.sendReceipts)
                continue;
            content::Content content;
            content::Receipt* receipt = content.mutable_receipt();
            receipt->set_kind(batch->kind == ReceiptKind::Read ? content::Receipt::KIND_READ
                                                               : content::Receipt::KIND_DELIVERED);
            for (const base::MessageId& id : batch->messages)
                receipt->add_message_ids(protocol::fromBytes(id.toBytes()));
            RECADO_CHECK(m_outbox.append(batch->peer, base::MessageId::random(), 0, std::move(content)));
        }
    });
    if (!status)
        return m_context.storageFailed(status.error());
    m_outbox.wake();
}

} // namespace recado::messaging
