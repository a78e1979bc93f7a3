#include "ui/timeline/TimelineLayout.h"

#include "ui/common/Metrics.h"
#include "ui/common/TimeFormat.h"
#include "ui/common/Words.h"

#include <QCoreApplication>
#include <QFontMetricsF>
#include <QTextOption>

#include <cmath>

namespace recado::ui {

using messaging::Message;

namespace {

constexpr qreal metaGap = 10;
constexpr qreal statusGap = 4;
constexpr qreal noticeHeight = 24;

QString timelineText(const char* text) {
    return QCoreApplication::translate("recado::ui::Timeline", text);
}

QList<QTextLayout::FormatRange> linkFormats(const QVector<LinkRange>& links, const QColor& color) {
    QList<QTextLayout::FormatRange> formats;
    for (const LinkRange& link : links) {
        QTextLayout::FormatRange range;
        range.start = int(link.start);
        range.length = int(link.length);
        range.format.setForeground(color);
        range.format.setFontUnderline(true);
        formats.append(range);
    }
    return formats;
}

/// Breaks the text at `width`; returns the widest line. Lines are placed from y = 0 down.
qreal breakLines(QTextLayout& text, qreal width) {
    qreal widest = 0;
    qreal y = 0;
    text.beginLayout();
    for (QTextLine line = text.createLine(); line.isValid(); line = text.createLine()) {
        line.setLineWidth(width);
        line.setPosition(QPointF(0, y));
        y += std::ceil(line.height());
        widest = qMax(widest, line.naturalTextWidth());
    }
    text.endLayout();
    return std::ceil(widest);
}

qreal heightOf(const QTextLayout& text) {
    const QTextLine last = text.lineAt(text.lineCount() - 1);
    return last.isValid() ? last.y() + std::ceil(last.height()) : 0;
}

} // namespace

/// What is known of a bubble's inside while it is being measured.
struct TimelineLayout::Frame {
    qreal contentWidth = 0;
    qreal textHeight = 0;
    qreal headHeight = 0; // sender and quote above the text
    qreal metaWidth = 0;
    qreal metaHeight = 0;
    bool metaBelow = false;
};

TimelineLayout::TimelineLayout(const Theme& theme, int width)
    : m_theme(theme)
    , m_width(width) {}

qreal TimelineLayout::bubbleLimit() const {
    return qMin<qreal>(metric::bubbleMaximumWidth,
                       (columnRight() - columnLeft()) * metric::bubbleShare / 100);
}

qreal TimelineLayout::columnLeft() const {
    // On a very wide window the two sides of a talk would lose sight of each other.
    return metric::large + qMax<qreal>(0, (m_width - metric::timelineColumn) / 2);
}

qreal TimelineLayout::columnRight() const {
    return m_width - columnLeft();
}

bool TimelineLayout::continuesGroup(const Message& previous, const Message& message) {
    return previous.sender.account == message.sender.account && previous.outgoing == message.outgoing &&
           std::abs(message.timestampMs - previous.timestampMs) < metric::groupMs && !message.gapBefore &&
           localDay(previous.timestampMs) == localDay(message.timestampMs);
}

TimelineRowLayout TimelineLayout::layOut(const Message& message, const TimelineRowContext& context) const {
    TimelineRowLayout row;
    Frame frame;
    qreal top = 0;
    placeNotices(row, message, context, top);
    top += context.groupHead ? metric::bubbleGap : metric::groupGap;
    if (context.namesSender)
        row.senderText = personName(message.sender);
    shapeText(row, message, frame);
    placeMeta(row, message, frame);
    placeBubble(row, message, frame, top);
    placeReactions(row, message, top);
    placeFailure(row, message, top);
    row.height = std::ceil(top);
    return row;
}

void TimelineLayout::placeNotices(TimelineRowLayout& row, const Message& message,
                                  const TimelineRowContext& context, qreal& top) const {
    const QFontMetricsF metrics(m_theme.font(TextStyle::Caption));
    const auto centred = [&](const QString& text, qreal y) {
        const qreal width =
            qMin(metrics.horizontalAdvance(text) + 2 * metric::medium, m_width - 2 * metric::small);
        return QRectF((m_width - width) / 2, y, width, qMax(noticeHeight, metrics.height() + 6));
    };
    if (context.startsDay) {
        row.dayText = dayText(localDay(message.timestampMs), context.today);
        row.day = centred(row.dayText, top + metric::medium);
        top = row.day.bottom() + metric::unit;
    }
    if (context.startsUnread) {
        row.unreadDivider =
            QRectF(columnLeft(), top + metric::small, columnRight() - columnLeft(), noticeHeight);
        top = row.unreadDivider.bottom();
    }
    if (message.gapBefore) {
        row.gapText =
            timelineText(QT_TRANSLATE_NOOP("recado::ui::Timeline", "Messages from %1 are missing here."))
                .arg(isolated(personName(message.sender)));
        row.gap = centred(row.gapText, top + metric::small);
        top = row.gap.bottom();
    }
}

void TimelineLayout::shapeText(TimelineRowLayout& row, const Message& message, Frame& frame) const {
    const QString standIn = standInText(message);
    row.standIn = !standIn.isEmpty();
    QString shown = row.standIn ? standIn : message.text;
    const int emoji = row.standIn || message.quote ? 0 : emojiOnlyCount(shown);
    row.bare = emoji >= 1 && emoji <= 3;
    if (!row.standIn)
        row.links = findLinks(shown);
    // One layout, one paragraph: a line separator breaks like a newline.
    shown.replace(QLatin1Char('\n'), QChar::LineSeparator);
    row.rightToLeft = shown.isRightToLeft();
    QFont font = row.bare ? m_theme.emojiFont() : m_theme.font(TextStyle::Message);
    font.setItalic(row.standIn);
    row.text = std::make_shared<QTextLayout>(shown, font);
    QTextOption option;
    option.setWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
    option.setTextDirection(row.rightToLeft ? Qt::RightToLeft : Qt::LeftToRight);
    option.setAlignment((row.rightToLeft ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignAbsolute);
    row.text->setTextOption(option);
    row.text->setFormats(linkFormats(row.links, m_theme.colors().accent));
    row.text->setCacheEnabled(true);
    const qreal limit = bubbleLimit() - 2 * metric::bubblePaddingX;
    frame.contentWidth = breakLines(*row.text, limit);
    frame.textHeight = heightOf(*row.text);

    const QFontMetricsF bold(m_theme.font(TextStyle::Secondary, QFont::DemiBold));
    const QFontMetricsF plain(m_theme.font(TextStyle::Secondary));
    if (!row.senderText.isEmpty()) {
        frame.headHeight += bold.height() + 2;
        frame.contentWidth = qMax(frame.contentWidth, qMin(limit, bold.horizontalAdvance(row.senderText)));
    }
    if (message.quote) {
        row.quoteSender = personName(message.quote->sender);
        row.quoteText = singleLine(message.quote->text);
        const qreal wanted =
            qMax(bold.horizontalAdvance(row.quoteSender), plain.horizontalAdvance(row.quoteText)) +
            2 * metric::small + metric::quoteEdge;
        frame.contentWidth = qMax(frame.contentWidth, qMin(limit, std::ceil(wanted)));
        frame.headHeight += bold.height() + plain.height() + metric::small + metric::unit;
    }
}

void TimelineLayout::placeMeta(TimelineRowLayout& row, const Message& message, Frame& frame) const {
    row.timeText = clockText(message.timestampMs);
    if (message.edited && !message.deleted)
        row.timeText = timelineText(QT_TRANSLATE_NOOP("recado::ui::Timeline", "edited %1")).arg(row.timeText);
    const QFontMetricsF metrics(m_theme.font(TextStyle::Caption));
    frame.metaHeight = metrics.height();
    frame.metaWidth = std::ceil(metrics.horizontalAdvance(row.timeText));
    if (message.outgoing)
        frame.metaWidth += statusGap + metric::statusIcon;
    const QTextLine last = row.text->lineAt(row.text->lineCount() - 1);
    const qreal lastWidth = last.isValid() ? std::ceil(last.naturalTextWidth()) : 0;
    const qreal limit = bubbleLimit() - 2 * metric::bubblePaddingX;
    const qreal together = lastWidth + metaGap + frame.metaWidth;
    frame.metaBelow = row.bare || together > limit;
    frame.contentWidth = qMax(frame.contentWidth, frame.metaBelow ? frame.metaWidth : together);
}

void TimelineLayout::placeBubble(TimelineRowLayout& row, const Message& message, const Frame& frame,
                                 qreal& top) const {
    const qreal paddingX = row.bare ? 0 : metric::bubblePaddingX;
    const qreal paddingY = row.bare ? 0 : metric::bubblePaddingY;
    const qreal width = frame.contentWidth + 2 * paddingX;
    const qreal height =
        frame.headHeight + frame.textHeight + (frame.metaBelow ? frame.metaHeight : 0) + 2 * paddingY;
    const qreal left = message.outgoing ? columnRight() - width : columnLeft();
    row.bubble = QRectF(left, top, width, height);
    const QRectF inside = row.bubble.adjusted(paddingX, paddingY, -paddingX, -paddingY);
    qreal y = inside.top();
    if (!row.senderText.isEmpty()) {
        const qreal line = QFontMetricsF(m_theme.font(TextStyle::Secondary, QFont::DemiBold)).height();
        row.sender = QRectF(inside.left(), y, inside.width(), line);
        y += line + 2;
    }
    if (message.quote) {
        row.quote =
            QRectF(inside.left(), y, inside.width(), inside.top() + frame.headHeight - y - metric::unit);
        y = inside.top() + frame.headHeight;
    }
    // Lines were broken at the limit; aligned text (right to left, or a bare emoji of ours) needs the real
    // width.
    if (row.rightToLeft)
        breakLines(*row.text, frame.contentWidth);
    const bool pushed = row.bare && message.outgoing;
    const qreal shift = pushed ? inside.width() - row.text->maximumWidth() : 0;
    row.textOrigin = QPointF(inside.left() + (row.text->lineCount() == 1 ? qMax<qreal>(0, shift) : 0), y);
    const qreal metaTop = inside.bottom() - frame.metaHeight + (row.bare ? 0 : 2);
    const qreal metaLeft =
        row.rightToLeft && !frame.metaBelow ? inside.left() : inside.right() - frame.metaWidth;
    const qreal statusWidth = message.outgoing ? statusGap + metric::statusIcon : 0;
    row.time = QRectF(metaLeft, metaTop, frame.metaWidth - statusWidth, frame.metaHeight);
    if (message.outgoing)
        row.status =
            QRectF(row.time.right() + statusGap, std::round(row.time.center().y() - metric::statusIcon / 2.0),
                   metric::statusIcon, metric::statusIcon);
    top = row.bubble.bottom();
}

void TimelineLayout::placeReactions(TimelineRowLayout& row, const Message& message, qreal& top) const {
    if (message.reactions.isEmpty())
        return;
    QVector<std::pair<QString, int>> counts;
    for (const messaging::Reaction& reaction : message.reactions) {
        const auto same = std::find_if(counts.begin(), counts.end(),
                                       [&](const auto& pair) { return pair.first == reaction.emoji; });
        if (same == counts.end())
            counts.append({reaction.emoji, 1});
        else
            ++same->second;
    }
    const QFontMetricsF metrics(m_theme.font(TextStyle::Secondary));
    qreal x = message.outgoing ? row.bubble.right() : row.bubble.left();
    for (const auto& [emoji, count] : std::as_const(counts)) {
        // A stranger may send any text as a reaction; eight code units hold every real one but the families.
        const QString shown = singleLine(emoji).left(16);
        const QString text = count > 1 ? QStringLiteral("%1 %2").arg(shown).arg(count) : shown;
        const qreal width = std::ceil(metrics.horizontalAdvance(text)) + 2 * metric::small;
        const qreal left = message.outgoing ? x - width : x;
        row.reactions.append({text, QRectF(left, top + 2, width, metric::reactionHeight)});
        x = message.outgoing ? left - metric::unit : left + width + metric::unit;
    }
    top += 2 + metric::reactionHeight;
}

void TimelineLayout::placeFailure(TimelineRowLayout& row, const Message& message, qreal& top) const {
    if (message.status != messaging::MessageStatus::Failed)
        return;
    row.failureText = failureText(message.failure.value_or(base::Reason::Internal));
    const QFontMetricsF plain(m_theme.font(TextStyle::Caption));
    const QFontMetricsF bold(m_theme.font(TextStyle::Caption, QFont::DemiBold));
    const QString retry = timelineText(QT_TRANSLATE_NOOP("recado::ui::Timeline", "Retry"));
    const qreal retryWidth = std::ceil(bold.horizontalAdvance(retry)) + 2 * metric::small;
    const qreal right = columnRight();
    row.retry = QRectF(right - retryWidth, top, retryWidth, metric::hitArea);
    const qreal wanted = std::ceil(plain.horizontalAdvance(row.failureText)) + 1;
    const qreal width = qMin(wanted, row.retry.left() - columnLeft());
    row.failure = QRectF(row.retry.left() - width, top, width, metric::hitArea);
    top += metric::hitArea;
}

int TimelineRowLayout::characterAt(const QPointF& point) const {
    const QPointF inText = point - textOrigin;
    if (!text || !bubble.contains(point) || inText.y() < 0)
        return -1;
    for (int i = 0; i < text->lineCount(); ++i) {
        const QTextLine line = text->lineAt(i);
        if (inText.y() < line.y() + line.height())
            return line.xToCursor(inText.x());
    }
    return int(text->text().size());
}

QString TimelineRowLayout::linkAt(const QPointF& point) const {
    const QPointF inText = point - textOrigin;
    if (links.isEmpty() || !bubble.contains(point))
        return {};
    for (int i = 0; i < text->lineCount(); ++i) {
        const QTextLine line = text->lineAt(i);
        if (inText.y() < line.y() || inText.y() >= line.y() + line.height() ||
            !line.naturalTextRect().contains(inText))
            continue;
        const int character = line.xToCursor(inText.x(), QTextLine::CursorOnCharacter);
        for (const LinkRange& link : links) {
            if (character >= link.start && character < link.start + link.length)
                return text->text().mid(link.start, link.length);
        }
    }
    return {};
}

} // namespace recado::ui
