#include "ui/shell/Rail.h"

#include "ui/common/AvatarButton.h"
#include "ui/common/IconButton.h"
#include "ui/common/Metrics.h"
#include "ui/common/Text.h"

#include <QActionGroup>
#include <QClipboard>
#include <QGuiApplication>
#include <QMenu>
#include <QPainter>
#include <QVBoxLayout>

namespace recado::ui {

Rail::Rail(Theme& theme, QWidget* parent)
    : QWidget(parent)
    , m_theme(theme)
    , m_account(new AvatarButton(theme, metric::headerAvatar))
    , m_chats(new IconButton(theme, Icon::MessageCircle, tr("Chats")))
    , m_requests(new IconButton(theme, Icon::Inbox, tr("Requests")))
    , m_appearance(new IconButton(theme, Icon::SunMoon, tr("Appearance"))) {
    setObjectName(QStringLiteral("rail"));
    setFixedWidth(metric::railWidth);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, metric::small - 1, 0, metric::medium);
    layout->setSpacing(metric::unit);
    m_account->setObjectName(QStringLiteral("railAccount"));
    m_account->setAccessibleName(tr("Your account"));
    m_account->setToolTip(tr("Your account"));
    layout->addWidget(m_account, 0, Qt::AlignHCenter);
    layout->addSpacing(metric::medium);
    m_chats->setObjectName(QStringLiteral("railChats"));
    m_chats->setName(tr("Chats"), QKeySequence(Qt::CTRL | Qt::Key_1));
    m_requests->setObjectName(QStringLiteral("railRequests"));
    m_requests->setName(tr("Requests"), QKeySequence(Qt::CTRL | Qt::Key_2));
    m_appearance->setObjectName(QStringLiteral("railAppearance"));
    for (IconButton* button : {m_chats, m_requests, m_appearance})
        button->setSide(metric::railButton);
    for (IconButton* button : {m_chats, m_requests}) {
        button->setCheckable(true);
        layout->addWidget(button, 0, Qt::AlignHCenter);
    }
    layout->addStretch();
    layout->addWidget(m_appearance, 0, Qt::AlignHCenter);
    setFolder(ConversationModel::Folder::All);
    connect(m_chats, &IconButton::clicked, this,
            [this] { Q_EMIT folderChosen(ConversationModel::Folder::All); });
    connect(m_requests, &IconButton::clicked, this,
            [this] { Q_EMIT folderChosen(ConversationModel::Folder::Requests); });
    connect(m_account, &AvatarButton::clicked, this, &Rail::showAccountMenu);
    connect(m_appearance, &IconButton::clicked, this, &Rail::showAppearanceMenu);
    connect(&theme, &Theme::changed, this, qOverload<>(&QWidget::update));
}

void Rail::setAccount(const messaging::AccountInfo& account) {
    m_info = account;
    const QString name = cleanName(account.displayName.isEmpty() ? account.username : account.displayName);
    m_account->setPerson(account.account, name);
    m_account->setToolTip(plainToolTip(tr("You are %1").arg(account.address)));
    m_account->setAccessibleName(tr("Your account, %1").arg(account.address));
}

void Rail::setCounts(int unread, int requests) {
    m_chats->setBadge(unread);
    m_requests->setBadge(requests);
    // What a badge shows must be heard as well.
    m_chats->setAccessibleDescription(
        unread > 0 ? ConversationModel::tr("%n unread message(s)", nullptr, unread) : QString());
    m_requests->setAccessibleDescription(requests > 0 ? QString::number(requests) : QString());
}

void Rail::setFolder(ConversationModel::Folder folder) {
    m_chats->setChecked(folder == ConversationModel::Folder::All);
    m_requests->setChecked(folder == ConversationModel::Folder::Requests);
}

void Rail::showAccountMenu() {
    auto* menu = new QMenu(this);
    menu->setObjectName(QStringLiteral("accountMenu"));
    menu->setAttribute(Qt::WA_DeleteOnClose);
    QString shown = m_info.address; // the relay chose half of it
    menu->addAction(shown.replace(QLatin1Char('&'), QStringLiteral("&&")))->setEnabled(false);
    menu->addAction(tr("Copy your address"), this,
                    [this] { QGuiApplication::clipboard()->setText(m_info.address); });
    menu->popup(m_account->mapToGlobal(QPoint(m_account->width(), 0)));
}

void Rail::showAppearanceMenu() {
    auto* menu = new QMenu(this);
    menu->setObjectName(QStringLiteral("appearanceMenu"));
    menu->setAttribute(Qt::WA_DeleteOnClose);
    auto* group = new QActionGroup(menu);
    const auto add = [&](const QString& text, Appearance appearance) {
        QAction* action =
            menu->addAction(text, this, [this, appearance] { Q_EMIT appearanceChosen(appearance); });
        action->setCheckable(true);
        action->setChecked(m_theme.appearance() == appearance);
        group->addAction(action);
    };
    add(tr("As the system"), Appearance::System);
    add(tr("Light"), Appearance::Light);
    add(tr("Dark"), Appearance::Dark);
    menu->popup(m_appearance->mapToGlobal(QPoint(m_appearance->width(), 0)));
}

void Rail::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), m_theme.colors().window);
    painter.fillRect(width() - 1, 0, 1, height(), m_theme.colors().hairline);
}

} // namespace recado::ui
