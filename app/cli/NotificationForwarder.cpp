#include "app/cli/NotificationForwarder.h"

#include "app/cli/Json.h"

namespace recado::cli {

using messaging::Client;

NotificationForwarder::NotificationForwarder(Client& client, QObject* parent)
    : QObject(parent) {
    forwardMessages(client);
    forwardPeople(client);
}

void NotificationForwarder::forwardMessages(Client& client) {
    connect(&client, &Client::messageReceived, this, [this](const messaging::Message& message) {
        Q_EMIT notification(QStringLiteral("message"), toJson(message));
    });
    connect(&client, &Client::messageChanged, this, [this](const messaging::Message& message) {
        Q_EMIT notification(QStringLiteral("messageChanged"), toJson(message));
    });
    connect(&client, &Client::statusChanged, this,
            [this](messaging::LocalId message, base::ConversationId, messaging::MessageStatus status,
                   const messaging::Person& by) {
                Q_EMIT notification(QStringLiteral("status"),
                                    {{QStringLiteral("messageId"), messageIdText(message)},
                                     {QStringLiteral("status"), toJson(status)},
                                     {QStringLiteral("address"), by.address}});
            });
    connect(&client, &Client::conversationChanged, this, [this](base::ConversationId conversation) {
        Q_EMIT notification(QStringLiteral("chatChanged"),
                            {{QStringLiteral("chatId"), conversation.toHex()}});
    });
}

void NotificationForwarder::forwardPeople(Client& client) {
    connect(&client, &Client::presenceChanged, this,
            [this](const messaging::Person& person, const messaging::Presence& presence) {
                QJsonObject params{{QStringLiteral("address"), person.address},
                                   {QStringLiteral("online"), presence.online}};
                if (presence.lastSeenMs)
                    params.insert(QStringLiteral("lastSeen"), isoTime(*presence.lastSeenMs));
                Q_EMIT notification(QStringLiteral("presence"), params);
            });
    connect(&client, &Client::typingChanged, this,
            [this](base::ConversationId conversation, const messaging::Person& person, bool typing) {
                Q_EMIT notification(QStringLiteral("typing"),
                                    {{QStringLiteral("chatId"), conversation.toHex()},
                                     {QStringLiteral("address"), person.address},
                                     {QStringLiteral("typing"), typing}});
            });
    connect(&client, &Client::connectionChanged, this, [this](const messaging::ConnectionInfo& connection) {
        QJsonObject params{{QStringLiteral("state"), toJson(connection.state)}};
        // Beyond the contract's words: why it cannot be used, as a stable reason.
        if (connection.problem)
            params.insert(QStringLiteral("problem"), QString(base::reasonName(*connection.problem)));
        Q_EMIT notification(QStringLiteral("connection"), params);
    });
    connect(&client, &Client::identityChanged, this, [this](const messaging::Person& person) {
        Q_EMIT notification(QStringLiteral("identityChanged"), {{QStringLiteral("address"), person.address}});
    });
}

} // namespace recado::cli
