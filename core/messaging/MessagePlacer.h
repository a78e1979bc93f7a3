#pragma once

#include "content.pb.h"
#include "messaging/EngineContext.h"

namespace recado::messaging {

/// Gives a message from another device its time and its place in the timeline, and notices what is missing
/// before it. Engine thread, inside a work.
class MessagePlacer {
public:
    explicit MessagePlacer(EngineContext& context)
        : m_context(context) {}

    /// Fills `message`'s timestamp, clock, sequence and missingBefore, and merges the conversation's clock.
    base::Status place(NewMessage& message, const ConversationRecord& conversation,
                       const content::Content& content, const base::DeviceAddress& sender);

    /// When a content was sent, as its sender says, but never later than now: who claims the future would
    /// stand above everybody else for ever.
    [[nodiscard]] qint64 sentAtMs(const content::Content& content) const;

private:
    base::Status fillGap(const ConversationRecord& conversation, const base::DeviceAddress& sender,
                         quint64 sequence);

    EngineContext& m_context;
};

} // namespace recado::messaging
