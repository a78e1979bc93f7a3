#pragma once

namespace recado::ui {

class TimelineView;

/// Teaches QAccessible that a TimelineView is a list whose rows are its messages. Call any number of times.
void installTimelineAccessibility();

/// Tells a screen reader that the keyboard is on this row now.
void announceTimelineFocus(TimelineView& view, int row);

} // namespace recado::ui
