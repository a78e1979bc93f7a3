#include "app/cli/HeldNotifications.h"

namespace recado::cli {

namespace {

/// What a notification tells the state of; empty for an event of its own.
QString topicOf(const QString& method, const QJsonObject& params) {
    const auto named = [&](const char* member) {
        return method + QLatin1Char(' ') + params.value(QLatin1String(member)).toString();
    };
    if (method == QLatin1String("connection"))
        return method;
    if (method == QLatin1String("presence"))
        return named("address");
    if (method == QLatin1String("chatChanged"))
        return named("chatId");
    if (method == QLatin1String("typing"))
        return named("chatId") + QLatin1Char(' ') + params.value(QLatin1String("address")).toString();
    return {};
}

} // namespace

void HeldNotifications::add(const QString& method, const QJsonObject& params) {
    const QString topic = topicOf(method, params);
    ++m_last;
    if (!topic.isEmpty()) {
        if (const auto earlier = m_topics.constFind(topic); earlier != m_topics.cend())
            m_entries.remove(*earlier);
        m_topics.insert(topic, m_last);
    }
    m_entries.insert(m_last, {topic, {method, params}});
}

HeldNotifications::Entry HeldNotifications::takeFirst() {
    const Place first = m_entries.take(m_entries.firstKey());
    if (!first.topic.isEmpty())
        m_topics.remove(first.topic);
    return first.entry;
}

} // namespace recado::cli
