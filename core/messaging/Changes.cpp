#include "messaging/Changes.h"

#include "messaging/Client.h"

namespace recado::messaging {

void Changes::messageReceived(Message message) {
    m_events.emplace_back(
        [message = std::move(message)](Client& client) { Q_EMIT client.messageReceived(message); });
}

void Changes::messageSent(Message message) {
    m_events.emplace_back(
        [message = std::move(message)](Client& client) { Q_EMIT client.messageSent(message); });
}

void Changes::messageChanged(Message message) {
    m_events.emplace_back(
        [message = std::move(message)](Client& client) { Q_EMIT client.messageChanged(message); });
}

void Changes::statusChanged(LocalId message, base::ConversationId conversation, MessageStatus status,
                            const Person& by) {
    m_events.emplace_back(
        [=](Client& client) { Q_EMIT client.statusChanged(message, conversation, status, by); });
}

void Changes::presenceChanged(const Person& person, const Presence& presence) {
    m_events.emplace_back([=](Client& client) { Q_EMIT client.presenceChanged(person, presence); });
}

void Changes::typingChanged(base::ConversationId conversation, const Person& person, bool typing) {
    m_events.emplace_back([=](Client& client) { Q_EMIT client.typingChanged(conversation, person, typing); });
}

void Changes::connectionChanged(const ConnectionInfo& connection) {
    m_events.emplace_back([=](Client& client) { Q_EMIT client.connectionChanged(connection); });
}

void Changes::identityChanged(const Person& person) {
    m_events.emplace_back([=](Client& client) { Q_EMIT client.identityChanged(person); });
}

void Changes::conversationChanged(base::ConversationId conversation) {
    m_conversations.insert(conversation);
}

void Changes::publish() {
    for (const base::ConversationId& conversation : std::exchange(m_conversations, {})) {
        m_events.emplace_back(
            [conversation](Client& client) { Q_EMIT client.conversationChanged(conversation); });
    }
    if (!m_events.empty())
        m_sink(std::exchange(m_events, {}));
}

} // namespace recado::messaging
