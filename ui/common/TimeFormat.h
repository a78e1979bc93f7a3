#pragma once

#include <QDateTime>
#include <QString>

namespace recado::ui {

/// Times for people, in the machine's time zone and language. Times are milliseconds since 1970, UTC.

/// Hours and minutes, e.g. "14:05" or "2:05 PM".
QString clockText(qint64 timeMs);
/// For a list: the clock today, "Yesterday", the weekday within a week, else the short date.
QString listTimeText(qint64 timeMs, const QDateTime& now);
/// A day in words: "Today", "Yesterday", weekday and date; the year when it is another.
QString dayText(const QDate& day, const QDate& today);
/// Day and time in full, for tooltips and screen readers.
QString fullTimeText(qint64 timeMs);
/// "online", "last seen at 14:05", "last seen on Tuesday", …
QString lastSeenText(qint64 timeMs, const QDateTime& now);

QDate localDay(qint64 timeMs);

} // namespace recado::ui
