#pragma once

#include <QHash>
#include <QJsonObject>
#include <QMap>
#include <QString>

namespace recado::cli {

/// Notifications that wait until the reader of the output catches up. Of those that tell a state (a
/// connection's, a person's presence or typing, that a chat changed) only the latest about each thing is
/// kept, at the place of its latest news: the rest is kept one by one, and comes out in the order it came in.
class HeldNotifications {
public:
    struct Entry {
        QString method;
        QJsonObject params;
    };

    void add(const QString& method, const QJsonObject& params);
    [[nodiscard]] bool isEmpty() const { return m_entries.isEmpty(); }
    /// The oldest, which is kept no longer. Not when empty.
    Entry takeFirst();

private:
    struct Place {
        QString topic; // empty: nothing replaces it
        Entry entry;
    };

    QMap<quint64, Place> m_entries;
    QHash<QString, quint64> m_topics;
    quint64 m_last = 0;
};

} // namespace recado::cli
