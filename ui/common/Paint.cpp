#include "ui/common/Paint.h"

#include <QFontMetricsF>
#include <QKeySequence>
#include <QPainter>
#include <QStyle>
#include <QVariant>
#include <QWidget>

namespace recado::ui {

void paintFocusRing(QPainter& painter, const QRectF& rect, qreal radius, const QColor& color) {
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(color, 2));
    painter.setBrush(Qt::NoBrush);
    painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius);
    painter.restore();
}

namespace {

QString countLabel(int count, int most) {
    return count > most ? QStringLiteral("%1+").arg(most) : QString::number(count);
}

} // namespace

qreal countPillWidth(int count, int most, const QFont& font, qreal height) {
    return qMax(height, QFontMetricsF(font).horizontalAdvance(countLabel(count, most)) + height * 0.6);
}

QRectF paintCountPill(QPainter& painter, const QPointF& rightMiddle, int count, int most, const QFont& font,
                      const QColor& background, const QColor& text, qreal height) {
    const qreal width = countPillWidth(count, most, font, height);
    const QRectF pill(rightMiddle.x() - width, rightMiddle.y() - height / 2, width, height);
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(background);
    painter.drawRoundedRect(pill, height / 2, height / 2);
    painter.setFont(font);
    painter.setPen(text);
    painter.drawText(pill, Qt::AlignCenter, countLabel(count, most));
    painter.restore();
    return pill;
}

QString withShortcut(const QString& name, const QKeySequence& shortcut) {
    return shortcut.isEmpty()
               ? name
               : QStringLiteral("%1 (%2)").arg(name, shortcut.toString(QKeySequence::NativeText));
}

void setStyleProperty(QWidget* widget, const char* name, const QVariant& value) {
    if (widget->property(name) == value)
        return;
    widget->setProperty(name, value);
    widget->style()->unpolish(widget);
    widget->style()->polish(widget);
}

} // namespace recado::ui
