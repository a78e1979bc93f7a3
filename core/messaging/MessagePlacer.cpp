#include "messaging/MessagePlacer.h"

#include "messaging/ConversationClock.h"

namespace recado::messaging {

qint64 MessagePlacer::sentAtMs(const content::Content& content) const {
    const qint64 latest =
        std::max(m_context.relayNowMs(), m_context.nowMs()) + conversation_clock::maximumAheadMs;
    return content.sent_at_ms() > quint64(latest) ? m_context.nowMs() : qint64(content.sent_at_ms());
}

base::Status MessagePlacer::place(NewMessage& message, const ConversationRecord& conversation,
                                  const content::Content& content, const base::DeviceAddress& sender) {
    message.timestampMs = sentAtMs(content);
    const quint64 merged =
        conversation_clock::merge(conversation.clock, content.clock(), m_context.relayNowMs());
    // A clock far in the future orders by arrival instead, or it would stay below everything for ever.
    const bool usable = content.clock() <= merged;
    message.clock =
        usable ? content.clock() : conversation_clock::next(conversation.clock, m_context.relayNowMs());
    const quint64 highest = std::max(merged, message.clock);
    if (highest != conversation.clock)
        RECADO_CHECK(
            m_context.stores.conversations.saveClock(conversation.id, highest, conversation.ownSequence));
    message.sequence = content.sequence();
    if (message.sequence == 0)
        return {};
    RECADO_TRY(const quint64 last, m_context.stores.arrivals.lastSequence(conversation.id, sender));
    if (message.sequence <= last)
        return fillGap(conversation, sender, message.sequence);
    // A device that was linked later has not missed what came before it.
    if (last != 0 || m_context.state.account->device == 1)
        message.missingBefore = message.sequence - last - 1;
    return m_context.stores.arrivals.setLastSequence(conversation.id, sender, message.sequence);
}

base::Status MessagePlacer::fillGap(const ConversationRecord& conversation, const base::DeviceAddress& sender,
                                    quint64 sequence) {
    RECADO_TRY(const std::optional<LocalId> after,
               m_context.stores.messages.fillGap(conversation.id, sender, sequence));
    if (!after)
        return {};
    RECADO_TRY(std::optional<Message> view, m_context.stores.messages.view(*after));
    if (view)
        m_context.changes.messageChanged(std::move(*view));
    return {};
}

} // namespace recado::messaging
