#pragma once

#include "messaging/Types.h"
#include "ui/common/Theme.h"

#include <QStyledItemDelegate>

namespace recado::ui {

/// Where the parts of one row are, as plain data: testable without pixels. Mirrored for right-to-left
/// layouts.
struct ConversationRowLayout {
    QRect avatar;
    QRect presence; // empty: none
    QRect name;
    QRect time;
    QRect preview;
    QRect mark; // the failed mark, the request pill or the unread pill; empty: none
};

/// Paints one conversation of the list.
class ConversationDelegate final : public QStyledItemDelegate {
    Q_OBJECT
public:
    explicit ConversationDelegate(const Theme& theme, QObject* parent = nullptr);

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;
    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;

    [[nodiscard]] ConversationRowLayout layOut(const messaging::Conversation& conversation, const QRect& row,
                                               Qt::LayoutDirection direction) const;

private:
    void paintMark(QPainter& painter, const messaging::Conversation& conversation, const QRect& mark) const;
    [[nodiscard]] int markWidth(const messaging::Conversation& conversation) const;
    [[nodiscard]] QString timeOf(const messaging::Conversation& conversation) const;

    const Theme& m_theme;
};

} // namespace recado::ui
