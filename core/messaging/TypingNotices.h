#pragma once

#include "messaging/OwnTypingKey.h"

#include <QHash>
#include <QObject>
#include <QTimer>

namespace recado::messaging {

/// Typing notices both ways: sealed under the key of the day, dropped whenever they may not or cannot go,
/// never written anywhere. Engine thread.
class TypingNotices : public QObject {
    Q_OBJECT
public:
    /// Both are borrowed.
    TypingNotices(EngineContext& context, OwnTypingKey& typingKey);

    /// UnknownChat; a notice that may not be sent is dropped silently.
    base::Status setTyping(const base::ConversationId& conversation, bool typing);
    void received(const wire::EphemeralDelivery& delivery);
    /// A message arrived: its sender has stopped typing.
    void stopped(const base::ConversationId& conversation);

private:
    struct Shown {
        Person person;
        qint64 untilMs = 0;
    };

    base::Status send(const ContactRecord& contact, const base::ConversationId& conversation, bool typing);
    void show(const base::ConversationId& conversation, const Person& person, bool typing);
    void expire();

    EngineContext& m_context;
    OwnTypingKey& m_typingKey;
    QHash<base::ConversationId, qint64> m_sentAtMs; // the last "typing"; absent after "stopped"
    QHash<base::ConversationId, Shown> m_shown;
    QTimer m_expiry;
};

} // namespace recado::messaging
