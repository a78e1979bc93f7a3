#pragma once

#include "base/Ids.h"
#include "base/Reason.h"

#include <QString>
#include <QVector>

#include <optional>

/// Plain values that cross from the engine to whoever shows them. Copied freely, no behaviour, no I/O.
namespace recado::messaging {

enum class ConnectionState { Offline, Connecting, Online };
enum class ConversationType { Direct, Group };
enum class ContentType { Text, Image, Video, Audio, File };
/// Outgoing: Pending, Sent, Delivered, Read, Failed. Incoming: Received, Seen.
enum class MessageStatus { Pending, Sent, Delivered, Read, Failed, Received, Seen };
enum class Trust { Unverified, Verified, Changed };
enum class AcceptRequests { Automatically, Ask };

/// A message's local number in this profile; grows with arrival, opaque to the outside, never reused.
using LocalId = qint64;

/// Of a display name, in UTF-16 units; what is longer is cut off where it is shown.
inline constexpr qsizetype longestDisplayName = 64;

/// This profile's account at its relay.
struct AccountInfo {
    base::AccountId account;
    quint32 device = 0;
    QString username;
    QString address; // username@relay-name
    QString displayName;
    QString relayUrl;
};

struct Registration {
    QString relayUrl; // ws://host:port or wss://…, with or without the path
    QString username;
    QString displayName; // empty: the username
    QString invite;      // empty: none
};

struct Privacy {
    AcceptRequests acceptRequests = AcceptRequests::Ask;
    /// Whether others are told what was read here. That a message has arrived is said to accepted people in
    /// any case: it says nothing about the person.
    bool sendReceipts = true;
    bool sendTyping = true;
    bool showPresence = true;

    bool operator==(const Privacy&) const = default;
};

struct Person {
    base::AccountId account;
    QString address;
    QString displayName;

    bool operator==(const Person&) const = default;
};

struct Contact {
    Person person;
    QString safetyNumber; // 60 digits; empty before the identity key is known
    Trust trust = Trust::Unverified;
};

struct Presence {
    bool online = false;
    std::optional<qint64> lastSeenMs;

    bool operator==(const Presence&) const = default;
};

struct Reaction {
    Person sender;
    QString emoji;

    bool operator==(const Reaction&) const = default;
};

struct Quote {
    LocalId message = 0; // 0 when the quoted message is not here
    Person sender;
    QString text;
};

struct Message {
    LocalId id = 0;
    base::ConversationId conversation;
    Person sender;
    bool outgoing = false;
    ContentType type = ContentType::Text;
    QString text;
    qint64 timestampMs = 0; // as its sender said it, UTC
    MessageStatus status = MessageStatus::Pending;
    /// Why an outgoing message is Failed.
    std::optional<base::Reason> failure;
    std::optional<Quote> quote;
    QVector<Reaction> reactions;
    bool edited = false;
    bool deleted = false;
    /// Stands where a message could not be decrypted; the text is empty. Replaced when the resend arrives.
    bool placeholder = false;
    /// Messages of this sender are missing before this one.
    bool gapBefore = false;
};

struct Conversation {
    base::ConversationId id;
    ConversationType type = ConversationType::Direct;
    QString title;
    QVector<Person> participants; // the others
    int unread = 0;
    /// A stranger's first messages: nothing is sent back until the person accepts.
    bool request = false;
    /// The other's identity key changed and the person has not decided: sending is blocked.
    bool identityChanged = false;
    std::optional<Message> lastMessage;
    qint64 lastActivityMs = 0;
    std::optional<Presence> presence; // of a direct conversation's other side, when known
};

/// Which messages of a conversation to read, always in timeline order (oldest first).
struct PageRequest {
    enum class Direction { Newest, Before, After, Around };
    base::ConversationId conversation;
    Direction direction = Direction::Newest;
    LocalId anchor = 0; // for Before, After (exclusive) and Around (inclusive)
    int limit = 50;     // 1 to 500
};

struct Page {
    QVector<Message> messages; // oldest first
    bool moreBefore = false;
    bool moreAfter = false;
};

struct SearchRequest {
    QString query;
    std::optional<base::ConversationId> conversation;
    int limit = 50;
};

struct ConnectionInfo {
    ConnectionState state = ConnectionState::Offline;
    /// Why the relay cannot be used (refusal, key changed, unreachable); nothing while all is well.
    std::optional<base::Reason> problem;
    /// Outgoing messages not yet accepted by the relay.
    int waiting = 0;
};

} // namespace recado::messaging
