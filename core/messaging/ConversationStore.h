#pragma once

#include "base/Ids.h"
#include "base/Result.h"
#include "messaging/Types.h"

#include <optional>

namespace recado::messaging {

struct ConversationRecord {
    base::ConversationId id;
    ConversationType type = ConversationType::Direct;
    base::AccountId peer; // the other side of a direct conversation
    bool request = false; // a stranger began it and the person has not accepted
    /// Highest hybrid logical clock value seen or given in this conversation.
    quint64 clock = 0;
    /// The last sequence number this device gave to a message in it.
    quint64 ownSequence = 0;
};

/// Conversations. What a conversation shows (title, unread, last message) is read by History. Engine thread.
class ConversationStore {
public:
    virtual ~ConversationStore() = default;

    virtual base::Result<std::optional<ConversationRecord>>
    conversation(const base::ConversationId& conversation) = 0;
    /// Inserts; a removed conversation comes back with its clock and sequence numbers as they were.
    virtual base::Status insertConversation(const ConversationRecord& conversation) = 0;
    virtual base::Status setRequest(const base::ConversationId& conversation, bool request) = 0;
    virtual base::Status saveClock(const base::ConversationId& conversation, quint64 clock,
                                   quint64 ownSequence) = 0;
    /// Erases its messages, placeholders and early changes and takes it out of every list; its clock, its
    /// sequence numbers and all marks against duplicates stay.
    virtual base::Status removeConversation(const base::ConversationId& conversation) = 0;
};

} // namespace recado::messaging
