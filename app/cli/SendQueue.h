#pragma once

#include "app/cli/MethodSupport.h"
#include "messaging/Client.h"

#include <QDeadlineTimer>
#include <QHash>
#include <QObject>
#include <QString>

#include <deque>
#include <functional>
#include <optional>
#include <variant>

namespace recado::cli {

/// Hands messages to the engine in the order they were asked for, although some name a person who must be
/// looked up first. Messages to known chats are passed on at once, without waiting for the commit of those
/// before (the engine commits in the order it is asked); behind a look-up everything waits. Main thread.
class SendQueue : public QObject {
    Q_OBJECT
public:
    struct Item {
        /// A chat, or an address or username to look up.
        std::variant<base::ConversationId, QString> destination;
        QString text;
        std::optional<messaging::LocalId> replyTo;
        Answer answer;
    };

    explicit SendQueue(messaging::Client& client, QObject* parent = nullptr);

    void send(Item item);
    /// Runs `action` once everything asked for so far was handed to the engine (at once when it was).
    void afterward(std::function<void()> action);

private:
    struct Resolved {
        base::ConversationId conversation;
        QDeadlineTimer fresh;
    };
    using Step = std::variant<Item, std::function<void()>>;

    void advance();
    [[nodiscard]] std::optional<base::ConversationId> resolved(const QString& name) const;
    void lookUp(const QString& name);
    void submit(base::ConversationId conversation, const Item& item);

    messaging::Client& m_client;
    /// Names looked up a moment ago: a burst to one person asks the engine once.
    QHash<QString, Resolved> m_resolved;
    std::deque<Step> m_steps;
    bool m_lookingUp = false;
};

} // namespace recado::cli
