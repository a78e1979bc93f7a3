#include "ui/common/IconButton.h"

#include "ui/common/Metrics.h"
#include "ui/common/Paint.h"

#include <QKeySequence>
#include <QPainter>

namespace recado::ui {

IconButton::IconButton(const Theme& theme, Icon icon, const QString& name, Kind kind, QWidget* parent)
    : QAbstractButton(parent)
    , m_theme(theme)
    , m_icon(icon)
    , m_kind(kind)
    , m_side(metric::hitArea) {
    setFocusPolicy(Qt::TabFocus);
    setSide(metric::hitArea);
    setName(name);
    connect(&theme, &Theme::changed, this, qOverload<>(&QWidget::update));
}

void IconButton::setIconOf(Icon icon) {
    m_icon = icon;
    update();
}

void IconButton::setName(const QString& name, const QKeySequence& shortcut) {
    setAccessibleName(name);
    setToolTip(withShortcut(name, shortcut));
}

void IconButton::setSide(int side) {
    m_side = qMax(side, metric::hitArea);
    setFixedSize(m_side, m_side);
}

void IconButton::setColor(const QColor& color) {
    m_color = color;
    update();
}

void IconButton::setBadge(int count) {
    m_badge = count;
    update();
}

QSize IconButton::sizeHint() const {
    return {m_side, m_side};
}

QColor IconButton::iconColor() const {
    const Colors& colors = m_theme.colors();
    if (!isEnabled())
        return colors.disabled;
    if (m_kind == Kind::Filled)
        return colors.onAccent;
    if (isChecked())
        return colors.accent;
    return m_color.isValid() ? m_color : colors.secondary;
}

void IconButton::paintEvent(QPaintEvent*) {
    const Colors& colors = m_theme.colors();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF area = QRectF(rect()).adjusted(1, 1, -1, -1);
    painter.setPen(Qt::NoPen);
    if (m_kind == Kind::Filled) {
        painter.setBrush(isEnabled() ? colors.accent : colors.hairline);
        painter.drawRoundedRect(area, metric::radiusButton, metric::radiusButton);
    } else if (isChecked() || isDown()) {
        painter.setBrush(colors.selected);
        painter.drawRoundedRect(area, metric::radiusButton, metric::radiusButton);
    } else if (underMouse() && isEnabled()) {
        painter.setBrush(colors.hover);
        painter.drawRoundedRect(area, metric::radiusButton, metric::radiusButton);
    }
    const QPixmap pixmap = tintedIcon(m_icon, iconColor(), metric::icon, devicePixelRatioF());
    painter.drawPixmap(QPointF((width() - metric::icon) / 2.0, (height() - metric::icon) / 2.0), pixmap);
    paintBadge(painter);
    if (hasFocus()) {
        const QColor ring = m_kind == Kind::Filled ? colors.text : colors.accent;
        paintFocusRing(painter, area, metric::radiusButton, ring);
    }
}

void IconButton::paintBadge(QPainter& painter) const {
    if (m_badge <= 0)
        return;
    const QFont font = m_theme.font(TextStyle::Caption, QFont::DemiBold);
    const QPointF corner(width() - 1, metric::pillHeight / 2.0);
    paintCountPill(painter, corner, m_badge, 99, font, m_theme.colors().accent, m_theme.colors().onAccent);
}

void IconButton::enterEvent(QEnterEvent* event) {
    QAbstractButton::enterEvent(event);
    update();
}

void IconButton::leaveEvent(QEvent* event) {
    QAbstractButton::leaveEvent(event);
    update();
}

} // namespace recado::ui
