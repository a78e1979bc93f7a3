#pragma once

#include "base/Ids.h"
#include "base/Result.h"
#include "messaging/Types.h"

#include <QString>
#include <QVector>

#include <optional>

namespace recado::messaging {

/// A message's name among people: conversation, author and id (unique together).
struct MessageKey {
    base::ConversationId conversation;
    base::AccountId author;
    base::MessageId id;

    bool operator==(const MessageKey&) const = default;
};

/// Another message of the same conversation, as a reply names it.
struct QuotedMessage {
    base::AccountId author;
    base::MessageId id;
};

/// A message row to be written. The timeline is ordered by (clock, author, sequence, local id).
struct NewMessage {
    MessageKey key; // a placeholder's id is random, until it is filled
    quint32 senderDevice = 0;
    bool outgoing = false;
    bool placeholder = false;
    ContentType type = ContentType::Text;
    QString text;
    std::optional<QuotedMessage> quoted;
    qint64 timestampMs = 0;
    quint64 clock = 0;
    quint64 sequence = 0; // 0: none yet (composed, not sealed) or unknown (placeholder)
    /// Sequence numbers of the same device missing directly before this one; shown as gapBefore while > 0.
    quint64 missingBefore = 0;
    MessageStatus status = MessageStatus::Received;
};

/// What the engine needs to know about a row to decide; Message is what people see of it.
struct StoredMessage {
    LocalId local = 0;
    MessageKey key;
    quint32 senderDevice = 0;
    bool outgoing = false;
    bool placeholder = false;
    bool deleted = false;
    MessageStatus status = MessageStatus::Received;
    qint64 timestampMs = 0;
    quint64 clock = 0;
    quint64 sequence = 0;
    quint64 editClock = 0; // clock of the newest edit applied; 0 when never edited
    QString text;
};

/// Message rows. Engine thread.
class MessageStore {
public:
    virtual ~MessageStore() = default;

    /// Local ids grow and are never reused.
    virtual base::Result<LocalId> insert(const NewMessage& message) = 0;
    /// Puts the real message into a placeholder's row, which keeps its local id and takes everything else.
    virtual base::Status fillPlaceholder(LocalId placeholder, const NewMessage& message) = 0;
    /// A message with this sequence came late: lowers missingBefore of the next later message of that device
    /// and conversation that has one, and returns it.
    virtual base::Result<std::optional<LocalId>> fillGap(const base::ConversationId& conversation,
                                                         const base::DeviceAddress& sender,
                                                         quint64 sequence) = 0;
    virtual base::Result<std::optional<StoredMessage>> load(LocalId message) = 0;
    virtual base::Result<std::optional<StoredMessage>> find(const MessageKey& key) = 0;
    /// The whole message as people see it, as History would return it, from inside the open work.
    virtual base::Result<std::optional<Message>> view(LocalId message) = 0;
};

/// Status and order of message rows. Engine thread.
class MessageStatusStore {
public:
    virtual ~MessageStatusStore() = default;

    /// `failure` only with Failed; cleared otherwise. A step back changes nothing; Failed is one from
    /// Delivered on, and not from Sent.
    virtual base::Status setStatus(LocalId message, MessageStatus status,
                                   std::optional<base::Reason> failure) = 0;
    /// An outgoing message's place, known at its first sealing.
    virtual base::Status setOrder(LocalId message, quint64 clock, quint64 sequence) = 0;
    /// Turns `upTo` and every incoming message of its conversation that stands before it in the timeline from
    /// Received to Seen; returns those that changed and are no placeholders.
    virtual base::Result<QVector<StoredMessage>> markSeen(LocalId upTo) = 0;
    /// Incoming messages of the conversation, newest first, without placeholders and deleted ones.
    virtual base::Result<QVector<StoredMessage>> newestIncoming(const base::ConversationId& conversation,
                                                                int limit) = 0;
};

/// An edit, deletion or reaction that came before the message it names.
struct EarlyChange {
    MessageKey target;
    base::AccountId sender;
    QByteArray content;    // opaque to the store
    qint64 receivedMs = 0; // wall time
};

/// What happens to a message after it was written. Engine thread.
class MessageChangeStore {
public:
    virtual ~MessageChangeStore() = default;

    /// Replaces the text (and its search index) and shows the message as edited.
    virtual base::Status edit(LocalId message, const QString& text, quint64 editClock) = 0;
    /// For everyone: text, quote, reactions and search index go, the row stays as deleted.
    virtual base::Status erase(LocalId message) = 0;
    /// For this profile only: the row goes from every list; marks against duplicates stay.
    virtual base::Status remove(LocalId message) = 0;
    /// One reaction a person; an empty emoji removes. Ignored when `clock` is below that of the person's
    /// last one (removals are remembered for that). Returns whether something visible changed.
    virtual base::Result<bool> react(LocalId message, const base::AccountId& sender, const QString& emoji,
                                     quint64 clock) = 0;
    /// Changes of one sender that are kept, and their bytes; of more, the oldest go.
    static constexpr int earlyKept = 1'000;
    static constexpr qint64 earlyBytesKept = 1'024 * 1'024;
    virtual base::Status addEarly(const EarlyChange& change) = 0;
    /// In the order of arrival; they are gone afterwards.
    virtual base::Result<QVector<EarlyChange>> takeEarly(const MessageKey& target) = 0;
};

} // namespace recado::messaging
