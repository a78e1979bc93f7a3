#pragma once

#include "base/Ids.h"
#include "base/Result.h"
#include "messaging/Types.h"

#include <QByteArray>
#include <QVector>

#include <optional>

namespace recado::messaging {

enum class OutboxState {
    Composed, // content only; nothing sealed, or what was sealed was refused
    Sealed,   // `sealed` is to be sent, again and again, byte for byte, until answered
    Accepted, // the relay has it; kept for resends and for a relay restored from a backup
    Delivered,
    Failed, // waits for the person's retry
};

/// One content on its way out: a message, or anything else that devices say to each other.
struct OutboxItem {
    qint64 id = 0; // given by append(); the order of sending
    base::AccountId receiver;
    base::ConversationId conversation;
    base::MessageId messageId;
    LocalId message = 0; // the row whose status follows this item; 0: none
    OutboxState state = OutboxState::Composed;
    QByteArray content;                    // opaque; changes at the first sealing (order), then no more
    base::SubmissionNumber submission = 0; // the latest; 0 before the first sealing
    QByteArray sealed;                     // opaque; empty unless Sealed
    QVector<base::SubmissionNumber> earlierSubmissions;
    int resends = 0; // answered resend requests
    qint64 createdMs = 0;
    qint64 acceptedMs = 0;
};

/// The outbox: composed → sealed → accepted. Engine thread.
class OutboxStore {
public:
    virtual ~OutboxStore() = default;

    virtual base::Result<qint64> append(const OutboxItem& item) = 0;
    /// Writes every field but id, receiver, conversation, messageId, message and createdMs; `submission` and
    /// `earlierSubmissions` become findable.
    virtual base::Status update(const OutboxItem& item) = 0;
    virtual base::Result<std::optional<OutboxItem>> find(qint64 id) = 0;
    /// The item that was ever submitted under this number.
    virtual base::Result<std::optional<OutboxItem>> bySubmission(base::SubmissionNumber submission) = 0;
    /// The newest item of that message row with the row's own message id (not of edits and the like).
    virtual base::Result<std::optional<OutboxItem>> byMessage(LocalId message) = 0;
    /// Items in one of the states with an id above `after`, ascending.
    virtual base::Result<QVector<OutboxItem>> list(const QVector<OutboxState>& states, qint64 after,
                                                   int limit) = 0;
};

} // namespace recado::messaging
