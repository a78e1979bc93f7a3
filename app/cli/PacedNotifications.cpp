#include "app/cli/PacedNotifications.h"

#include "app/cli/NotificationForwarder.h"

#include <utility>

namespace recado::cli {

PacedNotifications::PacedNotifications(messaging::Client& client, StandardOutput& output, Say say,
                                       QObject* parent)
    : QObject(parent)
    , m_client(client)
    , m_output(output)
    , m_say(std::move(say)) {
    const auto* forwarder = new NotificationForwarder(client, this);
    connect(forwarder, &NotificationForwarder::notification, this, &PacedNotifications::forward);
    connect(&output, &StandardOutput::fellBehind, this, &PacedNotifications::fellBehind);
    connect(&output, &StandardOutput::drained, this, &PacedNotifications::caughtUp);
}

void PacedNotifications::sayAll() {
    while (!m_held.isEmpty()) {
        const HeldNotifications::Entry entry = m_held.takeFirst();
        m_say(entry.method, entry.params);
    }
}

void PacedNotifications::forward(const QString& method, const QJsonObject& params) {
    if (m_output.isBehind() || !m_held.isEmpty())
        m_held.add(method, params);
    else
        m_say(method, params);
}

void PacedNotifications::fellBehind() {
    m_holdsIncoming = true;
    m_client.holdIncoming(true);
}

void PacedNotifications::caughtUp() {
    while (!m_held.isEmpty() && !m_output.isBehind()) {
        const HeldNotifications::Entry entry = m_held.takeFirst();
        m_say(entry.method, entry.params);
    }
    if (m_holdsIncoming && !m_output.isBehind()) {
        m_holdsIncoming = false;
        m_client.holdIncoming(false);
    }
}

} // namespace recado::cli
