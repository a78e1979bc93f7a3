#pragma once

#include "messaging/Client.h"

#include <QHash>
#include <QPromise>
#include <QVariantList>

#include <functional>
#include <memory>
#include <vector>

namespace recado::tests {

/// A messaging::Client without engine, for tests of what stands in front of it (command line, window): its
/// answers come from plain data that tests set, every call is recorded, and tests emit the signals
/// themselves.
///
/// By default it is registered as ana@relay.test and answers at once from `conversationList` and
/// `messageList`; sendText() appends a Pending message and announces it. fail() scripts an error, hold()
/// keeps answers back until release().
class FakeClient : public messaging::Client {
    Q_OBJECT
public:
    struct Call {
        QString method; // the C++ name, e.g. "sendText"
        QVariantList arguments;
    };

    explicit FakeClient(QObject* parent = nullptr);
    ~FakeClient() override;

    // --- What it answers from ---
    std::optional<messaging::AccountInfo> account; // nothing: not registered
    messaging::Privacy privacySettings;
    messaging::ConnectionInfo connectionInfo;
    QVector<messaging::Conversation> conversationList;
    QVector<messaging::Message> messageList;     // oldest first, all conversations
    QHash<QString, messaging::Contact> contacts; // by address and by username
    /// What the next successful registerAccount() gives.
    messaging::AccountInfo accountToRegister;

    // --- Scripts ---
    /// The next call of `method` fails so (repeat it for later ones).
    void fail(const QString& method, base::Reason reason);
    /// Calls of `method` are recorded but not answered (nor carried out) before release().
    void hold(const QString& method);
    /// Carries out and answers what was held, in order, and holds no more.
    void release(const QString& method);

    // --- What happened ---
    QVector<Call> calls;
    [[nodiscard]] int count(const QString& method) const;
    /// The arguments of the latest call; empty without one.
    [[nodiscard]] QVariantList lastArguments(const QString& method) const;

    // --- Makers of plausible values ---
    [[nodiscard]] static messaging::Person person(const QString& username);
    /// Adds a direct conversation with `username` (and the contact) and returns its id.
    base::ConversationId addConversation(const QString& username, bool request = false);
    /// Appends a message without announcing it; returns it.
    messaging::Message addMessage(base::ConversationId conversation, const QString& text, bool outgoing);

    void start() override;
    [[nodiscard]] Future<messaging::AccountInfo> whoami() override;
    [[nodiscard]] Future<messaging::AccountInfo>
    registerAccount(const messaging::Registration& registration) override;
    [[nodiscard]] Future<messaging::Privacy> privacy() override;
    [[nodiscard]] Done setPrivacy(const messaging::Privacy& privacy) override;
    [[nodiscard]] Future<messaging::ConnectionInfo> connection() override;
    [[nodiscard]] Done acceptRelayKey() override;
    [[nodiscard]] Future<QVector<messaging::Conversation>> conversations() override;
    [[nodiscard]] Future<base::ConversationId> createDirect(const QString& participant) override;
    [[nodiscard]] Done acceptConversation(base::ConversationId conversation) override;
    [[nodiscard]] Done removeConversation(base::ConversationId conversation) override;
    [[nodiscard]] Future<messaging::Message>
    sendText(base::ConversationId conversation, const QString& text,
             std::optional<messaging::LocalId> replyTo = std::nullopt) override;
    [[nodiscard]] Future<messaging::Page> page(const messaging::PageRequest& request) override;
    [[nodiscard]] Future<messaging::Message> message(messaging::LocalId message) override;
    [[nodiscard]] Done markRead(messaging::LocalId message) override;
    [[nodiscard]] Done retry(messaging::LocalId message) override;
    [[nodiscard]] Done deleteMessage(messaging::LocalId message, bool forEveryone) override;
    [[nodiscard]] Done editMessage(messaging::LocalId message, const QString& text) override;
    [[nodiscard]] Done react(messaging::LocalId message, const QString& emoji) override;
    [[nodiscard]] Future<QVector<messaging::Message>>
    search(const messaging::SearchRequest& request) override;
    [[nodiscard]] Done setTyping(base::ConversationId conversation, bool typing) override;
    [[nodiscard]] Future<messaging::Contact> contact(const QString& address) override;
    [[nodiscard]] Done setTrust(const QString& address, messaging::Trust trust) override;
    [[nodiscard]] Future<messaging::Contact> contactOf(const base::AccountId& account) override;
    [[nodiscard]] Done setTrustOf(const base::AccountId& account, messaging::Trust trust,
                                  const QString& shownNumber) override;
    void holdIncoming(bool hold) override;
    [[nodiscard]] Done waitIdle(int timeoutMs) override;

private:
    template <typename T>
    QFuture<base::Result<T>> answer(const QString& method, const QVariantList& arguments,
                                    std::function<base::Result<T>()> work);
    [[nodiscard]] messaging::Conversation* find(base::ConversationId conversation);
    [[nodiscard]] messaging::Message* findMessage(messaging::LocalId message);

    QHash<QString, QVector<base::Reason>> m_failures;
    QHash<QString, std::vector<std::function<void()>>> m_held;
};

} // namespace recado::tests
