#include "ui/timeline/TimelinePainter.h"

#include "ui/common/Avatar.h"
#include "ui/common/Icons.h"
#include "ui/common/Metrics.h"
#include "ui/common/Paint.h"
#include "ui/common/Text.h"

#include <QCoreApplication>
#include <QPainter>
#include <QPainterPath>

namespace recado::ui {

using messaging::Message;
using messaging::MessageStatus;

namespace {

QString painterText(const char* text) {
    return QCoreApplication::translate("recado::ui::Timeline", text);
}

/// A rounded rectangle whose lower corner at the sender's side is nearly square.
QPainterPath bubblePath(const QRectF& rect, bool outgoing) {
    const qreal wide = 2.0 * qMin<qreal>(metric::radiusBubble, rect.height() / 2);
    const qreal tight = 2.0 * metric::radiusBubbleTail;
    const qreal left = outgoing ? wide : tight;
    const qreal right = outgoing ? tight : wide;
    QPainterPath path;
    path.moveTo(rect.left() + wide / 2, rect.top());
    path.arcTo(QRectF(rect.right() - wide, rect.top(), wide, wide), 90, -90);
    path.arcTo(QRectF(rect.right() - right, rect.bottom() - right, right, right), 0, -90);
    path.arcTo(QRectF(rect.left(), rect.bottom() - left, left, left), 270, -90);
    path.arcTo(QRectF(rect.left(), rect.top(), wide, wide), 180, -90);
    path.closeSubpath();
    return path;
}

void drawCentred(QPainter& painter, const QRectF& rect, const QString& text, const QFont& font,
                 const QColor& color) {
    painter.setFont(font);
    painter.setPen(color);
    painter.drawText(rect, int(Qt::AlignCenter) | Qt::TextSingleLine,
                     elided(text, QFontMetricsF(font), rect.width()));
}

void paintUnreadDivider(QPainter& painter, const QRectF& rect, const Theme& theme) {
    const QFont font = theme.font(TextStyle::Caption, QFont::DemiBold);
    const QString text = painterText(QT_TRANSLATE_NOOP("recado::ui::Timeline", "New messages"));
    const qreal half = QFontMetricsF(font).horizontalAdvance(text) / 2 + metric::medium;
    const qreal y = std::round(rect.center().y()) + 0.5;
    QColor line = theme.colors().accent;
    line.setAlphaF(0.4F);
    painter.setPen(QPen(line, 1));
    painter.drawLine(QPointF(rect.left(), y), QPointF(rect.center().x() - half, y));
    painter.drawLine(QPointF(rect.center().x() + half, y), QPointF(rect.right(), y));
    drawCentred(painter, rect, text, font, theme.colors().accent);
}

void paintQuote(QPainter& painter, const TimelineRowLayout& row, const Message& message, const Theme& theme) {
    const Colors& colors = theme.colors();
    const QColor edge =
        message.quote ? avatarColors(message.quote->sender.account, theme.isDark()).initials : colors.accent;
    QColor wash = edge;
    wash.setAlphaF(0.10F);
    QPainterPath plate;
    plate.addRoundedRect(row.quote, metric::unit, metric::unit);
    painter.fillPath(plate, wash);
    painter.save();
    painter.setClipPath(plate, Qt::IntersectClip);
    painter.fillRect(QRectF(row.quote.left(), row.quote.top(), metric::quoteEdge, row.quote.height()), edge);
    painter.restore();
    const QRectF inside =
        row.quote.adjusted(metric::quoteEdge + metric::small, metric::unit, -metric::small, -metric::unit);
    const QFont bold = theme.font(TextStyle::Secondary, QFont::DemiBold);
    const QFont plain = theme.font(TextStyle::Secondary);
    painter.setFont(bold);
    painter.setPen(edge);
    painter.drawText(inside, int(Qt::AlignLeft | Qt::AlignTop) | Qt::TextSingleLine,
                     elided(row.quoteSender, QFontMetricsF(bold), inside.width()));
    painter.setFont(plain);
    painter.setPen(colors.secondary);
    painter.drawText(inside, int(Qt::AlignLeft | Qt::AlignBottom) | Qt::TextSingleLine,
                     elided(row.quoteText, QFontMetricsF(plain), inside.width()));
}

void paintStatus(QPainter& painter, const QRectF& rect, MessageStatus status, const Theme& theme) {
    const Colors& colors = theme.colors();
    Icon icon = Icon::Clock;
    QColor color = colors.secondary;
    switch (status) {
    case MessageStatus::Pending:
        break;
    case MessageStatus::Sent:
        icon = Icon::Check;
        break;
    case MessageStatus::Delivered:
        icon = Icon::CheckCheck;
        break;
    case MessageStatus::Read:
        icon = Icon::CheckCheck;
        color = colors.accent;
        break;
    case MessageStatus::Failed:
        icon = Icon::CircleAlert;
        color = colors.danger;
        break;
    case MessageStatus::Received:
    case MessageStatus::Seen:
        return;
    }
    painter.drawPixmap(rect.topLeft(),
                       tintedIcon(icon, color, metric::statusIcon, painter.device()->devicePixelRatioF()));
}

void paintBubbleText(QPainter& painter, const TimelineRowLayout& row, const TimelineRowState& state,
                     const QRectF& clip, const Theme& theme) {
    const Colors& colors = theme.colors();
    QList<QTextLayout::FormatRange> selections;
    if (state.selectionLength > 0) {
        QTextLayout::FormatRange range;
        range.start = state.selectionStart;
        range.length = state.selectionLength;
        range.format.setBackground(colors.accent);
        range.format.setForeground(colors.onAccent);
        selections.append(range);
    }
    painter.setPen(row.standIn ? colors.secondary : colors.text);
    row.text->draw(&painter, row.textOrigin, selections, clip);
}

void paintReactions(QPainter& painter, const TimelineRowLayout& row, const Theme& theme) {
    const Colors& colors = theme.colors();
    for (const ReactionPill& pill : row.reactions) {
        painter.setPen(QPen(colors.hairline, 1));
        painter.setBrush(colors.raised);
        painter.drawRoundedRect(pill.rect.adjusted(0.5, 0.5, -0.5, -0.5), pill.rect.height() / 2,
                                pill.rect.height() / 2);
        drawCentred(painter, pill.rect, pill.text, theme.font(TextStyle::Secondary), colors.text);
    }
}

void paintFailure(QPainter& painter, const TimelineRowLayout& row, const TimelineRowState& state,
                  const Theme& theme) {
    const Colors& colors = theme.colors();
    const QFont plain = theme.font(TextStyle::Caption);
    painter.setFont(plain);
    painter.setPen(colors.danger);
    painter.drawText(row.failure, int(Qt::AlignRight | Qt::AlignVCenter) | Qt::TextSingleLine,
                     elided(row.failureText, QFontMetricsF(plain), row.failure.width()));
    if (state.retryHovered) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(colors.hover);
        painter.drawRoundedRect(row.retry.adjusted(0, 4, 0, -4), metric::unit, metric::unit);
    }
    drawCentred(painter, row.retry, painterText(QT_TRANSLATE_NOOP("recado::ui::Timeline", "Retry")),
                theme.font(TextStyle::Caption, QFont::DemiBold), colors.accent);
}

} // namespace

