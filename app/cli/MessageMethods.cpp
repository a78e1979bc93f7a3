#include "app/cli/MessageMethods.h"

#include "app/cli/Json.h"
#include "app/cli/SendQueue.h"

#include <QJsonArray>

namespace recado::cli {

namespace {

constexpr int defaultPageSize = 50;
constexpr int largestPage = 500;

QJsonArray messagesJson(const QVector<messaging::Message>& messages) {
    QJsonArray list;
    for (const messaging::Message& message : messages)
        list.append(toJson(message));
    return list;
}

/// A page in the contract's order: newest first, and where to go on.
QJsonObject pageJson(const messaging::Page& page) {
    QJsonArray newestFirst;
    for (auto message = page.messages.crbegin(); message != page.messages.crend(); ++message)
        newestFirst.append(toJson(*message));
    QJsonValue next(QJsonValue::Null);
    if (page.moreBefore && !page.messages.isEmpty())
        next = messageIdText(page.messages.constFirst().id);
    return {{QStringLiteral("messages"), newestFirst}, {QStringLiteral("next"), next}};
}

} // namespace

MessageMethods::MessageMethods(messaging::Client& client, const AccountGate& gate, SendQueue& sends,
                               QObject* parent)
    : QObject(parent)
    , m_client(client)
    , m_gate(gate)
    , m_sends(sends) {}

void MessageMethods::addTo(MethodTable& table) {
    using Member = void (MessageMethods::*)(Parameters, const Answer&);
    const auto add = [this, &table](const char* name, Member member) {
        table.insert(QLatin1String(name), [this, member](const Parameters& params, const Answer& answer) {
            (this->*member)(params, answer);
        });
    };
    add("sendMessage", &MessageMethods::sendMessage);
    add("getMessages", &MessageMethods::getMessages);
    add("searchMessages", &MessageMethods::searchMessages);
    add("updateStatus", &MessageMethods::updateStatus);
    add("deleteMessage", &MessageMethods::deleteMessage);
    add("editMessage", &MessageMethods::editMessage);
    add("react", &MessageMethods::react);
    add("downloadMedia", &MessageMethods::downloadMedia);
}

void MessageMethods::sendMessage(Parameters params, const Answer& answer) {
    const QStringList types{QStringLiteral("text"), QStringLiteral("image"), QStringLiteral("video"),
                            QStringLiteral("audio"), QStringLiteral("file")};
    const bool byAddress = params.has(QLatin1String("to"));
    if (byAddress && params.has(QLatin1String("chatId")))
        params.refuse(QLatin1String("to"), QStringLiteral("stands in place of chatId, not beside it"));
    const QString to = byAddress ? params.address(QLatin1String("to")) : QString();
    const QString chatText = byAddress ? QString() : params.text(QLatin1String("chatId"));
    Parameters content = params.object(QLatin1String("content"));
    const bool isText = content.choice(QLatin1String("type"), types) == 0;
    QString text;
    if (isText)
        text = content.text(QLatin1String("text"));
    else
        content.text(QLatin1String("path"));
    const std::optional<QString> replyToText = params.optionalText(QLatin1String("replyTo"));
    if (m_gate.refuses(params, answer))
        return;
    if (!isText) {
        answerUnsupported(answer, QStringLiteral("attachments"));
        return;
    }

    SendQueue::Item item{to, text, std::nullopt, answer};
    if (!byAddress) {
        const std::optional<base::ConversationId> chat = chatIdFrom(chatText);
        if (!chat) {
            answerUnknownChat(answer);
            return;
        }
        item.destination = *chat;
    }
    if (replyToText) {
        item.replyTo = messageIdFrom(*replyToText);
        if (!item.replyTo) {
            answerUnknownMessage(answer);
            return;
        }
    }
    m_sends.send(std::move(item));
}

void MessageMethods::getMessages(Parameters params, const Answer& answer) {
    const std::optional<base::ConversationId> chat = chatIdFrom(params.text(QLatin1String("chatId")));
    const std::optional<QString> before = params.optionalText(QLatin1String("before"));
    messaging::PageRequest request;
    request.limit = params.integer(QLatin1String("limit"), defaultPageSize, 1, largestPage);
    if (m_gate.refuses(params, answer))
        return;
    if (!chat) {
        answerUnknownChat(answer);
        return;
    }
    request.conversation = *chat;
    if (before) {
        const std::optional<messaging::LocalId> anchor = messageIdFrom(*before);
        if (!anchor) {
            answerUnknownMessage(answer);
            return;
        }
        request.direction = messaging::PageRequest::Direction::Before;
        request.anchor = *anchor;
    }
    answerWhenDone(m_client.page(request), this, answer, QLatin1String("before"), pageJson);
}

void MessageMethods::searchMessages(Parameters params, const Answer& answer) {
    messaging::SearchRequest request;
    request.query = params.text(QLatin1String("query"));
    const std::optional<QString> chatText = params.optionalText(QLatin1String("chatId"));
    request.limit = params.integer(QLatin1String("limit"), defaultPageSize, 1, largestPage);
    if (m_gate.refuses(params, answer))
        return;
    if (chatText) {
        request.conversation = chatIdFrom(*chatText);
        if (!request.conversation) {
            answerUnknownChat(answer);
            return;
        }
    }
    answerWhenDone(m_client.search(request), this, answer, QLatin1String("query"),
                   [](const QVector<messaging::Message>& messages) {
                       return QJsonObject{{QStringLiteral("messages"), messagesJson(messages)}};
                   });
}

void MessageMethods::updateStatus(Parameters params, const Answer& answer) {
    const std::optional<messaging::LocalId> message = messageIdFrom(params.text(QLatin1String("messageId")));
    params.choice(QLatin1String("status"), {QStringLiteral("read")});
    if (m_gate.refuses(params, answer))
        return;
    if (!message)
        answerUnknownMessage(answer);
    else
        answerWhenDone(m_client.markRead(*message), this, answer, QLatin1String("messageId"));
}

void MessageMethods::deleteMessage(Parameters params, const Answer& answer) {
    const std::optional<messaging::LocalId> message = messageIdFrom(params.text(QLatin1String("messageId")));
    const bool forEveryone = params.optionalFlag(QLatin1String("forEveryone")).value_or(false);
    if (m_gate.refuses(params, answer))
        return;
    if (!message)
        answerUnknownMessage(answer);
    else
        answerWhenDone(m_client.deleteMessage(*message, forEveryone), this, answer,
                       QLatin1String("messageId"));
}

void MessageMethods::editMessage(Parameters params, const Answer& answer) {
    const std::optional<messaging::LocalId> message = messageIdFrom(params.text(QLatin1String("messageId")));
    const QString text = params.text(QLatin1String("text"));
    if (m_gate.refuses(params, answer))
        return;
    if (!message)
        answerUnknownMessage(answer);
    else
        answerWhenDone(m_client.editMessage(*message, text), this, answer, QLatin1String("text"));
}

void MessageMethods::react(Parameters params, const Answer& answer) {
    const std::optional<messaging::LocalId> message = messageIdFrom(params.text(QLatin1String("messageId")));
    const QString emoji = params.possiblyEmptyText(QLatin1String("emoji"));
    if (m_gate.refuses(params, answer))
        return;
    if (!message)
        answerUnknownMessage(answer);
    else
        answerWhenDone(m_client.react(*message, emoji), this, answer, QLatin1String("emoji"));
}

void MessageMethods::downloadMedia(Parameters params, const Answer& answer) {
    params.text(QLatin1String("messageId"));
    params.text(QLatin1String("path"));
    if (!m_gate.refuses(params, answer))
        answerUnsupported(answer, QStringLiteral("attachments"));
}

} // namespace recado::cli
