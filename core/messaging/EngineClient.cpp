#include "messaging/EngineClient.h"

#include <QPromise>

#include <mutex>

namespace recado::messaging {

using base::makeError;
using base::Reason;

/// The client's inbox, shared with those who post to it from other threads and may outlive it.
class EngineClient::EventTarget {
public:
    void post(base::Inbox::Task task) {
        const std::lock_guard lock(m_mutex);
        if (m_inbox)
            m_inbox->post(std::move(task));
    }
    void open(std::unique_ptr<base::Inbox> inbox) {
        const std::lock_guard lock(m_mutex);
        m_inbox = std::move(inbox);
    }
    /// On the client's thread. What was posted and has not run is dropped.
    void close() {
        std::unique_ptr<base::Inbox> inbox;
        const std::lock_guard lock(m_mutex);
        inbox.swap(m_inbox);
    }

private:
    std::mutex m_mutex;
    std::unique_ptr<base::Inbox> m_inbox;
};

EngineClient::EngineClient(QObject* parent)
    : Client(parent)
    , m_target(std::make_shared<EventTarget>()) {
    m_target->open(std::make_unique<base::Inbox>());
    // The reader knows nothing of presence; conversations get it here.
    connect(this, &Client::presenceChanged, this, [this](const Person& person, const Presence& presence) {
        m_presence[person.account] = presence;
    });
}

EngineClient::~EngineClient() {
    m_target->close();
}

Changes::Sink EngineClient::eventSink() const {
    auto* self = const_cast<EngineClient*>(this);
    return [target = m_target, self](std::vector<ClientEvent> events) {
        auto shared = std::make_shared<std::vector<ClientEvent>>(std::move(events));
        target->post([self, shared] {
            for (const ClientEvent& event : *shared)
                event(*self);
        });
    };
}

void EngineClient::attach(base::Inbox& engineInbox, Engine& engine, base::Inbox& readerInbox,
                          History& history) {
    m_engineInbox = &engineInbox;
    m_engine = &engine;
    m_readerInbox = &readerInbox;
    m_history = &history;
}

void EngineClient::detach() {
    m_engineInbox = nullptr;
    m_engine = nullptr;
    m_readerInbox = nullptr;
    m_history = nullptr;
}

template <typename T>
EngineClient::Answer<T> EngineClient::answerHere(std::shared_ptr<QPromise<base::Result<T>>> promise) {
    return [target = m_target, promise = std::move(promise)](base::Result<T> result) {
        target->post([promise, result = std::move(result)] {
            promise->addResult(result);
            promise->finish();
        });
    };
}

template <typename T>
QFuture<base::Result<T>> EngineClient::ask(std::function<void(Engine&, Answer<T>)> call) {
    auto promise = std::make_shared<QPromise<base::Result<T>>>();
    promise->start();
    Answer<T> answer = answerHere<T>(promise);
    if (!m_engine) {
        answer(makeError(Reason::ProfileLocked, QStringLiteral("the profile is not open")));
    } else {
        m_engineInbox->post([engine = m_engine, call = std::move(call), answer = std::move(answer)] {
            call(*engine, answer);
        });
    }
    return promise->future();
}

template <typename T>
QFuture<base::Result<T>> EngineClient::read(std::function<base::Result<T>(History&)> read,
                                            std::function<void(T&)> finish) {
    auto promise = std::make_shared<QPromise<base::Result<T>>>();
    promise->start();
    if (!m_history) {
        answerHere<T>(promise)(makeError(Reason::ProfileLocked, QStringLiteral("the profile is not open")));
        return promise->future();
    }
    m_readerInbox->post([history = m_history, target = m_target, promise, read = std::move(read),
                         finish = std::move(finish)] {
        auto result = std::make_shared<base::Result<T>>(read(*history));
        target->post([promise, result, finish] {
            if (*result && finish)
                finish(result->value());
            promise->addResult(std::move(*result));
            promise->finish();
        });
    });
    return promise->future();
}

void EngineClient::start() {
    if (m_engine)
        m_engineInbox->post([engine = m_engine] { engine->start(); });
}

Client::Future<AccountInfo> EngineClient::whoami() {
    return ask<AccountInfo>([](Engine& engine, Answer<AccountInfo> done) { engine.whoami(done); });
}

Client::Future<AccountInfo> EngineClient::registerAccount(const Registration& registration) {
    return ask<AccountInfo>([registration](Engine& engine, Answer<AccountInfo> done) {
        engine.registerAccount(registration, std::move(done));
    });
}

Client::Future<Privacy> EngineClient::privacy() {
    return ask<Privacy>([](Engine& engine, Answer<Privacy> done) { engine.privacy(done); });
}

Client::Done EngineClient::setPrivacy(const Privacy& privacy) {
    return ask<void>([privacy](Engine& engine, Answer<void> done) { engine.setPrivacy(privacy, done); });
}

Client::Future<ConnectionInfo> EngineClient::connection() {
    return ask<ConnectionInfo>([](Engine& engine, Answer<ConnectionInfo> done) { engine.connection(done); });
}

Client::Done EngineClient::acceptRelayKey() {
    return ask<void>([](Engine& engine, Answer<void> done) { engine.acceptRelayKey(done); });
}

Client::Future<QVector<Conversation>> EngineClient::conversations() {
    return read<QVector<Conversation>>([](History& history) { return history.conversations(); },
                                       [this](QVector<Conversation>& all) {
                                           for (Conversation& conversation : all) {
                                               if (conversation.participants.size() != 1)
                                                   continue;
                                               const auto known = m_presence.constFind(
                                                   conversation.participants.first().account);
                                               if (known != m_presence.constEnd())
                                                   conversation.presence = *known;
                                           }
                                       });
}

Client::Future<base::ConversationId> EngineClient::createDirect(const QString& participant) {
    return ask<base::ConversationId>([participant](Engine& engine, Answer<base::ConversationId> done) {
        engine.createDirect(participant, std::move(done));
    });
}

Client::Done EngineClient::acceptConversation(base::ConversationId conversation) {
    return ask<void>(
        [conversation](Engine& engine, Answer<void> done) { engine.acceptConversation(conversation, done); });
}

Client::Done EngineClient::removeConversation(base::ConversationId conversation) {
    return ask<void>(
        [conversation](Engine& engine, Answer<void> done) { engine.removeConversation(conversation, done); });
}

Client::Future<Message> EngineClient::sendText(base::ConversationId conversation, const QString& text,
                                               std::optional<LocalId> replyTo) {
    return ask<Message>([conversation, text, replyTo](Engine& engine, Answer<Message> done) {
        engine.sendText(conversation, text, replyTo, done);
    });
}

Client::Future<Page> EngineClient::page(const PageRequest& request) {
    return read<Page>([request](History& history) { return history.page(request); });
}

Client::Future<Message> EngineClient::message(LocalId message) {
    return read<Message>([message](History& history) { return history.message(message); });
}

Client::Done EngineClient::markRead(LocalId message) {
    return ask<void>([message](Engine& engine, Answer<void> done) { engine.markRead(message, done); });
}

Client::Done EngineClient::retry(LocalId message) {
    return ask<void>([message](Engine& engine, Answer<void> done) { engine.retry(message, done); });
}

Client::Done EngineClient::deleteMessage(LocalId message, bool forEveryone) {
    return ask<void>([message, forEveryone](Engine& engine, Answer<void> done) {
        engine.deleteMessage(message, forEveryone, done);
    });
}

Client::Done EngineClient::editMessage(LocalId message, const QString& text) {
    return ask<void>(
        [message, text](Engine& engine, Answer<void> done) { engine.editMessage(message, text, done); });
}

Client::Done EngineClient::react(LocalId message, const QString& emoji) {
    return ask<void>(
        [message, emoji](Engine& engine, Answer<void> done) { engine.react(message, emoji, done); });
}

Client::Future<QVector<Message>> EngineClient::search(const SearchRequest& request) {
    return read<QVector<Message>>([request](History& history) { return history.search(request); });
}

Client::Done EngineClient::setTyping(base::ConversationId conversation, bool typing) {
    return ask<void>([conversation, typing](Engine& engine, Answer<void> done) {
        engine.setTyping(conversation, typing, done);
    });
}

Client::Future<Contact> EngineClient::contact(const QString& address) {
    return ask<Contact>(
        [address](Engine& engine, Answer<Contact> done) { engine.contact(address, std::move(done)); });
}

Client::Done EngineClient::setTrust(const QString& address, Trust trust) {
    return ask<void>([address, trust](Engine& engine, Answer<void> done) {
        engine.setTrust(address, trust, std::move(done));
    });
}

Client::Future<Contact> EngineClient::contactOf(const base::AccountId& account) {
    return ask<Contact>([account](Engine& engine, Answer<Contact> done) { engine.contactOf(account, done); });
}

Client::Done EngineClient::setTrustOf(const base::AccountId& account, Trust trust,
                                      const QString& shownNumber) {
    return ask<void>([account, trust, shownNumber](Engine& engine, Answer<void> done) {
        engine.setTrustOf(account, trust, shownNumber, done);
    });
}

void EngineClient::holdIncoming(bool hold) {
    if (m_engine)
        m_engineInbox->post([engine = m_engine, hold] { engine->holdIncoming(hold); });
}

Client::Done EngineClient::waitIdle(int timeoutMs) {
    return ask<void>(
        [timeoutMs](Engine& engine, Answer<void> done) { engine.waitIdle(timeoutMs, std::move(done)); });
}

} // namespace recado::messaging
