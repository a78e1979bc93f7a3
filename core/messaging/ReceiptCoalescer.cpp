#include "messaging/ReceiptCoalescer.h"

#include "protocol/FrameCodec.h"

#include <QRandomGenerator>

namespace recado::messaging {

ReceiptCoalescer::ReceiptCoalescer(EngineContext& context, OutboxLedger& ledger, Outbox& outbox)
    : m_context(context)
    , m_ledger(ledger)
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
            RECADO_CHECK(compose(*batch));
        }
    });
    if (!status)
        return m_context.storageFailed(status.error());
    m_outbox.wake();
}

base::Status ReceiptCoalescer::compose(const ReceiptBatch& batch) {
    const bool own = batch.peer == m_context.ownAccount();
    // Who hides reading since says at least that it arrived.
    const bool read = batch.kind == ReceiptKind::Read && (own || m_context.state.privacy.sendReceipts);
    content::Content content;
    content::Receipt* receipt = content.mutable_receipt();
    receipt->set_kind(read ? content::Receipt::KIND_READ : content::Receipt::KIND_DELIVERED);
    for (const base::MessageId& id : batch.messages)
        receipt->add_message_ids(protocol::fromBytes(id.toBytes()));
    if (!own)
        return m_ledger.append(batch.peer, base::MessageId::random(), 0, std::move(content));
    RECADO_TRY(const std::optional<ConversationRecord> conversation,
               m_context.stores.conversations.conversation(batch.conversation));
    return conversation ? m_ledger.appendForOwnDevices(conversation->peer, std::move(content))
                        : base::Status();
}

} // namespace recado::messaging
