#include "ui/conversations/ConversationDelegate.h"

#include "ui/common/Avatar.h"
#include "ui/common/Icons.h"
#include "ui/common/Metrics.h"
#include "ui/common/Paint.h"
#include "ui/common/Text.h"
#include "ui/common/TimeFormat.h"
#include "ui/common/Words.h"
#include "ui/conversations/ConversationModel.h"

#include <QDateTime>
#include <QPainter>
#include <QtMath>

namespace recado::ui {

using messaging::Conversation;
using messaging::MessageStatus;

namespace {

/// Unread messages, until the row only says that there are more.
constexpr int mostCounted = 999;

bool hasFailed(const Conversation& conversation) {
    return conversation.lastMessage && conversation.lastMessage->status == MessageStatus::Failed;
}

/// Grows with the words in it.
int pillHeightOf(const Theme& theme) {
    return qRound(metric::pillHeight * qMax(1.0, theme.scale()));
}

void drawElided(QPainter& painter, const QRect& area, const QString& text, const QFont& font,
                const QColor& color, Qt::LayoutDirection direction) {
    painter.setFont(font);
    painter.setPen(color);
    const Qt::Alignment alignment = QStyle::visualAlignment(direction, Qt::AlignLeft | Qt::AlignVCenter);
    painter.drawText(area, int(alignment) | Qt::TextSingleLine,
                     elided(text, QFontMetricsF(font), area.width()));
}

} // namespace

ConversationDelegate::ConversationDelegate(const Theme& theme, QObject* parent)
    : QStyledItemDelegate(parent)
    , m_theme(theme) {}

QSize ConversationDelegate::sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const {
    const int text = QFontMetrics(m_theme.font(TextStyle::Message)).height() +
                     QFontMetrics(m_theme.font(TextStyle::Secondary)).height() + 2 * metric::medium;
    return {metric::listMinimumWidth, qMax(metric::listRow, text)};
}

QString ConversationDelegate::timeOf(const Conversation& conversation) const {
    if (!conversation.lastMessage)
        return {};
    return listTimeText(conversation.lastMessage->timestampMs, QDateTime::currentDateTime());
}

int ConversationDelegate::markWidth(const Conversation& conversation) const {
    const QFont font = m_theme.font(TextStyle::Caption, QFont::DemiBold);
    if (conversation.request)
        return QFontMetrics(font).horizontalAdvance(tr("Request")) + 16;
    if (hasFailed(conversation) || conversation.identityChanged)
        return metric::icon;
    if (conversation.unread > 0)
        return qCeil(countPillWidth(conversation.unread, mostCounted, font, pillHeightOf(m_theme)));
    return 0;
}

ConversationRowLayout ConversationDelegate::layOut(const Conversation& conversation, const QRect& row,
                                                   Qt::LayoutDirection direction) const {
    ConversationRowLayout layout;
    const int avatarTop = row.top() + (row.height() - metric::listAvatar) / 2;
    layout.avatar = QRect(row.left() + metric::medium, avatarTop, metric::listAvatar, metric::listAvatar);
    if (conversation.presence && conversation.presence->online) {
        layout.presence =
            QRect(layout.avatar.right() - metric::presenceDot + 2,
                  layout.avatar.bottom() - metric::presenceDot + 2, metric::presenceDot, metric::presenceDot);
    }
    const QFontMetrics nameMetrics(m_theme.font(TextStyle::Message, QFont::DemiBold));
    const QFontMetrics previewMetrics(m_theme.font(TextStyle::Secondary));
    const QFontMetrics timeMetrics(m_theme.font(TextStyle::Caption));
    const int left = layout.avatar.right() + 1 + metric::medium;
    const int right = row.right() - metric::medium;
    const int block = nameMetrics.height() + 2 + previewMetrics.height();
    const int top = row.top() + (row.height() - block) / 2;
    const int timeWidth = timeMetrics.horizontalAdvance(timeOf(conversation)) + 1;
    layout.time = QRect(right - timeWidth + 1, top, timeWidth, nameMetrics.height());
    layout.name = QRect(left, top, layout.time.left() - metric::small - left, nameMetrics.height());
    int previewRight = right;
    const int previewTop = top + nameMetrics.height() + 2;
    const int pillHeight = pillHeightOf(m_theme);
    if (const int width = markWidth(conversation); width > 0) {
        layout.mark = QRect(right - width + 1, previewTop + (previewMetrics.height() - pillHeight) / 2, width,
                            pillHeight);
        previewRight = layout.mark.left() - metric::small;
    }
    layout.preview = QRect(left, previewTop, previewRight - left, previewMetrics.height());
    if (direction == Qt::RightToLeft) {
        for (QRect* part :
             {&layout.avatar, &layout.presence, &layout.name, &layout.time, &layout.preview, &layout.mark}) {
            if (!part->isEmpty())
                *part = QStyle::visualRect(direction, row, *part);
        }
    }
    return layout;
}

void ConversationDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                                 const QModelIndex& index) const {
    const auto* conversation = index.data(ConversationModel::ConversationRole).value<const Conversation*>();
    if (!conversation)
        return;
    const Colors& colors = m_theme.colors();
    const ConversationRowLayout layout = layOut(*conversation, option.rect, option.direction);
    const bool selected = option.state & QStyle::State_Selected;
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    const QRectF plate = QRectF(option.rect).adjusted(metric::unit, 1, -metric::unit, -1);
    QColor behind = colors.surface;
    if (selected || option.state & QStyle::State_MouseOver) {
        behind = selected ? colors.selected : colors.hover;
        painter->setPen(Qt::NoPen);
        painter->setBrush(behind);
        painter->drawRoundedRect(plate, metric::radiusCard, metric::radiusCard);
    }
    const QString name = conversationName(*conversation);
    const base::AccountId account =
        conversation->participants.isEmpty() ? base::AccountId() : conversation->participants.first().account;
    paintAvatar(*painter, layout.avatar, name, account, m_theme);
    if (!layout.presence.isEmpty()) {
        painter->setPen(QPen(behind, 2));
        painter->setBrush(colors.good);
        painter->drawEllipse(QRectF(layout.presence).adjusted(1, 1, -1, -1));
    }
    const bool unread = conversation->unread > 0;
    drawElided(*painter, layout.name, name, m_theme.font(TextStyle::Message, QFont::DemiBold), colors.text,
               option.direction);
    drawElided(*painter, layout.time, timeOf(*conversation), m_theme.font(TextStyle::Caption),
               unread && !conversation->request ? colors.accent : colors.secondary, option.direction);
    const bool typing = index.data(ConversationModel::TypingRole).toBool();
    const bool draft = !index.data(ConversationModel::DraftRole).toString().isEmpty();
    const QColor previewColor = typing                          ? colors.accent
                                : conversation->identityChanged ? colors.caution
                                : draft                         ? colors.danger
                                : unread                        ? colors.text
                                                                : colors.secondary;
    drawElided(*painter, layout.preview, index.data(ConversationModel::PreviewRole).toString(),
               m_theme.font(TextStyle::Secondary), previewColor, option.direction);
    paintMark(*painter, *conversation, layout.mark);
    if (option.state & QStyle::State_HasFocus && option.state & QStyle::State_KeyboardFocusChange)
        paintFocusRing(*painter, plate, metric::radiusCard, colors.accent);
    painter->restore();
}

