#pragma once

#include "base/Inbox.h"
#include "messaging/Client.h"
#include "messaging/Engine.h"
#include "messaging/History.h"

#include <QHash>

#include <memory>

namespace recado::messaging {

/// The engine as its consumer sees it: lives on the consumer's thread, posts every call to the engine's (or
/// the reader's) inbox, and finishes every future and emits every signal on its own thread.
class EngineClient final : public Client {
    Q_OBJECT
public:
    /// Where an engine's changes go (Changes::Sink); made before the engine and kept by it, harmless once the
    /// client is gone.
    class EventTarget;

    explicit EngineClient(QObject* parent = nullptr);
    ~EngineClient() override;

    /// For Engine::create(). Any thread.
    [[nodiscard]] Changes::Sink eventSink() const;
    /// All borrowed until detach(); calls before attach() finish with ProfileLocked.
    void attach(base::Inbox& engineInbox, Engine& engine, base::Inbox& readerInbox, History& history);
    /// Before engine and history go: calls finish with ProfileLocked from now on.
    void detach();

    void start() override;
    Future<AccountInfo> whoami() override;
    Future<AccountInfo> registerAccount(const Registration& registration) override;
    Future<Privacy> privacy() override;
    Done setPrivacy(const Privacy& privacy) override;
    Future<ConnectionInfo> connection() override;
    Done acceptRelayKey() override;
    Future<QVector<Conversation>> conversations() override;
    Future<base::ConversationId> createDirect(const QString& participant) override;
    Done acceptConversation(base::ConversationId conversation) override;
    Done removeConversation(base::ConversationId conversation) override;
    Future<Message> sendText(base::ConversationId conversation, const QString& text,
                             std::optional<LocalId> replyTo = std::nullopt) override;
    Future<Page> page(const PageRequest& request) override;
    Future<Message> message(LocalId message) override;
    Done markRead(LocalId message) override;
    Done retry(LocalId message) override;
    Done deleteMessage(LocalId message, bool forEveryone) override;
    Done editMessage(LocalId message, const QString& text) override;
    Done react(LocalId message, const QString& emoji) override;
    Future<QVector<Message>> search(const SearchRequest& request) override;
    Done setTyping(base::ConversationId conversation, bool typing) override;
    Future<Contact> contact(const QString& address) override;
    Done setTrust(const QString& address, Trust trust) override;
    Future<Contact> contactOf(const base::AccountId& account) override;
    Done setTrustOf(const base::AccountId& account, Trust trust, const QString& shownNumber) override;
    void holdIncoming(bool hold) override;
    Done waitIdle(int timeoutMs) override;

private:
    template <typename T>
    using Answer = std::function<void(base::Result<T>)>;

    /// Runs `call` on the engine's thread; its answer finishes the future here.
    template <typename T>
    QFuture<base::Result<T>> ask(std::function<void(Engine&, Answer<T>)> call);
    /// Runs `read` on the reader's thread; its value, after `finish` here, finishes the future.
    template <typename T>
    QFuture<base::Result<T>> read(std::function<base::Result<T>(History&)> read,
                                  std::function<void(T&)> finish = {});
    template <typename T>
    Answer<T> answerHere(std::shared_ptr<QPromise<base::Result<T>>> promise);

    std::shared_ptr<EventTarget> m_target;
    base::Inbox* m_engineInbox = nullptr;
    Engine* m_engine = nullptr;
    base::Inbox* m_readerInbox = nullptr;
    History* m_history = nullptr;
    QHash<base::AccountId, Presence> m_presence;
};

} // namespace recado::messaging
