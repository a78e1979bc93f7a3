#include "support/HistoryChecker.h"

namespace recado::tests {

void HistoryChecker::committed(const QString& sender, const QString& text) {
    m_sent[sender].push_back({text, true});
}

void HistoryChecker::attempted(const QString& sender, const QString& text) {
    m_sent[sender].push_back({text, false});
}

void HistoryChecker::shown(const QString& sender, const QString& text) {
    m_shown[sender].push_back(text);
}

void HistoryChecker::announced(const QString& text) {
    ++m_announced[text];
}

QStringList HistoryChecker::violations() const {
    QStringList found;
    for (auto sender = m_shown.cbegin(); sender != m_shown.cend(); ++sender) {
        const QVector<Sent> sent = m_sent.value(sender.key());
        QHash<QString, qsizetype> position;
        for (qsizetype index = 0; index < sent.size(); ++index)
            position.insert(sent[index].text, index);
        QHash<QString, int> times;
        qsizetype latest = -1;
        for (const QString& text : sender.value()) {
            const auto place = position.constFind(text);
            if (place == position.cend()) {
                found.push_back(QStringLiteral("phantom from %1: %2").arg(sender.key(), text.left(60)));
                continue;
            }
            if (++times[text] == 2)
                found.push_back(QStringLiteral("shown twice from %1: %2").arg(sender.key(), text.left(60)));
            if (*place < latest)
                found.push_back(QStringLiteral("out of order from %1: %2").arg(sender.key(), text.left(60)));
            latest = std::max(latest, *place);
        }
    }
    for (auto sender = m_sent.cbegin(); sender != m_sent.cend(); ++sender) {
        const QStringList shown = m_shown.value(sender.key());
        const QSet<QString> have(shown.cbegin(), shown.cend());
        for (const Sent& sent : sender.value()) {
            if (sent.certain && !have.contains(sent.text))
                found.push_back(QStringLiteral("lost from %1: %2").arg(sender.key(), sent.text.left(60)));
        }
    }
    for (auto text = m_announced.cbegin(); text != m_announced.cend(); ++text) {
        if (text.value() > 1)
            found.push_back(
                QStringLiteral("announced %1 times: %2").arg(text.value()).arg(text.key().left(60)));
    }
    return found;
}

qsizetype HistoryChecker::committedCount() const {
    qsizetype count = 0;
    for (const QVector<Sent>& sent : m_sent) {
        for (const Sent& one : sent)
            count += one.certain ? 1 : 0;
    }
    return count;
}

} // namespace recado::tests
