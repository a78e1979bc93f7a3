#pragma once

#include "messaging/Client.h"
#include "ui/common/Theme.h"
#include "ui/conversations/ConversationModel.h"

#include <QWidget>

#include <functional>

class QSplitter;

namespace recado::ui {

class ConnectionBanner;
class ConversationPane;
class ConversationView;
class Rail;

/// The product itself: rail, conversation list and conversation, beside each other or, in a narrow window,
/// one at a time.
class ChatPage final : public QWidget {
    Q_OBJECT
public:
    ChatPage(messaging::Client& client, Theme& theme, QWidget* parent = nullptr);

    /// Reads what there is and shows it. Call once, when the page is in its window.
    void begin();
    void openConversation(base::ConversationId id);
    void startNewConversation();
    /// In a narrow window from the conversation to the list.
    void back();
    [[nodiscard]] bool isNarrow() const { return m_narrow; }

    [[nodiscard]] ConversationPane& list() { return *m_list; }
    [[nodiscard]] ConversationView& conversation() { return *m_view; }

    [[nodiscard]] QByteArray splitterState() const;
    void restoreSplitter(const QByteArray& state);

Q_SIGNALS:
    /// What is shown first has been drawn with its data and takes input; once.
    void drawn();
    void unreadChanged(int unread);
    void appearanceChosen(recado::ui::Appearance appearance);

protected:
    void resizeEvent(QResizeEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void addShortcuts();
    void addShortcut(const QKeySequence& keys, std::function<void()> action);
    void onLoaded();
    void onUpdated(base::ConversationId id);
    void onAccepted(base::ConversationId id);
    void closeConversation();
    /// Whether the conversation has the keyboard, or nothing in the window has it.
    [[nodiscard]] bool viewHasFocus() const;
    void chooseFolder(ConversationModel::Folder folder);
    void refreshPanes();
    void takeFocus();
    void askAboutRelayKey();
    void cycleFocus();

    messaging::Client& m_client;
    Theme& m_theme;
    Rail* m_rail;
    QSplitter* m_splitter;
    ConversationPane* m_list;
    ConversationView* m_view;
    ConnectionBanner* m_connection;
    /// A conversation to open as soon as the list knows it.
    base::ConversationId m_awaited;
    bool m_narrow = false;
    bool m_showsConversation = false; // in a narrow window
    bool m_drawnReported = false;
};

} // namespace recado::ui
