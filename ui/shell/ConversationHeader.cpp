#include "ui/shell/ConversationHeader.h"

#include "ui/common/AvatarButton.h"
#include "ui/common/IconButton.h"
#include "ui/common/Label.h"
#include "ui/common/Metrics.h"
#include "ui/common/Paint.h"
#include "ui/common/Text.h"
#include "ui/common/TimeFormat.h"
#include "ui/common/Words.h"

#include <QHBoxLayout>
#include <QPainter>

namespace recado::ui {

namespace {

QKeySequence safetyShortcut() {
    return QKeySequence(Qt::CTRL | Qt::Key_I);
}

} // namespace

ConversationHeader::ConversationHeader(const Theme& theme, QWidget* parent)
    : QWidget(parent)
    , m_theme(theme)
    , m_back(new IconButton(theme, Icon::ArrowLeft, tr("Back to the list")))
    , m_avatar(new AvatarButton(theme, metric::headerAvatar))
    , m_name(new ElidedLabel(theme, TextStyle::Title))
    , m_state(new ElidedLabel(theme, TextStyle::Caption, {}, Tone::Secondary))
    , m_shield(new IconButton(theme, Icon::Shield, tr("Safety number"))) {
    // At a large text size the two lines want more than the grid gives.
    const int lines = QFontMetrics(m_name->font()).height() + QFontMetrics(m_state->font()).height();
    setFixedHeight(qMax(metric::headerHeight, lines + 2 * metric::small));
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(metric::medium, 0, metric::medium, 0);
    layout->setSpacing(metric::small);
    m_back->setObjectName(QStringLiteral("backButton"));
    m_back->setName(tr("Back to the list"), QKeySequence(Qt::Key_Escape));
    m_back->hide();
    layout->addWidget(m_back);
    m_avatar->setObjectName(QStringLiteral("headerAvatar"));
    m_avatar->setToolTip(withShortcut(tr("Safety number"), safetyShortcut()));
    layout->addWidget(m_avatar);
    auto* words = new QVBoxLayout;
    words->setSpacing(0);
    words->addStretch();
    m_name->setObjectName(QStringLiteral("headerName"));
    m_state->setObjectName(QStringLiteral("headerState"));
    words->addWidget(m_name);
    words->addWidget(m_state);
    words->addStretch();
    layout->addLayout(words, 1);
    m_shield->setObjectName(QStringLiteral("headerShield"));
    layout->addWidget(m_shield);
    connect(m_back, &IconButton::clicked, this, &ConversationHeader::backRequested);
    connect(m_avatar, &AvatarButton::clicked, this, &ConversationHeader::safetyNumberRequested);
    connect(m_shield, &IconButton::clicked, this, &ConversationHeader::safetyNumberRequested);
    connect(&theme, &Theme::changed, this, [this] {
        refreshShield();
        update();
    });
}

void ConversationHeader::setConversation(const messaging::Conversation& conversation, bool typing) {
    const QString name = conversationName(conversation);
    const bool direct = !conversation.participants.isEmpty();
    m_name->setText(name);
    m_name->setToolTip(plainToolTip(name));
    if (direct)
        m_avatar->setPerson(conversation.participants.first().account, name);
    m_avatar->setAccessibleName(tr("%1, safety number").arg(name));
    const bool online = conversation.presence && conversation.presence->online;
    m_avatar->setOnline(online);
    QString state = direct ? conversation.participants.first().address : QString();
    if (typing)
        state = tr("typing…");
    else if (online)
        state = tr("online");
    else if (conversation.presence && conversation.presence->lastSeenMs)
        state = lastSeenText(*conversation.presence->lastSeenMs, QDateTime::currentDateTime());
    m_state->setText(state);
    m_state->setToolTip(plainToolTip(direct ? conversation.participants.first().address : QString()));
    m_state->setTone(typing ? Tone::Accent : Tone::Secondary);
    m_name->update();
    m_state->update();
    m_shield->setVisible(direct);
}

void ConversationHeader::setTrust(messaging::Trust trust) {
    m_trust = trust;
    refreshShield();
}

void ConversationHeader::refreshShield() {
    const Colors& colors = m_theme.colors();
    switch (m_trust) {
    case messaging::Trust::Unverified:
        m_shield->setIconOf(Icon::Shield);
        m_shield->setColor(colors.secondary);
        m_shield->setName(tr("Safety number"), safetyShortcut());
        break;
    case messaging::Trust::Verified:
        m_shield->setIconOf(Icon::ShieldCheck);
        m_shield->setColor(colors.good);
        m_shield->setName(tr("Safety number, compared"), safetyShortcut());
        break;
    case messaging::Trust::Changed:
        m_shield->setIconOf(Icon::ShieldAlert);
        m_shield->setColor(colors.caution);
        m_shield->setName(tr("Safety number, changed"), safetyShortcut());
        break;
    }
}

void ConversationHeader::setBackVisible(bool visible) {
    m_back->setVisible(visible);
}

void ConversationHeader::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), m_theme.colors().surface);
    painter.fillRect(0, height() - 1, width(), 1, m_theme.colors().hairline);
}

} // namespace recado::ui
