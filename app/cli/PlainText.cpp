#include "app/cli/PlainText.h"

#include <QDateTime>
#include <QJsonArray>

#include <algorithm>

namespace recado::cli {

namespace {

constexpr qsizetype previewLength = 60;

QString member(const QJsonObject& object, const char* name) {
    return terminalSafe(object.value(QLatin1String(name)).toString());
}

QString localTime(const QJsonObject& message) {
    const QString iso = message.value(QLatin1String("timestamp")).toString();
    return QDateTime::fromString(iso, Qt::ISODateWithMs)
        .toLocalTime()
        .toString(QStringLiteral("yyyy-MM-dd HH:mm:ss"));
}

/// The text of a message, or what stands for it.
QString bodyText(const QJsonObject& message) {
    const QJsonObject metadata = message.value(QLatin1String("metadata")).toObject();
    if (message.value(QLatin1String("deleted")).toBool())
        return QStringLiteral("(deleted)");
    if (metadata.value(QLatin1String("undecryptable")).toBool())
        return QStringLiteral("(could not be decrypted yet)");
    QString text = member(message.value(QLatin1String("content")).toObject(), "text");
    if (message.value(QLatin1String("edited")).toBool())
        text += QStringLiteral(" (edited)");
    for (const QJsonValue reaction : message.value(QLatin1String("reactions")).toArray())
        text += QLatin1Char(' ') + member(reaction.toObject(), "emoji");
    return text;
}

/// `head` and `text`, whose further lines stand under its first one.
QString hangingText(const QString& head, QString text) {
    text.replace(QLatin1Char('\n'), QLatin1Char('\n') + QString(head.size(), QLatin1Char(' ')));
    return head + text + QLatin1Char('\n');
}

qsizetype widestMember(const QJsonArray& objects, const char* name) {
    qsizetype widest = 0;
    for (const QJsonValue object : objects)
        widest = std::max(widest, member(object.toObject(), name).size());
    return widest;
}

QString presenceText(const QJsonObject& params) {
    const bool online = params.value(QLatin1String("online")).toBool();
    return QStringLiteral("%1 is %2\n")
        .arg(member(params, "address"), online ? QStringLiteral("online") : QStringLiteral("away"));
}

QString connectionText(const QJsonObject& params) {
    const QString problem = member(params, "problem");
    return QStringLiteral("connection: %1%2\n")
        .arg(member(params, "state"), problem.isEmpty() ? QString() : QStringLiteral(" (%1)").arg(problem));
}

bool isDirectionControl(char16_t code) {
    return code == 0x200e || code == 0x200f || code == 0x061c || (code >= 0x202a && code <= 0x202e) ||
           (code >= 0x2066 && code <= 0x2069);
}

} // namespace

QString terminalSafe(const QString& text) {
    QString safe;
    safe.reserve(text.size());
    for (qsizetype at = 0; at < text.size(); ++at) {
        const char16_t code = text[at].unicode();
        const bool lineEnd = code == u'\n' || code == u'\r' || code == 0x2028 || code == 0x2029;
        if (code == u'\r' && at + 1 < text.size() && text[at + 1] == QLatin1Char('\n'))
            continue;
        if (lineEnd)
            safe += QLatin1Char('\n');
        else if (code == u'\t')
            safe += QLatin1Char(' ');
        else if (code < 0x20 || (code >= 0x7f && code <= 0x9f))
            safe += QChar(QChar::ReplacementCharacter);
        else if (!isDirectionControl(code))
            safe += text[at];
    }
    return safe;
}

QString failureText(const RpcError& error) {
    const QString reason = error.data.value(QLatin1String("reason")).toString();
    const QString text = reason.isEmpty() ? error.message : reason + QStringLiteral(": ") + error.message;
    return QStringLiteral("recado-cli: %1\n").arg(terminalSafe(text).simplified());
}

QString accountText(const QJsonObject& account) {
    QString text = QStringLiteral("address  %1\naccount  %2\ndevice   %3\n")
                       .arg(member(account, "address"), member(account, "accountId"))
                       .arg(account.value(QLatin1String("deviceId")).toInteger());
    if (account.contains(QLatin1String("state")))
        text += QStringLiteral("state    %1\n").arg(member(account, "state"));
    return text;
}

QString chatsText(const QJsonObject& result) {
    const QJsonArray chats = result.value(QLatin1String("chats")).toArray();
    if (chats.isEmpty())
        return QStringLiteral("no chats yet\n");
    const auto nameOf = [](const QJsonObject& chat) {
        const QJsonArray participants = chat.value(QLatin1String("participants")).toArray();
        return participants.isEmpty() ? member(chat, "title") : terminalSafe(participants.at(0).toString());
    };
    qsizetype widest = 0;
    for (const QJsonValue chat : chats)
        widest = std::max(widest, nameOf(chat.toObject()).size());
    QString text;
    for (const QJsonValue value : chats) {
        const QJsonObject chat = value.toObject();
        const QJsonObject last = chat.value(QLatin1String("lastMessage")).toObject();
        const int unread = chat.value(QLatin1String("unread")).toInt();
        QString preview = last.isEmpty() ? QString() : bodyText(last).simplified();
        if (preview.size() > previewLength)
            preview = preview.left(previewLength - 1) + QChar(0x2026);
        if (chat.value(QLatin1String("request")).toBool())
            preview.prepend(QStringLiteral("[request] "));
        const QString when = last.isEmpty() ? QString(19, QLatin1Char(' ')) : localTime(last);
        const QString news = unread > 0 ? QStringLiteral("%1 new").arg(unread) : QString();
        text += QStringLiteral("%1  %2  %3  %4  %5\n")
                    .arg(member(chat, "chatId"), nameOf(chat).leftJustified(widest), when,
                         news.rightJustified(8), preview);
    }
    return text;
}

QString messagesText(const QJsonObject& result) {
    const QJsonArray newestFirst = result.value(QLatin1String("messages")).toArray();
    if (newestFirst.isEmpty())
        return QStringLiteral("no messages yet\n");
    const qsizetype sender = widestMember(newestFirst, "sender");
    const qsizetype status = widestMember(newestFirst, "status");
    QString text;
    for (qsizetype at = newestFirst.size() - 1; at >= 0; --at) {
        const QJsonObject message = newestFirst.at(at).toObject();
        const QString head = QStringLiteral("%1  %2  %3  ")
                                 .arg(localTime(message), member(message, "sender").leftJustified(sender),
                                      member(message, "status").leftJustified(status));
        text += hangingText(head, bodyText(message));
    }
    return text;
}

QString notificationText(const QString& method, const QJsonObject& params) {
    if (method == QLatin1String("message") || method == QLatin1String("messageChanged")) {
        const QString mark = method == QLatin1String("message") ? QString() : QStringLiteral("changed: ");
        return hangingText(localTime(params) + QStringLiteral("  ") + member(params, "sender") +
                               QStringLiteral(": ") + mark,
                           bodyText(params));
    }
    if (method == QLatin1String("status"))
        return QStringLiteral("message %1 is %2\n")
            .arg(member(params, "messageId"), member(params, "status"));
    if (method == QLatin1String("presence"))
        return presenceText(params);
    if (method == QLatin1String("typing") && params.value(QLatin1String("typing")).toBool())
        return QStringLiteral("%1 is typing\n").arg(member(params, "address"));
    if (method == QLatin1String("connection"))
        return connectionText(params);
    if (method == QLatin1String("identityChanged"))
        return QStringLiteral("the identity key of %1 changed: compare safety numbers before you go on\n")
            .arg(member(params, "address"));
    return {};
}

} // namespace recado::cli
