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

/// A pill with a count (beyond `most` with a plus) whose right edge and vertical middle are at `rightMiddle`.
/// Returns the rectangle it took.
QRectF paintCountPill(QPainter& painter, const QPointF& rightMiddle, int count, int most, const QFont& font,
                      const QColor& background, const QColor& text, qreal height = metric::pillHeight);

/// "Send (Enter)": a tooltip that tells the shortcut.
QString withShortcut(const QString& name, const QKeySequence& shortcut);

/// Sets a style sheet property and has the style look again.
void setStyleProperty(QWidget* widget, const char* name, const QVariant& value);

} // namespace recado::ui
