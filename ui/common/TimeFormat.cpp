#include "ui/common/TimeFormat.h"

#include <QCoreApplication>
#include <QLocale>

namespace recado::ui {

namespace {

constexpr auto timeContext = "recado::ui::Time";

QString timeText(const char* text) {
    return QCoreApplication::translate(timeContext, text);
}

} // namespace

QDate localDay(qint64 timeMs) {
    return QDateTime::fromMSecsSinceEpoch(timeMs).date();
}

QString clockText(qint64 timeMs) {
    const QTime time = QDateTime::fromMSecsSinceEpoch(timeMs).time();
    const QLocale locale;
    // The C locale's short format has seconds; nobody wants those beside a message.
    return locale.language() == QLocale::C ? time.toString(QStringLiteral("HH:mm"))
                                           : locale.toString(time, QLocale::ShortFormat);
}

QString listTimeText(qint64 timeMs, const QDateTime& now) {
    const QDate day = localDay(timeMs);
    const qint64 age = day.daysTo(now.date());
    if (age <= 0)
        return clockText(timeMs);
    if (age == 1)
        return timeText(QT_TRANSLATE_NOOP("recado::ui::Time", "Yesterday"));
    const QLocale locale;
    if (age < 7)
        return locale.toString(day, QStringLiteral("ddd"));
    return day.year() == now.date().year() ? locale.toString(day, QStringLiteral("d MMM"))
                                           : locale.toString(day, QLocale::ShortFormat);
}

QString dayText(const QDate& day, const QDate& today) {
    if (day == today)
        return timeText(QT_TRANSLATE_NOOP("recado::ui::Time", "Today"));
    if (day.daysTo(today) == 1)
        return timeText(QT_TRANSLATE_NOOP("recado::ui::Time", "Yesterday"));
    const QString format = day.year() == today.year()
                               ? timeText(QT_TRANSLATE_NOOP("recado::ui::Time", "dddd, d MMMM"))
                               : timeText(QT_TRANSLATE_NOOP("recado::ui::Time", "d MMMM yyyy"));
    return QLocale().toString(day, format);
}

QString fullTimeText(qint64 timeMs) {
    const QDate day = localDay(timeMs);
    return QLocale().toString(day, QLocale::LongFormat) + QStringLiteral(", ") + clockText(timeMs);
}

QString lastSeenText(qint64 timeMs, const QDateTime& now) {
    const QDate day = localDay(timeMs);
    if (day == now.date())
        return timeText(QT_TRANSLATE_NOOP("recado::ui::Time", "last seen at %1")).arg(clockText(timeMs));
    if (day.daysTo(now.date()) == 1)
        return timeText(QT_TRANSLATE_NOOP("recado::ui::Time", "last seen yesterday at %1"))
            .arg(clockText(timeMs));
    return timeText(QT_TRANSLATE_NOOP("recado::ui::Time", "last seen on %1"))
        .arg(QLocale().toString(day, timeText(QT_TRANSLATE_NOOP("recado::ui::Time", "d MMMM"))));
}

} // namespace recado::ui
