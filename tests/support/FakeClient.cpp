#include "support/FakeClient.h"

#include <algorithm>

namespace recado::tests {

using base::Reason;
using base::Result;
using base::Status;
using messaging::Conversation;
using messaging::LocalId;
using messaging::Message;

namespace {

base::Error scriptedError(Reason reason) {
    return base::makeError(reason, QStringLiteral("scripted: ") + base::reasonName(reason));
}

base::AccountId accountOf(const QString& username) {
    return *base::AccountId::fromBytes(username.toUtf8().leftJustified(base::AccountId::size, '.', true));
}

messaging::AccountInfo accountInfoOf(const QString& username) {
    const messaging::Person person = FakeClient::person(username);
    return {
        person.account, 1, username, person.address, person.displayName, QStringLiteral("ws://relay.test")};
}

} // namespace

FakeClient::FakeClient(QObject* parent)
    : messaging::Client(parent)
    , account(accountInfoOf(QStringLiteral("ana")))
    , accountToRegister(accountInfoOf(QStringLiteral("ana"))) {}

FakeClient::~FakeClient() = default;

void FakeClient::fail(const QString& method, Reason reason) {
    m_failures[method].append(reason);
}

void FakeClient::hold(const QString& method) {
    m_held[method];
}

void FakeClient::release(const QString& method) {
    const std::vector<std::function<void()>> held = m_held.take(method);
    for (const auto& work : held)
        work();
}

int FakeClient::count(const QString& method) const {
    return int(
        std::count_if(calls.begin(), calls.end(), [&](const Call& call) { return call.method == method; }));
}

QVariantList FakeClient::lastArguments(const QString& method) const {
    for (auto call = calls.crbegin(); call != calls.crend(); ++call) {
        if (call->method == method)
            return call->arguments;
    }
    return {};
}

messaging::Person FakeClient::person(const QString& username) {
    QString displayName = username;
    displayName[0] = displayName[0].toUpper();
    return {accountOf(username), username + QStringLiteral("@relay.test"), displayName};
}

base::ConversationId FakeClient::addConversation(const QString& username, bool request) {
    Conversation conversation;
    const messaging::Person other = person(username);
    conversation.id = *base::ConversationId::fromBytes(other.account.toBytes());
    conversation.title = other.displayName;
    conversation.participants = {other};
    conversation.request = request;
    conversationList.append(conversation);
    const messaging::Contact entry{other, QString(60, QLatin1Char('7')), messaging::Trust::Unverified};
    contacts.insert(username, entry);
    contacts.insert(other.address, entry);
    return conversation.id;
}

Message FakeClient::addMessage(base::ConversationId conversation, const QString& text, bool outgoing) {
    Message message;
    message.id = messageList.isEmpty() ? 1 : messageList.constLast().id + 1;
    message.conversation = conversation;
    message.outgoing = outgoing;
    message.text = text;
    message.timestampMs = 1'750'000'000'000 + message.id * 1'000;
    message.status = outgoing ? messaging::MessageStatus::Pending : messaging::MessageStatus::Received;
    message.sender = person(QStringLiteral("ana"));
    Conversation* const found = find(conversation);
    if (!outgoing && found)
        message.sender = found->participants.constFirst();
    if (found) {
        found->lastMessage = message;
        found->lastActivityMs = message.timestampMs;
        found->unread += outgoing ? 0 : 1;
    }
    messageList.append(message);
    return message;
}

template <typename T>
QFuture<Result<T>> FakeClient::answer(const QString& method, const QVariantList& arguments,
                                      std::function<Result<T>()> work) {
    calls.append({method, arguments});
    auto promise = std::make_shared<QPromise<Result<T>>>();
    promise->start();
    const auto carryOut = [this, method, promise, work = std::move(work)] {
        QVector<Reason>& failures = m_failures[method];
        promise->addResult(failures.isEmpty() ? work() : Result<T>(scriptedError(failures.takeFirst())));
        promise->finish();
    };
    QFuture<Result<T>> future = promise->future();
    if (const auto held = m_held.find(method); held != m_held.end())
        held->push_back(carryOut);
    else
        carryOut();
    return future;
}

Conversation* FakeClient::find(base::ConversationId conversation) {
    const auto found = std::find_if(conversationList.begin(), conversationList.end(),
                                    [&](const Conversation& each) { return each.id == conversation; });
    return found == conversationList.end() ? nullptr : &*found;
}

Message* FakeClient::findMessage(LocalId message) {
    const auto found = std::find_if(messageList.begin(), messageList.end(),
                                    [&](const Message& each) { return each.id == message; });
    return found == messageList.end() ? nullptr : &*found;
}

void FakeClient::start() {
    calls.append({QStringLiteral("start"), {}});
}

messaging::Client::Future<messaging::AccountInfo> FakeClient::whoami() {
    return answer<messaging::AccountInfo>(QStringLiteral("whoami"), {},
                                          [this]() -> Result<messaging::AccountInfo> {
                                              if (!account)
                                                  return scriptedError(Reason::NotRegistered);
                                              return *account;
                                          });
}

messaging::Client::Future<messaging::AccountInfo>
FakeClient::registerAccount(const messaging::Registration& registration) {
    const QVariantList arguments{registration.relayUrl, registration.username, registration.displayName,
                                 registration.invite};
    return answer<messaging::AccountInfo>(QStringLiteral("registerAccount"), arguments,
                                          [this]() -> Result<messaging::AccountInfo> {
                                              if (account)
                                                  return scriptedError(Reason::AlreadyRegistered);
                                              account = accountToRegister;
                                              return *account;
                                          });
}

messaging::Client::Future<messaging::Privacy> FakeClient::privacy() {
    return answer<messaging::Privacy>(QStringLiteral("privacy"), {},
                                      [this] { return Result<messaging::Privacy>(privacySettings); });
}

messaging::Client::Done FakeClient::setPrivacy(const messaging::Privacy& privacy) {
    const QVariantList arguments{privacy.acceptRequests == messaging::AcceptRequests::Automatically,
                                 privacy.sendReceipts, privacy.sendTyping, privacy.showPresence};
    return answer<void>(QStringLiteral("setPrivacy"), arguments, [this, privacy] {
        privacySettings = privacy;
        return Status();
    });
}

messaging::Client::Future<messaging::ConnectionInfo> FakeClient::connection() {
    return answer<messaging::ConnectionInfo>(QStringLiteral("connection"), {}, [this] {
        return Result<messaging::ConnectionInfo>(connectionInfo);
    });
}

messaging::Client::Done FakeClient::acceptRelayKey() {
    return answer<void>(QStringLiteral("acceptRelayKey"), {}, [] { return Status(); });
}

messaging::Client::Future<QVector<Conversation>> FakeClient::conversations() {
    return answer<QVector<Conversation>>(QStringLiteral("conversations"), {},
                                         [this] { return Result<QVector<Conversation>>(conversationList); });
}

messaging::Client::Future<base::ConversationId> FakeClient::createDirect(const QString& participant) {
    return answer<base::ConversationId>(
        QStringLiteral("createDirect"), {participant}, [this, participant]() -> Result<base::ConversationId> {
            const auto found = contacts.constFind(participant);
            if (found == contacts.constEnd())
                return scriptedError(Reason::UnknownRecipient);
            return *base::ConversationId::fromBytes(found->person.account.toBytes());
        });
}

messaging::Client::Done FakeClient::acceptConversation(base::ConversationId conversation) {
    return answer<void>(QStringLiteral("acceptConversation"), {conversation.toHex()},
                        [this, conversation]() -> Status {
                            Conversation* const found = find(conversation);
                            if (!found)
                                return scriptedError(Reason::UnknownChat);
                            found->request = false;
                            Q_EMIT conversationChanged(conversation);
                            return {};
                        });
}

messaging::Client::Done FakeClient::removeConversation(base::ConversationId conversation) {
    return answer<void>(
        QStringLiteral("removeConversation"), {conversation.toHex()}, [this, conversation]() -> Status {
            if (!find(conversation))
                return scriptedError(Reason::UnknownChat);
            conversationList.removeIf([&](const Conversation& each) { return each.id == conversation; });
            messageList.removeIf([&](const Message& each) { return each.conversation == conversation; });
            Q_EMIT conversationChanged(conversation);
            return {};
        });
}

messaging::Client::Future<Message> FakeClient::sendText(base::ConversationId conversation,
                                                        const QString& text, std::optional<LocalId> replyTo) {
    const QVariantList arguments{conversation.toHex(), text, replyTo ? QVariant(*replyTo) : QVariant()};
    return answer<Message>(QStringLiteral("sendText"), arguments,
                           [this, conversation, text, replyTo]() -> Result<Message> {
                               if (!find(conversation))
                                   return scriptedError(Reason::UnknownChat);
                               const Message* const quoted = replyTo ? findMessage(*replyTo) : nullptr;
                               if (replyTo && !quoted)
                                   return scriptedError(Reason::UnknownMessage);
                               std::optional<messaging::Quote> quote;
                               if (quoted)
                                   quote = messaging::Quote{quoted->id, quoted->sender, quoted->text};
                               Message sent = addMessage(conversation, text, true);
                               sent.quote = messageList.last().quote = quote;
                               Q_EMIT messageSent(sent);
                               Q_EMIT conversationChanged(conversation);
                               return sent;
                           });
}

messaging::Client::Future<messaging::Page> FakeClient::page(const messaging::PageRequest& request) {
    const QVariantList arguments{request.conversation.toHex(), int(request.direction), request.anchor,
                                 request.limit};
    return answer<messaging::Page>(
        QStringLiteral("page"), arguments, [this, request]() -> Result<messaging::Page> {
            using Direction = messaging::PageRequest::Direction;
            if (!find(request.conversation))
                return scriptedError(Reason::UnknownChat);
            if (request.direction != Direction::Newest && !findMessage(request.anchor))
                return scriptedError(Reason::UnknownMessage);
            messaging::Page page;
            QVector<Message> all = messageList;
            all.removeIf([&](const Message& each) { return each.conversation != request.conversation; });
            const auto firstNotBefore = [&](LocalId id) {
                return std::lower_bound(
                           all.cbegin(), all.cend(), id,
                           [](const Message& each, LocalId wanted) { return each.id < wanted; }) -
                       all.cbegin();
            };
            qsizetype first = all.size() - request.limit;
            if (request.direction == Direction::Before)
                first = firstNotBefore(request.anchor) - request.limit;
            else if (request.direction == Direction::After)
                first = firstNotBefore(request.anchor + 1);
            else if (request.direction == Direction::Around)
                first = firstNotBefore(request.anchor) - request.limit / 2;
            qsizetype end = std::min<qsizetype>(all.size(), first + request.limit);
            first = std::max<qsizetype>(0, first);
            end = std::max(first, end);
            page.messages = all.mid(first, end - first);
            page.moreBefore = first > 0;
            page.moreAfter = end < all.size();
            return page;
        });
}

messaging::Client::Future<Message> FakeClient::message(LocalId message) {
    return answer<Message>(QStringLiteral("message"), {message}, [this, message]() -> Result<Message> {
        const Message* const found = findMessage(message);
        if (!found)
            return scriptedError(Reason::UnknownMessage);
        return *found;
    });
}

messaging::Client::Done FakeClient::markRead(LocalId message) {
    return answer<void>(QStringLiteral("markRead"), {message}, [this, message]() -> Status {
        const Message* const found = findMessage(message);
        if (!found)
            return scriptedError(Reason::UnknownMessage);
        for (Message& each : messageList) {
            if (each.conversation == found->conversation && !each.outgoing && each.id <= message)
                each.status = messaging::MessageStatus::Seen;
        }
        if (Conversation* const conversation = find(found->conversation))
            conversation->unread = 0;
        Q_EMIT conversationChanged(found->conversation);
        return {};
    });
}

messaging::Client::Done FakeClient::retry(LocalId message) {
    return answer<void>(QStringLiteral("retry"), {message}, [this, message]() -> Status {
        Message* const found = findMessage(message);
        if (!found)
            return scriptedError(Reason::UnknownMessage);
        if (found->status != messaging::MessageStatus::Failed)
            return scriptedError(Reason::NotPermitted);
        found->status = messaging::MessageStatus::Pending;
        Q_EMIT statusChanged(message, found->conversation, found->status, {});
        return {};
    });
}

messaging::Client::Done FakeClient::deleteMessage(LocalId message, bool forEveryone) {
    return answer<void>(QStringLiteral("deleteMessage"), {message, forEveryone},
                        [this, message, forEveryone]() -> Status {
                            Message* const found = findMessage(message);
                            if (!found)
                                return scriptedError(Reason::UnknownMessage);
                            if (forEveryone && !found->outgoing)
                                return scriptedError(Reason::NotPermitted);
                            found->deleted = true;
                            found->text.clear();
                            Q_EMIT messageChanged(*found);
                            return {};
                        });
}

messaging::Client::Done FakeClient::editMessage(LocalId message, const QString& text) {
    return answer<void>(QStringLiteral("editMessage"), {message, text}, [this, message, text]() -> Status {
        Message* const found = findMessage(message);
        if (!found)
            return scriptedError(Reason::UnknownMessage);
        if (!found->outgoing)
            return scriptedError(Reason::NotPermitted);
        found->edited = true;
        found->text = text;
        Q_EMIT messageChanged(*found);
        return {};
    });
}

messaging::Client::Done FakeClient::react(LocalId message, const QString& emoji) {
    return answer<void>(QStringLiteral("react"), {message, emoji}, [this, message, emoji]() -> Status {
        Message* const found = findMessage(message);
        if (!found)
            return scriptedError(Reason::UnknownMessage);
        const messaging::Person self = person(QStringLiteral("ana"));
        found->reactions.removeIf([&](const messaging::Reaction& each) { return each.sender == self; });
        if (!emoji.isEmpty())
            found->reactions.append({self, emoji});
        Q_EMIT messageChanged(*found);
        return {};
    });
}

messaging::Client::Future<QVector<Message>> FakeClient::search(const messaging::SearchRequest& request) {
    const QVariantList arguments{
        request.query, request.conversation ? request.conversation->toHex() : QString(), request.limit};
    return answer<QVector<Message>>(
        QStringLiteral("search"), arguments, [this, request]() -> Result<QVector<Message>> {
            if (request.conversation && !find(*request.conversation))
                return scriptedError(Reason::UnknownChat);
            QVector<Message> found = messageList;
            found.removeIf([&](const Message& each) { return !each.text.contains(request.query); });
            return found;
        });
}

messaging::Client::Done FakeClient::setTyping(base::ConversationId conversation, bool typing) {
    return answer<void>(QStringLiteral("setTyping"), {conversation.toHex(), typing},
                        [this, conversation]() -> Status {
                            if (!find(conversation))
                                return scriptedError(Reason::UnknownChat);
                            return {};
                        });
}

messaging::Client::Future<messaging::Contact> FakeClient::contact(const QString& address) {
    return answer<messaging::Contact>(QStringLiteral("contact"), {address},
                                      [this, address]() -> Result<messaging::Contact> {
                                          const auto found = contacts.constFind(address);
                                          if (found == contacts.constEnd())
                                              return scriptedError(Reason::UnknownRecipient);
                                          return *found;
                                      });
}

messaging::Client::Done FakeClient::setTrust(const QString& address, messaging::Trust trust) {
    return answer<void>(QStringLiteral("setTrust"), {address, int(trust)},
                        [this, address, trust]() -> Status {
                            const auto found = contacts.find(address);
                            if (found == contacts.end())
                                return scriptedError(Reason::UnknownRecipient);
                            found->trust = trust;
                            return {};
                        });
}

messaging::Client::Future<messaging::Contact> FakeClient::contactOf(const base::AccountId& whose) {
    return answer<messaging::Contact>(QStringLiteral("contactOf"), {whose.toHex()},
                                      [this, whose]() -> Result<messaging::Contact> {
                                          for (const messaging::Contact& contact : std::as_const(contacts)) {
                                              if (contact.person.account == whose)
                                                  return contact;
                                          }
                                          return scriptedError(Reason::UnknownRecipient);
                                      });
}

messaging::Client::Done FakeClient::setTrustOf(const base::AccountId& whose, messaging::Trust trust,
                                               const QString& shownNumber) {
    return answer<void>(QStringLiteral("setTrustOf"), {whose.toHex(), int(trust), shownNumber},
                        [this, whose, trust, shownNumber]() -> Status {
                            bool found = false;
                            for (messaging::Contact& contact : contacts) {
                                if (contact.person.account != whose)
                                    continue;
                                if (!shownNumber.isEmpty() && shownNumber != contact.safetyNumber)
                                    return scriptedError(Reason::IdentityChanged);
                                contact.trust = trust;
                                found = true;
                            }
                            return found ? Status() : scriptedError(Reason::UnknownRecipient);
                        });
}

void FakeClient::holdIncoming(bool hold) {
    calls.append({QStringLiteral("holdIncoming"), {hold}});
}

messaging::Client::Done FakeClient::waitIdle(int timeoutMs) {
    return answer<void>(QStringLiteral("waitIdle"), {timeoutMs}, [] { return Status(); });
}

} // namespace recado::tests
