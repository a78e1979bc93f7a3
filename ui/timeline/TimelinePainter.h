#pragma once

#include "messaging/Types.h"
#include "ui/common/Theme.h"
#include "ui/timeline/TimelineLayout.h"

class QPainter;

namespace recado::ui {

/// What the hand does to a row at the moment.
struct TimelineRowState {
    bool current = false; // the keyboard is on it
    int selectionStart = 0;
    int selectionLength = 0; // 0: nothing selected
    bool retryHovered = false;
};

/// Draws a row at the painter's origin. `clip` is the part wanted, in the row's coordinates.
void paintTimelineRow(QPainter& painter, const TimelineRowLayout& row, const messaging::Message& message,
                      const TimelineRowState& state, const QRectF& clip, const Theme& theme);

/// A day's name on its plate: a separator in the flow, or the sticky one above it.
void paintDayPlate(QPainter& painter, const QRectF& rect, const QString& text, const Theme& theme);

} // namespace recado::ui
