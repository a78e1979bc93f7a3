#pragma once

#include "messaging/Client.h"

#include <QAbstractListModel>
#include <QHash>
#include <QSet>
#include <QTimer>

namespace recado::ui {

/// The conversations of one client, newest activity first. Reads them from the client and follows its
/// signals. Rows move and come one by one: selection, keyboard and scrolling stay where they are.
class ConversationModel final : public QAbstractListModel {
    Q_OBJECT
public:
    enum Role { ConversationRole = Qt::UserRole + 1, NameRole, PreviewRole, TypingRole, DraftRole };
    enum class Folder { All, Requests };

    explicit ConversationModel(messaging::Client& client, QObject* parent = nullptr);

    /// Reads the whole list again; loaded() follows.
    void reload();
    void setFolder(Folder folder);
    [[nodiscard]] Folder folder() const { return m_folder; }
    [[nodiscard]] bool isLoaded() const { return m_loaded; }
    /// Conversations in all folders.
    [[nodiscard]] int totalCount() const { return int(m_all.size()); }
    [[nodiscard]] int requestCount() const;
    /// Unread messages in conversations; what stands in requests is not counted.
    [[nodiscard]] int unreadCount() const;

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;

    /// Also those outside the current folder.
    [[nodiscard]] const messaging::Conversation* find(base::ConversationId id) const;
    [[nodiscard]] const messaging::Conversation& at(int row) const { return m_all[m_shown[row]]; }
    /// -1 when the folder does not show it.
    [[nodiscard]] int rowOf(base::ConversationId id) const;
    [[nodiscard]] bool isTyping(base::ConversationId id) const { return m_typing.contains(id); }
    /// What was begun and not sent; empty: nothing. Kept in memory only,
    /// and no longer than the conversation.
    void setDraft(base::ConversationId id, const QString& text);
    /// What the row says under the name, one line.
    [[nodiscard]] QString previewOf(const messaging::Conversation& conversation) const;

Q_SIGNALS:
    void loaded();
    /// It is in the list no more; conversationUpdated() follows.
    void conversationRemoved(recado::base::ConversationId id);
    /// Of one conversation, anything; also when it came or went.
    void conversationUpdated(recado::base::ConversationId id);
    void countsChanged();

private:
    void replaceAll(QVector<messaging::Conversation> conversations);
    [[nodiscard]] QVector<int> rowsOfFolder(const QVector<messaging::Conversation>& all) const;
    void removeRowsNotIn(const QSet<base::ConversationId>& staying);
    void arrangeRows(const QVector<int>& wanted);
    void reloadSoon();
    void setTyping(base::ConversationId id, bool typing);
    void setStatus(messaging::LocalId message, base::ConversationId id, messaging::MessageStatus status);
    void setPresence(const messaging::Person& person, const messaging::Presence& presence);
    void setLastMessage(const messaging::Message& message);
    void announce(base::ConversationId id);
    [[nodiscard]] QString accessibleText(const messaging::Conversation& conversation) const;

    messaging::Client& m_client;
    QVector<messaging::Conversation> m_all;
    QVector<int> m_shown; // indices into m_all
    QHash<base::ConversationId, qint64> m_typing;
    QHash<base::ConversationId, QString> m_drafts;
    QTimer m_reload;
    QTimer m_typingExpiry;
    Folder m_folder = Folder::All;
    bool m_loaded = false;
    bool m_reading = false;
    bool m_readAgain = false;
};

} // namespace recado::ui

Q_DECLARE_METATYPE(const recado::messaging::Conversation*)
