#pragma once

#include <QHash>
#include <QSet>
#include <QString>
#include <QStringList>
#include <QVector>

namespace recado::tests {

/// Judges what happened between senders and one receiver, whatever was killed meanwhile.
///
/// Feed it every text a sender got committed (in the order of its requests) and everything the receiver ended
/// up with (its history, oldest first) and announced. Texts are unique, so they serve as names.
class HistoryChecker {
public:
    /// The sender committed this text: the receiver must have it in the end.
    void committed(const QString& sender, const QString& text);
    /// The sender asked for this text but was killed before it answered: the receiver may have it.
    void attempted(const QString& sender, const QString& text);
    /// The receiver's stored history holds this text of this sender; call in timeline order.
    void shown(const QString& sender, const QString& text);
    /// The receiver announced this text as a new message (over all its lives).
    void announced(const QString& text);

    /// Every breach, in words: lost, shown twice, announced twice, out of the sender's order, phantom. Empty
    /// when the history holds.
    [[nodiscard]] QStringList violations() const;
    [[nodiscard]] qsizetype committedCount() const;

private:
    struct Sent {
        QString text;
        bool certain = false;
    };
    QHash<QString, QVector<Sent>> m_sent;
    QHash<QString, QStringList> m_shown;
    QHash<QString, int> m_announced;
};

} // namespace recado::tests
