#pragma once

#include "messaging/EngineContext.h"

namespace recado::messaging {

/// Rows of the timeline that stand for what could not be read. Engine thread, inside a work.
class Placeholders {
public:
    /// Envelopes of one sender that get a row each. Further ones share the newest of those: anybody can put
    /// anybody's name on an envelope, and nobody shall fill somebody's conversation with it.
    static constexpr int rowsPerSender = 200;

    explicit Placeholders(EngineContext& context)
        : m_context(context) {}

    /// The row for another envelope that claims to be from `sender`; 0 where no timeline shows anything.
    base::Result<LocalId> add(const base::DeviceAddress& sender);

    /// The conversation in which the person sees that there is something from `sender`; opened when a listed
    /// device says so. Nothing for own other devices and for strangers that nobody vouches for.
    base::Result<std::optional<ConversationRecord>> conversationWith(const base::DeviceAddress& sender);

private:
    EngineContext& m_context;
};

} // namespace recado::messaging
