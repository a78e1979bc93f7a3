#include "ui/common/IconButton.h"

#include "ui/common/Metrics.h"
#include "ui/common/Paint.h"

#include <QKeySequence>
#include <QPainter>

namespace recado::ui {

namespace {

constexpr int badgeRing = 2;

} // namespace

IconButton::IconButton(const Theme& theme, Icon icon, const QString& name, Kind kind, QWidget* parent)
    : PaintedButton(parent)
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
    // As fixed as the icon it sits on: whoever has large text reads the counts in the list.
    QFont font = m_theme.font(TextStyle::Caption, QFont::DemiBold);
    font.setPixelSize(metric::badgeText);
    const Colors& colors = m_theme.colors();
    const QPointF corner(width() - badgeRing, metric::badgeHeight / 2.0 + badgeRing);
    const QRectF pill = paintCountPill(painter, corner, m_badge, 99, font, colors.accent, colors.onAccent,
                                       metric::badgeHeight);
    // A ring of the ground sets it off from the icon that it overlaps.
    painter.setPen(QPen(isChecked() ? colors.selected : colors.window, badgeRing));
    painter.setBrush(Qt::NoBrush);
    const qreal out = badgeRing / 2.0;
    painter.drawRoundedRect(pill.adjusted(-out, -out, out, out), pill.height() / 2, pill.height() / 2);
}

void IconButton::enterEvent(QEnterEvent* event) {
    PaintedButton::enterEvent(event);
    update();
}

void IconButton::leaveEvent(QEvent* event) {
    PaintedButton::leaveEvent(event);
    update();
}

} // namespace recado::ui
