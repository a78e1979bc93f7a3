#include "ui/common/AvatarButton.h"

#include "ui/common/Avatar.h"
#include "ui/common/Metrics.h"
#include "ui/common/Paint.h"

#include <QPainter>

namespace recado::ui {

namespace {

constexpr int ringRoom = 3;

} // namespace

AvatarButton::AvatarButton(const Theme& theme, int side, QWidget* parent)
    : PaintedButton(parent)
    , m_theme(theme)
    , m_side(side) {
    setFixedSize(side + 2 * ringRoom, side + 2 * ringRoom);
    setFocusPolicy(Qt::TabFocus);
    connect(&theme, &Theme::changed, this, qOverload<>(&QWidget::update));
}

void AvatarButton::setPerson(const base::AccountId& account, const QString& name) {
    m_account = account;
    m_name = name;
    update();
}

void AvatarButton::setOnline(bool online) {
    m_online = online;
    update();
}

void AvatarButton::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF circle(ringRoom, ringRoom, m_side, m_side);
    paintAvatar(painter, circle, m_name, m_account, m_theme);
    if (m_online) {
        const qreal dot = metric::presenceDot;
        painter.setPen(QPen(m_theme.colors().surface, 2));
        painter.setBrush(m_theme.colors().good);
        painter.drawEllipse(QRectF(circle.right() - dot + 1, circle.bottom() - dot + 1, dot - 1, dot - 1));
    }
    if (hasFocus())
        paintFocusRing(painter, QRectF(rect()).adjusted(1, 1, -1, -1), width() / 2.0,
                       m_theme.colors().accent);
}

} // namespace recado::ui
