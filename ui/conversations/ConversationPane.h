#pragma once

#include "ui/common/Theme.h"
#include "ui/conversations/ConversationModel.h"

#include <QWidget>

class QListView;
class QStackedLayout;

namespace recado::ui {

class Banner;
class EmptyState;
class IconButton;
class Label;

/// The list of conversations under its header, or what to do when there are none.
class ConversationPane final : public QWidget {
    Q_OBJECT
public:
    ConversationPane(messaging::Client& client, const Theme& theme, QWidget* parent = nullptr);

    [[nodiscard]] ConversationModel& model() { return *m_model; }
    [[nodiscard]] QListView& view() { return *m_view; }
    /// Under the header; used while only this pane is shown.
    [[nodiscard]] Banner& banner() { return *m_banner; }
    void setBannerShown(bool shown);
    /// Puts the keyboard on the list, or on what to do when it is empty.
    void takeFocus();

    void setFolder(ConversationModel::Folder folder);
    /// Marks the row of the open conversation; a null id marks none.
    void setCurrent(base::ConversationId id);
    /// Opens the conversation `step` rows further, where there is one.
    void move(int step);

Q_SIGNALS:
    void opened(recado::base::ConversationId id);
    void newConversationRequested();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void refreshContent();
    void openIndex(const QModelIndex& index);
    void paintEvent(QPaintEvent* event) override;

    const Theme& m_theme;
    ConversationModel* m_model;
    Label* m_title;
    IconButton* m_newButton;
    Banner* m_banner;
    QWidget* m_bannerPlace;
    QListView* m_view;
    EmptyState* m_empty;
    QStackedLayout* m_stack;
    base::ConversationId m_current;
};

} // namespace recado::ui
