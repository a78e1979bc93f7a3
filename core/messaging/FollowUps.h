#pragma once

#include "messaging/OutboxStore.h"

#include <QSet>

namespace recado::messaging {

/// What is to be done once the work that asked for it is committed. What a rolled back savepoint leaves in
/// here does no harm: each part looks into the store before it acts.
struct FollowUps {
    bool receiptsWait = false;
    bool resendsToAsk = false;
    bool acceptedChanged = false;
    QVector<OutboxItem> requeue;
    /// Conversations in which a message came: their senders have stopped typing.
    QSet<base::ConversationId> messagesIn;
    /// Accounts that an own other device has spoken to and this one knows nothing of.
    QSet<base::AccountId> toLookUp;
};

} // namespace recado::messaging
