#pragma once

#include "messaging/Types.h"
#include "ui/common/Theme.h"
#include "ui/conversations/ConversationModel.h"

#include <QWidget>

namespace recado::ui {

class AvatarButton;
class IconButton;

/// The narrow strip at the left: whose account this is, the folders, the appearance.
class Rail final : public QWidget {
    Q_OBJECT
public:
    explicit Rail(Theme& theme, QWidget* parent = nullptr);

    void setAccount(const messaging::AccountInfo& account);
    void setCounts(int unread, int requests);
    void setFolder(ConversationModel::Folder folder);

Q_SIGNALS:
    void folderChosen(recado::ui::ConversationModel::Folder folder);
    void appearanceChosen(recado::ui::Appearance appearance);

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void showAccountMenu();
    void showAppearanceMenu();

    Theme& m_theme;
    AvatarButton* m_account;
    IconButton* m_chats;
    IconButton* m_requests;
    IconButton* m_appearance;
    messaging::AccountInfo m_info;
};

} // namespace recado::ui
