#pragma once

#include "content.pb.h"
#include "messaging/EngineContext.h"

namespace recado::messaging {

/// Applies receipts to own messages; a status never goes back. Engine thread, inside a work.
class StatusUpdater {
public:
    /// Ids a receipt may name.
    static constexpr int maximumIds = 500;

    explicit StatusUpdater(EngineContext& context)
        : m_context(context) {}

    base::Status apply(const content::Receipt& receipt, const base::ConversationId& conversation,
                       const ContactRecord& from);

private:
    base::Status raise(const StoredMessage& message, MessageStatus status, const ContactRecord& from);

    EngineContext& m_context;
};

} // namespace recado::messaging
