#include "app/cli/Json.h"

#include <QDateTime>
#include <QJsonArray>

namespace recado::cli {

namespace {

/// What somebody is called as long as no display name is known: what a display name is by default.
QString usernameIn(const messaging::Person& person) {
    return person.address.section(QLatin1Char('@'), 0, 0);
}

/// The same name before the first message and after it, in the list of chats and for the contact.
QString shownName(const messaging::Person& person) {
    return person.displayName.isEmpty() ? usernameIn(person) : person.displayName;
}

QString contentTypeName(messaging::ContentType type) {
    switch (type) {
    case messaging::ContentType::Text:
        return QStringLiteral("text");
    case messaging::ContentType::Image:
        return QStringLiteral("image");
    case messaging::ContentType::Video:
        return QStringLiteral("video");
    case messaging::ContentType::Audio:
        return QStringLiteral("audio");
    case messaging::ContentType::File:
        return QStringLiteral("file");
    }
    Q_UNREACHABLE();
}

QJsonArray reactionsJson(const QVector<messaging::Reaction>& reactions) {
    QJsonArray list;
    for (const messaging::Reaction& reaction : reactions) {
        list.append(QJsonObject{{QStringLiteral("emoji"), reaction.emoji},
                                {QStringLiteral("sender"), reaction.sender.address},
                                {QStringLiteral("senderId"), reaction.sender.account.toHex()}});
    }
    return list;
}

QJsonObject metadataJson(const messaging::Message& message) {
    QJsonObject metadata;
    if (message.failure)
        metadata.insert(QStringLiteral("failure"), QString(base::reasonName(*message.failure)));
    if (message.placeholder)
        metadata.insert(QStringLiteral("undecryptable"), true);
    if (message.gapBefore)
        metadata.insert(QStringLiteral("gapBefore"), true);
    return metadata;
}

} // namespace

QString isoTime(qint64 msSinceEpoch) {
    return QDateTime::fromMSecsSinceEpoch(msSinceEpoch, Qt::UTC).toString(Qt::ISODateWithMs);
}

QString toJson(messaging::MessageStatus status) {
    switch (status) {
    case messaging::MessageStatus::Pending:
        return QStringLiteral("pending");
    case messaging::MessageStatus::Sent:
        return QStringLiteral("sent");
    case messaging::MessageStatus::Delivered:
        return QStringLiteral("delivered");
    case messaging::MessageStatus::Read:
        return QStringLiteral("read");
    case messaging::MessageStatus::Failed:
        return QStringLiteral("failed");
    case messaging::MessageStatus::Received:
        return QStringLiteral("received");
    case messaging::MessageStatus::Seen:
        return QStringLiteral("seen");
    }
    Q_UNREACHABLE();
}

QString toJson(messaging::ConnectionState state) {
    switch (state) {
    case messaging::ConnectionState::Offline:
        return QStringLiteral("offline");
    case messaging::ConnectionState::Connecting:
        return QStringLiteral("connecting");
    case messaging::ConnectionState::Online:
        return QStringLiteral("online");
    }
    Q_UNREACHABLE();
}

QString toJson(messaging::Trust trust) {
    switch (trust) {
    case messaging::Trust::Unverified:
        return QStringLiteral("unverified");
    case messaging::Trust::Verified:
        return QStringLiteral("verified");
    case messaging::Trust::Changed:
        return QStringLiteral("changed");
    }
    Q_UNREACHABLE();
}

QJsonObject toJson(const messaging::AccountInfo& account) {
    return {{QStringLiteral("accountId"), account.account.toHex()},
            {QStringLiteral("deviceId"), qint64(account.device)},
            {QStringLiteral("address"), account.address}};
}

QJsonObject toJson(const messaging::Message& message) {
    QJsonObject object{
        {QStringLiteral("id"), messageIdText(message.id)},
        {QStringLiteral("chatId"), message.conversation.toHex()},
        {QStringLiteral("senderId"), message.sender.account.toHex()},
        {QStringLiteral("sender"), message.sender.address},
        {QStringLiteral("content"), QJsonObject{{QStringLiteral("type"), contentTypeName(message.type)},
                                                {QStringLiteral("text"), message.text}}},
        {QStringLiteral("timestamp"), isoTime(message.timestampMs)},
        {QStringLiteral("status"), toJson(message.status)},
        {QStringLiteral("metadata"), metadataJson(message)},
    };
    if (message.quote && message.quote->message != 0)
        object.insert(QStringLiteral("replyTo"), messageIdText(message.quote->message));
    if (message.edited)
        object.insert(QStringLiteral("edited"), true);
    if (message.deleted)
        object.insert(QStringLiteral("deleted"), true);
    if (!message.reactions.isEmpty())
        object.insert(QStringLiteral("reactions"), reactionsJson(message.reactions));
    return object;
}

QJsonObject toJson(const messaging::Conversation& conversation) {
    QJsonArray participants;
    for (const messaging::Person& person : conversation.participants)
        participants.append(person.address);
    const bool direct = conversation.type == messaging::ConversationType::Direct;
    const bool isOneToOne = direct && conversation.participants.size() == 1;
    return {{QStringLiteral("chatId"), conversation.id.toHex()},
            {QStringLiteral("type"), direct ? QStringLiteral("direct") : QStringLiteral("group")},
            {QStringLiteral("title"),
             isOneToOne ? shownName(conversation.participants.constFirst()) : conversation.title},
            {QStringLiteral("participants"), participants},
            {QStringLiteral("unread"), conversation.unread},
            {QStringLiteral("request"), conversation.request},
            {QStringLiteral("lastMessage"), conversation.lastMessage
                                                ? QJsonValue(toJson(*conversation.lastMessage))
                                                : QJsonValue(QJsonValue::Null)}};
}

QJsonObject toJson(const messaging::Contact& contact) {
    return {{QStringLiteral("address"), contact.person.address},
            {QStringLiteral("accountId"), contact.person.account.toHex()},
            {QStringLiteral("displayName"), shownName(contact.person)},
            {QStringLiteral("safetyNumber"), contact.safetyNumber},
            {QStringLiteral("trust"), toJson(contact.trust)}};
}

QString messageIdText(messaging::LocalId id) {
    return QString::number(id);
}

std::optional<messaging::LocalId> messageIdFrom(const QString& text) {
    bool isNumber = false;
    const messaging::LocalId id = text.toLongLong(&isNumber);
    // Only the exact text that was handed out names a message: no signs, no zeros in front.
    if (!isNumber || id <= 0 || messageIdText(id) != text)
        return std::nullopt;
    return id;
}

} // namespace recado::cli
