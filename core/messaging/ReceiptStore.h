#pragma once

#include "base/Ids.h"
#include "base/Result.h"

#include <QVector>

#include <optional>

namespace recado::messaging {

enum class ReceiptKind { Delivered, Read };

struct ReceiptBatch {
    base::AccountId peer;
    base::ConversationId conversation;
    ReceiptKind kind = ReceiptKind::Delivered;
    QVector<base::MessageId> messages;
};

/// Receipts to be sent, collected until they are worth a message. Engine thread.
class ReceiptStore {
public:
    virtual ~ReceiptStore() = default;

    /// Adding what waits already changes nothing; a Read replaces a waiting Delivered of the same message.
    virtual base::Status add(const base::AccountId& peer, const base::ConversationId& conversation,
                             ReceiptKind kind, const base::MessageId& message) = 0;
    /// Removes and returns the oldest receipts of one peer, conversation and kind, at most `limit` of them;
    /// nothing when none wait.
    virtual base::Result<std::optional<ReceiptBatch>> take(int limit) = 0;
    virtual base::Result<bool> isEmpty() = 0;
    /// For a conversation that is removed.
    virtual base::Status clear(const base::ConversationId& conversation) = 0;
};

} // namespace recado::messaging
