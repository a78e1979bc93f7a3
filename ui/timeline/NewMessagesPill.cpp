#include "ui/timeline/NewMessagesPill.h"

#include "ui/common/Icons.h"
#include "ui/common/Metrics.h"
#include "ui/common/Paint.h"

#include <QPainter>

namespace recado::ui {

namespace {

constexpr int pillSide = 36;

} // namespace

NewMessagesPill::NewMessagesPill(const Theme& theme, QWidget* parent)
    : PaintedButton(parent)
    , m_theme(theme) {
    setObjectName(QStringLiteral("newMessagesPill"));
    setCursor(Qt::PointingHandCursor);
    setFocusPolicy(Qt::TabFocus);
    setFont(theme.font(TextStyle::Secondary, QFont::DemiBold));
    setCount(0);
}

void NewMessagesPill::setCount(int count) {
    setText(count > 0 ? tr("%n new message(s)", nullptr, count) : QString());
    setAccessibleName(count > 0 ? text() : tr("Go to the newest message"));
    setToolTip(withShortcut(tr("Go to the newest message"), QKeySequence(Qt::Key_End)));
    updateGeometry();
    update();
}

QSize NewMessagesPill::sizeHint() const {
    const int words = text().isEmpty() ? 0 : QFontMetrics(font()).horizontalAdvance(text()) + metric::medium;
    return {pillSide + words, pillSide};
}

void NewMessagesPill::paintEvent(QPaintEvent*) {
    const Colors& colors = m_theme.colors();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const bool news = !text().isEmpty();
    const QRectF plate = QRectF(rect()).adjusted(1, 1, -1, -1);
    painter.setPen(news ? QPen(Qt::NoPen) : QPen(colors.hairline, 1));
    painter.setBrush(news ? colors.accent : colors.raised);
    painter.drawRoundedRect(plate, plate.height() / 2, plate.height() / 2);
    const QColor ink = news ? colors.onAccent : colors.secondary;
    const qreal inset = (pillSide - metric::icon) / 2.0;
    painter.drawPixmap(QPointF(width() - metric::icon - inset, inset),
                       tintedIcon(Icon::ArrowDown, ink, metric::icon, devicePixelRatioF()));
    if (news) {
        painter.setPen(ink);
        painter.setFont(font());
        painter.drawText(rect().adjusted(metric::medium, 0, -pillSide + 4, 0),
                         Qt::AlignVCenter | Qt::AlignLeft, text());
    }
    if (hasFocus())
        paintFocusRing(painter, plate, plate.height() / 2, news ? colors.text : colors.accent);
}

} // namespace recado::ui