void paintDayPlate(QPainter& painter, const QRectF& rect, const QString& text, const Theme& theme) {
    painter.setPen(QPen(theme.colors().hairline, 1));
    painter.setBrush(theme.colors().window);
    painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), rect.height() / 2, rect.height() / 2);
    drawCentred(painter, rect, text, theme.font(TextStyle::Caption), theme.colors().secondary);
}

void paintTimelineRow(QPainter& painter, const TimelineRowLayout& row, const Message& message,
                      const TimelineRowState& state, const QRectF& clip, const Theme& theme) {
    const Colors& colors = theme.colors();
    if (!row.day.isEmpty())
        paintDayPlate(painter, row.day, row.dayText, theme);
    if (!row.unreadDivider.isEmpty())
        paintUnreadDivider(painter, row.unreadDivider, theme);
    if (!row.gap.isEmpty())
        drawCentred(painter, row.gap, row.gapText, theme.font(TextStyle::Caption), colors.caution);
    if (!row.bare) {
        const QPainterPath path = bubblePath(row.bubble, message.outgoing);
        painter.fillPath(path, message.outgoing ? colors.bubbleOut : colors.bubbleIn);
    }
    if (state.current)
        paintFocusRing(painter, row.bubble.adjusted(-3, -3, 3, 3), metric::radiusBubble, colors.accent);
    if (!row.sender.isEmpty()) {
        const QFont bold = theme.font(TextStyle::Secondary, QFont::DemiBold);
        painter.setFont(bold);
        painter.setPen(avatarColors(message.sender.account, theme.isDark()).initials);
        painter.drawText(row.sender, int(Qt::AlignLeft | Qt::AlignVCenter) | Qt::TextSingleLine,
                         elided(row.senderText, QFontMetricsF(bold), row.sender.width()));
    }
    if (!row.quote.isEmpty())
        paintQuote(painter, row, message, theme);
    paintBubbleText(painter, row, state, clip, theme);
    painter.setFont(theme.font(TextStyle::Caption));
    painter.setPen(colors.secondary);
    painter.drawText(row.time, int(Qt::AlignRight | Qt::AlignVCenter) | Qt::TextSingleLine, row.timeText);
    if (!row.status.isEmpty())
        paintStatus(painter, row.status, message.status, theme);
    paintReactions(painter, row, theme);
    if (!row.failure.isEmpty())
        paintFailure(painter, row, state, theme);
}

} // namespace recado::ui