void ConversationDelegate::paintMark(QPainter& painter, const Conversation& conversation,
                                     const QRect& mark) const {
    if (mark.isEmpty())
        return;
    const Colors& colors = m_theme.colors();
    const QFont font = m_theme.font(TextStyle::Caption, QFont::DemiBold);
    if (conversation.request) {
        QColor wash = colors.accent;
        wash.setAlphaF(0.14F);
        painter.setPen(Qt::NoPen);
        painter.setBrush(wash);
        painter.drawRoundedRect(mark, mark.height() / 2.0, mark.height() / 2.0);
        painter.setFont(font);
        painter.setPen(colors.accent);
        painter.drawText(mark, Qt::AlignCenter, tr("Request"));
        return;
    }
    if (hasFailed(conversation) || conversation.identityChanged) {
        const bool failed = hasFailed(conversation);
        const QPixmap icon = tintedIcon(failed ? Icon::CircleAlert : Icon::ShieldAlert,
                                        failed ? colors.danger : colors.caution, metric::icon,
                                        painter.device()->devicePixelRatioF());
        painter.drawPixmap(mark.left(), mark.center().y() - metric::icon / 2 + 1, icon);
        return;
    }
    paintCountPill(painter, QPointF(mark.right() + 1, mark.center().y() + 0.5), conversation.unread,
                   mostCounted, font, colors.accent, colors.onAccent, mark.height());
}

} // namespace recado::ui
