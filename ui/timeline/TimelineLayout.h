#pragma once

#include "messaging/Types.h"
#include "ui/common/Text.h"
#include "ui/common/Theme.h"

#include <QDate>
#include <QRectF>
#include <QTextLayout>

#include <memory>

namespace recado::ui {

/// What a row's neighbours decide about it.
struct TimelineRowContext {
    bool startsDay = false;
    bool startsUnread = false;
    bool groupHead = true;
    bool namesSender = false; // in groups, at a group's head
    QDate today;

    bool operator==(const TimelineRowContext&) const = default;
};

struct ReactionPill {
    QString text;
    QRectF rect;
};

/// Where everything of one row is, in pixels from the row's top left corner; plain data, no painting.
/// An empty rectangle means: not there.
struct TimelineRowLayout {
    qreal height = 0;
    QString dayText;
    QRectF day;
    QString gapText;
    QRectF gap;
    QRectF unreadDivider;
    QRectF bubble; // also the area of a bubbleless emoji message
    bool bare = false;
    bool standIn = false;
    QString senderText;
    QRectF sender;
    QString quoteSender, quoteText;
    QRectF quote;
    std::shared_ptr<QTextLayout> text;
    QPointF textOrigin;
    bool rightToLeft = false;
    QVector<LinkRange> links;
    QString timeText;
    QRectF time;
    QRectF status;
    QVector<ReactionPill> reactions;
    QString failureText;
    QRectF failure;
    QRectF retry;

    /// The character under a point of the row, or -1.
    [[nodiscard]] int characterAt(const QPointF& point) const;
    /// The address of the link under a point of the row; empty when there is none.
    [[nodiscard]] QString linkAt(const QPointF& point) const;
};

/// Computes row layouts for one width. Cheap to make; holds no rows.
class TimelineLayout {
public:
    TimelineLayout(const Theme& theme, int width);

    [[nodiscard]] TimelineRowLayout layOut(const messaging::Message& message,
                                           const TimelineRowContext& context) const;

    /// The widest a bubble gets.
    [[nodiscard]] qreal bubbleLimit() const;
    /// Whether `message` continues the group of `previous`: same sender, within five minutes, same day.
    [[nodiscard]] static bool continuesGroup(const messaging::Message& previous,
                                             const messaging::Message& message);

private:
    struct Frame;
    void placeNotices(TimelineRowLayout& row, const messaging::Message& message,
                      const TimelineRowContext& context, qreal& top) const;
    void shapeText(TimelineRowLayout& row, const messaging::Message& message, Frame& frame) const;
    void placeMeta(TimelineRowLayout& row, const messaging::Message& message, Frame& frame) const;
    void placeBubble(TimelineRowLayout& row, const messaging::Message& message, const Frame& frame,
                     qreal& top) const;
    void placeReactions(TimelineRowLayout& row, const messaging::Message& message, qreal& top) const;
    void placeFailure(TimelineRowLayout& row, const messaging::Message& message, qreal& top) const;
    [[nodiscard]] qreal columnLeft() const;
    [[nodiscard]] qreal columnRight() const;

    const Theme& m_theme;
    qreal m_width;
};

} // namespace recado::ui
