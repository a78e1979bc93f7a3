#pragma once

#include "ui/common/Metrics.h"

#include <QPointF>
#include <QRectF>
#include <QString>

class QColor;
class QFont;
class QKeySequence;
class QPainter;
class QVariant;
class QWidget;

namespace recado::ui {

/// Strokes shared by everything that paints itself.

void paintFocusRing(QPainter& painter, const QRectF& rect, qreal radius, const QColor& color);

/// How wide a pill with `count` (beyond `most` with a plus) is, in logical pixels.
[[nodiscard]] qreal countPillWidth(int count, int most, const QFont& font, qreal height = metric::pillHeight);
/// A pill with a count (beyond `most` with a plus) whose right edge and vertical middle are at `rightMiddle`.
/// Returns the rectangle it took, as wide as countPillWidth().
QRectF paintCountPill(QPainter& painter, const QPointF& rightMiddle, int count, int most, const QFont& font,
                      const QColor& background, const QColor& text, qreal height = metric::pillHeight);

/// "Send (Enter)": a tooltip that tells the shortcut.
QString withShortcut(const QString& name, const QKeySequence& shortcut);

/// Sets a style sheet property and has the style look again.
void setStyleProperty(QWidget* widget, const char* name, const QVariant& value);

} // namespace recado::ui
