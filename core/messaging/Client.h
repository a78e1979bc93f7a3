#pragma once

#include "base/Result.h"
#include "messaging/Types.h"

#include <QFuture>
#include <QObject>

namespace recado::messaging {

/// What the window and the command line see of the engine: the whole product behind one door.
///
/// An object lives on its consumer's thread; every method is called there, every future finishes there (use
/// `then(context, …)`) and every signal is emitted there. The work happens on the engine's threads. Each
/// method's errors are named by base::Reason as CONTRACT lists them; StorageFailed and ProfileLocked may come
/// from any.
class Client : public QObject {
    Q_OBJECT
public:
    template <typename T>
    using Future = QFuture<base::Result<T>>;
    using Done = QFuture<base::Status>;

    using QObject::QObject;

    /// Starts connecting when the profile is registered; keeps reconnecting by itself.
    virtual void start() = 0;

    // --- Account ---
    /// NotRegistered before registerAccount() has succeeded.
    [[nodiscard]] virtual Future<AccountInfo> whoami() = 0;
    /// AlreadyRegistered, UsernameTaken, RegistrationClosed, InvalidInvite, InvalidArgument,
    /// RelayUnreachable.
    [[nodiscard]] virtual Future<AccountInfo> registerAccount(const Registration& registration) = 0;
    [[nodiscard]] virtual Future<Privacy> privacy() = 0;
    [[nodiscard]] virtual Done setPrivacy(const Privacy& privacy) = 0;
    [[nodiscard]] virtual Future<ConnectionInfo> connection() = 0;
    /// After RelayKeyChanged: accept the relay's new key and connect again.
    [[nodiscard]] virtual Done acceptRelayKey() = 0;

    // --- Conversations ---
    [[nodiscard]] virtual Future<QVector<Conversation>> conversations() = 0;
    /// `participant` is an address or a username of the own relay; looked up at the relay unless met before.
    /// UnknownRecipient, RelayUnreachable, NotRegistered, InvalidArgument (oneself, malformed).
    [[nodiscard]] virtual Future<base::ConversationId> createDirect(const QString& participant) = 0;
    /// UnknownChat. Accepts a stranger's request.
    [[nodiscard]] virtual Done acceptConversation(base::ConversationId conversation) = 0;
    /// UnknownChat. Removes a request (or conversation) with its messages from this device; nothing is sent.
    [[nodiscard]] virtual Done removeConversation(base::ConversationId conversation) = 0;

    // --- Messages ---
    /// Finishes once the message is committed locally. UnknownChat, MessageTooLong, IdentityChanged,
    /// InvalidArgument (empty), UnknownMessage (`replyTo`).
    [[nodiscard]] virtual Future<Message> sendText(base::ConversationId conversation, const QString& text,
                                                   std::optional<LocalId> replyTo = std::nullopt) = 0;
    /// UnknownChat, UnknownMessage (anchor).
    [[nodiscard]] virtual Future<Page> page(const PageRequest& request) = 0;
    [[nodiscard]] virtual Future<Message> message(LocalId message) = 0;
    /// Marks this and all earlier incoming messages of its conversation as seen. UnknownMessage.
    [[nodiscard]] virtual Done markRead(LocalId message) = 0;
    /// A failed message is sealed and submitted again. UnknownMessage, NotPermitted (not failed).
    [[nodiscard]] virtual Done retry(LocalId message) = 0;
    /// UnknownMessage, NotPermitted (for everyone: not the own message, or older than 48 hours).
    [[nodiscard]] virtual Done deleteMessage(LocalId message, bool forEveryone) = 0;
    /// UnknownMessage, NotPermitted, MessageTooLong.
    [[nodiscard]] virtual Done editMessage(LocalId message, const QString& text) = 0;
    /// UnknownMessage, NotPermitted (request), InvalidArgument (not exactly one emoji). An empty one removes.
    [[nodiscard]] virtual Done react(LocalId message, const QString& emoji) = 0;
    [[nodiscard]] virtual Future<QVector<Message>> search(const SearchRequest& request) = 0;

    // --- People ---
    /// UnknownChat. Dropped silently when it may not be sent (request, privacy, offline).
    [[nodiscard]] virtual Done setTyping(base::ConversationId conversation, bool typing) = 0;
    /// UnknownRecipient, RelayUnreachable.
    [[nodiscard]] virtual Future<Contact> contact(const QString& address) = 0;
    /// Verified or Unverified (which also accepts a changed key). UnknownRecipient.
    [[nodiscard]] virtual Done setTrust(const QString& address, Trust trust) = 0;
    /// Both by account (Conversation::participants names it): an address may have become somebody else's, and
    /// then asking by it describes the new holder. Asks nobody. UnknownRecipient (never met).
    [[nodiscard]] virtual Future<Contact> contactOf(const base::AccountId& account) = 0;
    /// `shownNumber` is the safety number that the person decided about: IdentityChanged when it is another
    /// by now. Empty: whatever it is.
    [[nodiscard]] virtual Done setTrustOf(const base::AccountId& account, Trust trust,
                                          const QString& shownNumber) = 0;

    /// While held, nothing that arrives is taken in: it waits unacknowledged, the most of it at the relay.
    /// For a consumer that cannot keep up.
    virtual void holdIncoming(bool hold) = 0;

    /// Finishes once the outbox is empty and all that was received is acknowledged; else Timeout.
    [[nodiscard]] virtual Done waitIdle(int timeoutMs) = 0;

Q_SIGNALS:
    /// A new incoming message, committed and to be shown.
    void messageReceived(const recado::messaging::Message& message);
    /// A message of this account was composed: on this device (also by another front end of the same engine),
    /// or on another one whose copy arrived.
    void messageSent(const recado::messaging::Message& message);
    /// Content, edits, reactions or deletion of a message changed, or a placeholder was filled.
    void messageChanged(const recado::messaging::Message& message);
    /// Only the status changed; `by` is the person who has, or is to have, the message: who sent the receipt,
    /// and for Pending, Sent and Failed the receiver.
    void statusChanged(recado::messaging::LocalId message, recado::base::ConversationId conversation,
                       recado::messaging::MessageStatus status, const recado::messaging::Person& by);
    void presenceChanged(const recado::messaging::Person& person,
                         const recado::messaging::Presence& presence);
    void typingChanged(recado::base::ConversationId conversation, const recado::messaging::Person& person,
                       bool typing);
    void connectionChanged(const recado::messaging::ConnectionInfo& connection);
    void identityChanged(const recado::messaging::Person& person);
    /// Title, unread count, request or trust state, last message; new or removed conversations too.
    void conversationChanged(recado::base::ConversationId conversation);
};

} // namespace recado::messaging
