#pragma once

#include "messaging/Client.h"

#include <QObject>
#include <QSet>

namespace recado::ui {

/// A window of at most maximumRows messages of one conversation, oldest first. It reads pages from the client
/// while the view scrolls, lets go of the far end, and follows the client's signals.
class TimelineModel final : public QObject {
    Q_OBJECT
public:
    static constexpr int maximumRows = 400;
    static constexpr int pageSize = 80;

    explicit TimelineModel(messaging::Client& client, QObject* parent = nullptr);

    /// Shows the newest messages; `unread` (as the conversation says) widens the first page so that the first
    /// unread one is in it. reset() follows at once and again when the page is there.
    void open(base::ConversationId conversation, int unread);
    void close();
    [[nodiscard]] base::ConversationId conversation() const { return m_conversation; }

    [[nodiscard]] bool isLoaded() const { return m_loaded; }
    [[nodiscard]] int count() const { return int(m_rows.size()); }
    [[nodiscard]] const messaging::Message& at(int row) const { return m_rows[row]; }
    /// -1 when the window does not hold it.
    [[nodiscard]] int rowOf(messaging::LocalId message) const;
    [[nodiscard]] bool moreBefore() const { return m_moreBefore; }
    [[nodiscard]] bool moreAfter() const { return m_moreAfter; }
    /// The first message that was unread on opening; 0: none.
    [[nodiscard]] messaging::LocalId firstUnread() const { return m_firstUnread; }

    /// Read one page further; nothing happens at the end or while a page is on its way.
    void loadBefore();
    void loadAfter();
    /// Jumps to the newest messages.
    void loadNewest();
    /// Once more after readFailed() on opening.
    void readAgain();

Q_SIGNALS:
    void reset();
    void rowsInserted(int first, int count);
    void rowsRemoved(int first, int count);
    void rowChanged(int row);
    /// A new message has come in, whether the window reaches it or not.
    void arrived(const recado::messaging::Message& message);
    /// While nothing is loaded readAgain() is the way on; else the next scrolling asks again by itself.
    void readFailed(recado::base::Reason reason);

private:
    void readNewest(int limit);
    void place(const messaging::Message& message);
    void ask(messaging::LocalId message);
    void catchUp();
    void replaceWindow(const messaging::Page& page);
    void prepend(const messaging::Page& page);
    void append(const QVector<messaging::Message>& messages);
    void insertNew(const messaging::Message& message);
    void insertLate(const messaging::Message& message);
    void update(const messaging::Message& message);
    void removeRows(int first, int count);

    messaging::Client& m_client;
    base::ConversationId m_conversation;
    QVector<messaging::Message> m_rows;
    messaging::LocalId m_firstUnread = 0;
    /// Answers to questions about an earlier conversation or window are dropped.
    int m_generation = 0;
    /// What was told while a page was on its way, which may have been read before it happened.
    QVector<messaging::Message> m_arrivedMeanwhile;
    QSet<messaging::LocalId> m_changedMeanwhile;
    bool m_loaded = false;
    bool m_moreBefore = false;
    bool m_moreAfter = false;
    bool m_reading = false;
};

} // namespace recado::ui
