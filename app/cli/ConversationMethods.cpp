#include "app/cli/ConversationMethods.h"

#include "app/cli/Json.h"

#include <QJsonArray>

namespace recado::cli {

ConversationMethods::ConversationMethods(messaging::Client& client, const AccountGate& gate, QObject* parent)
    : QObject(parent)
    , m_client(client)
    , m_gate(gate) {}

void ConversationMethods::addTo(MethodTable& table) {
    table.insert(QStringLiteral("createChat"),
                 [this](const Parameters& params, const Answer& answer) { createChat(params, answer); });
    table.insert(QStringLiteral("acceptChat"),
                 [this](const Parameters& params, const Answer& answer) { acceptChat(params, answer); });
    table.insert(QStringLiteral("getChats"),
                 [this](const Parameters& params, const Answer& answer) { getChats(params, answer); });
    table.insert(QStringLiteral("setTyping"),
                 [this](const Parameters& params, const Answer& answer) { setTyping(params, answer); });
    table.insert(QStringLiteral("updateGroup"),
                 [this](const Parameters& params, const Answer& answer) { updateGroup(params, answer); });
    table.insert(QStringLiteral("leaveGroup"),
                 [this](const Parameters& params, const Answer& answer) { leaveGroup(params, answer); });
}

void ConversationMethods::createChat(Parameters params, const Answer& answer) {
    const bool group =
        params.choice(QLatin1String("type"), {QStringLiteral("direct"), QStringLiteral("group")}) == 1;
    const QStringList participants = params.addresses(QLatin1String("participants"));
    params.optionalObject(QLatin1String("metadata")).optionalText(QLatin1String("title"));
    if (!group && participants.size() > 1)
        params.refuse(QLatin1String("participants"), QStringLiteral("a direct chat has one"));
    if (m_gate.refuses(params, answer))
        return;
    if (group) {
        answerUnsupported(answer, QStringLiteral("groups"));
        return;
    }
    answerWhenDone(m_client.createDirect(participants.constFirst()), this, answer,
                   QLatin1String("participants"), [](const base::ConversationId& conversation) {
                       return QJsonObject{{QStringLiteral("chatId"), conversation.toHex()}};
                   });
}

void ConversationMethods::acceptChat(Parameters params, const Answer& answer) {
    const std::optional<base::ConversationId> chat = chatIdFrom(params.text(QLatin1String("chatId")));
    if (m_gate.refuses(params, answer))
        return;
    if (!chat)
        answerUnknownChat(answer);
    else
        answerWhenDone(m_client.acceptConversation(*chat), this, answer, QLatin1String("chatId"));
}

void ConversationMethods::getChats(const Parameters& params, const Answer& answer) {
    if (m_gate.refuses(params, answer))
        return;
    answerWhenDone(m_client.conversations(), this, answer, QLatin1String("params"),
                   [](const QVector<messaging::Conversation>& conversations) {
                       QJsonArray chats;
                       for (const messaging::Conversation& conversation : conversations)
                           chats.append(toJson(conversation));
                       return QJsonObject{{QStringLiteral("chats"), chats}};
                   });
}

void ConversationMethods::setTyping(Parameters params, const Answer& answer) {
    const std::optional<base::ConversationId> chat = chatIdFrom(params.text(QLatin1String("chatId")));
    const bool typing = params.flag(QLatin1String("typing"));
    if (m_gate.refuses(params, answer))
        return;
    if (!chat)
        answerUnknownChat(answer);
    else
        answerWhenDone(m_client.setTyping(*chat, typing), this, answer, QLatin1String("chatId"));
}

void ConversationMethods::updateGroup(Parameters params, const Answer& answer) {
    params.text(QLatin1String("chatId"));
    params.optionalText(QLatin1String("title"));
    for (const char* list : {"add", "remove", "promote", "demote"})
        params.optionalAddresses(QLatin1String(list));
    if (!m_gate.refuses(params, answer))
        answerUnsupported(answer, QStringLiteral("groups"));
}

void ConversationMethods::leaveGroup(Parameters params, const Answer& answer) {
    params.text(QLatin1String("chatId"));
    if (!m_gate.refuses(params, answer))
        answerUnsupported(answer, QStringLiteral("groups"));
}

} // namespace recado::cli
