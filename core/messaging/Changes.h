#pragma once

#include "messaging/Types.h"

#include <QSet>

#include <functional>
#include <vector>

namespace recado::messaging {

class Client;

/// One thing to tell, run on the client's thread; it emits a signal there.
using ClientEvent = std::function<void(Client& client)>;

/// What there is to tell once the open work is committed: collected while it is under way, handed over as one
/// batch, forgotten when it is rolled back. Engine thread.
class Changes {
public:
    using Sink = std::function<void(std::vector<ClientEvent> events)>;

    explicit Changes(Sink sink)
        : m_sink(std::move(sink)) {}

    void messageReceived(Message message);
    void messageSent(Message message);
    void messageChanged(Message message);
    void statusChanged(LocalId message, base::ConversationId conversation, MessageStatus status,
                       const Person& by);
    void presenceChanged(const Person& person, const Presence& presence);
    void typingChanged(base::ConversationId conversation, const Person& person, bool typing);
    void connectionChanged(const ConnectionInfo& connection);
    void identityChanged(const Person& person);
    /// Told once a batch, after everything else of it.
    void conversationChanged(base::ConversationId conversation);

    [[nodiscard]] std::size_t mark() const { return m_events.size(); }
    /// Forgets what was added since mark(); conversations may be told once too often, which harms nobody.
    void rollBackTo(std::size_t mark) { m_events.resize(mark); }
    void publish();

private:
    Sink m_sink;
    std::vector<ClientEvent> m_events;
    QSet<base::ConversationId> m_conversations;
};

} // namespace recado::messaging
