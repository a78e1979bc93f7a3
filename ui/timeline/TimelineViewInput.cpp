#include "ui/common/Metrics.h"
#include "ui/common/Paint.h"
#include "ui/common/TimeFormat.h"
#include "ui/common/Words.h"
#include "ui/timeline/TimelineAccessible.h"
#include "ui/timeline/TimelineView.h"

#include <QClipboard>
#include <QContextMenuEvent>
#include <QGuiApplication>
#include <QHelpEvent>
#include <QMenu>
#include <QTextBoundaryFinder>
#include <QToolTip>
#include <QUrl>

namespace recado::ui {

using messaging::Message;

TimelineView::Hit TimelineView::hitAt(const QPointF& position) const {
    for (const auto& visible : m_geometry.visible()) {
        if (position.y() >= visible.top && position.y() < visible.top + visible.height)
            return {visible.row, position - QPointF(0, visible.top)};
    }
    return {};
}

void TimelineView::mousePressEvent(QMouseEvent* event) {
    const Hit hit = hitAt(event->position());
    m_pressedRetry = 0;
    m_pressedLink.clear();
    if (event->button() != Qt::LeftButton)
        return;
    m_selection = {};
    if (hit.row >= 0) {
        const TimelineRowLayout& layout = layoutOf(hit.row);
        const messaging::LocalId id = m_model.at(hit.row).id;
        if (layout.retry.contains(hit.point))
            m_pressedRetry = id;
        m_pressedLink = layout.linkAt(hit.point);
        if (const int character = layout.characterAt(hit.point); character >= 0 && !layout.standIn)
            m_selection = {id, character, character};
        m_current = 0;
    }
    viewport()->update();
}

void TimelineView::mouseMoveEvent(QMouseEvent* event) {
    const Hit hit = hitAt(event->position());
    if (event->buttons() & Qt::LeftButton && m_selection.message != 0) {
        const int row = m_model.rowOf(m_selection.message);
        const QRectF area = rectOf(row);
        if (area.isEmpty())
            return;
        const TimelineRowLayout& layout = layoutOf(row);
        const QPointF point = event->position() - area.topLeft();
        // Outside the bubble the nearest edge counts, so that a sweep may be careless.
        const QPointF inside(qBound(layout.bubble.left(), point.x(), layout.bubble.right() - 1),
                             qBound(layout.textOrigin.y(), point.y(), layout.bubble.bottom() - 1));
        m_selection.cursor = qMax(0, layout.characterAt(inside));
        viewport()->update();
        return;
    }
    messaging::LocalId retry = 0;
    Qt::CursorShape shape = Qt::ArrowCursor;
    if (hit.row >= 0) {
        const TimelineRowLayout& layout = layoutOf(hit.row);
        if (layout.retry.contains(hit.point))
            retry = m_model.at(hit.row).id;
        if (retry != 0 || !layout.linkAt(hit.point).isEmpty())
            shape = Qt::PointingHandCursor;
        else if (!layout.standIn && layout.characterAt(hit.point) >= 0)
            shape = Qt::IBeamCursor;
    }
    viewport()->setCursor(shape);
    if (retry != m_hoveredRetry) {
        m_hoveredRetry = retry;
        viewport()->update();
    }
}

void TimelineView::mouseReleaseEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton)
        return;
    const Hit hit = hitAt(event->position());
    if (hit.row < 0)
        return;
    const TimelineRowLayout& layout = layoutOf(hit.row);
    const messaging::LocalId id = m_model.at(hit.row).id;
    if (m_pressedRetry == id && layout.retry.contains(hit.point)) {
        Q_EMIT retryRequested(id);
        return;
    }
    const bool swept = m_selection.anchor != m_selection.cursor;
    if (!m_pressedLink.isEmpty() && !swept && layout.linkAt(hit.point) == m_pressedLink)
        Q_EMIT linkActivated(QUrl(m_pressedLink));
}

void TimelineView::mouseDoubleClickEvent(QMouseEvent* event) {
    const Hit hit = hitAt(event->position());
    if (hit.row >= 0)
        selectWord(hit);
}

void TimelineView::selectWord(const Hit& hit) {
    const TimelineRowLayout& layout = layoutOf(hit.row);
    const int character = layout.characterAt(hit.point);
    if (character < 0 || layout.standIn)
        return;
    QTextBoundaryFinder finder(QTextBoundaryFinder::Word, layout.text->text());
    finder.setPosition(character);
    const int start = finder.isAtBoundary() ? character : int(finder.toPreviousBoundary());
    finder.setPosition(character);
    const int end = int(finder.toNextBoundary());
    m_selection = {m_model.at(hit.row).id, qMax(0, start), end < 0 ? character : end};
    viewport()->update();
}

QString TimelineView::textToCopy() const {
    const int row = m_model.rowOf(m_selection.message != 0 ? m_selection.message : m_current);
    if (row < 0 || !standInText(m_model.at(row)).isEmpty())
        return {};
    const QString& text = m_model.at(row).text;
    const int length = std::abs(m_selection.anchor - m_selection.cursor);
    if (m_selection.message == 0 || length == 0)
        return text;
    return text.mid(qMin(m_selection.anchor, m_selection.cursor), length);
}

void TimelineView::copySelection() const {
    if (const QString text = textToCopy(); !text.isEmpty())
        QGuiApplication::clipboard()->setText(text);
}

int TimelineView::currentRow() const {
    return m_current == 0 ? -1 : m_model.rowOf(m_current);
}

void TimelineView::setCurrentRow(int row) {
    if (row < 0 || row >= m_model.count())
        return;
    m_current = m_model.at(row).id;
    m_selection = {};
    ensureVisible(row);
    announceTimelineFocus(*this, row);
}

void TimelineView::ensureVisible(int row) {
    const QRectF area = rectOf(row);
    if (area.isEmpty())
        m_geometry.placeRow(row, row < m_geometry.visible().value(0).row ? metric::medium
                                                                         : viewport()->height() / 2.0);
    else if (area.top() < 0)
        m_geometry.scrollBy(area.top() - metric::medium);
    else if (area.bottom() > viewport()->height())
        m_geometry.scrollBy(qMin(area.top(), area.bottom() - viewport()->height() + metric::medium));
    arrange();
}

void TimelineView::keyPressEvent(QKeyEvent* event) {
    const int last = m_model.count() - 1;
    const int current = currentRow();
    const qreal page = viewport()->height() * 0.9;
    if (event->matches(QKeySequence::Copy)) {
        copySelection();
        return;
    }
    switch (event->key()) {
    case Qt::Key_Up:
        setCurrentRow(current < 0 ? (m_geometry.visible().isEmpty() ? -1 : m_geometry.visible().last().row)
                                  : qMax(0, current - 1));
        return;
    case Qt::Key_Down:
        setCurrentRow(current < 0 ? (m_geometry.visible().isEmpty() ? -1 : m_geometry.visible().last().row)
                                  : qMin(last, current + 1));
        return;
    case Qt::Key_PageUp:
        scrollBy(-page);
        return;
    case Qt::Key_PageDown:
        scrollBy(page);
        return;
    case Qt::Key_Home:
        setCurrentRow(0);
        return;
    case Qt::Key_End:
        m_current = m_model.moreAfter() || last < 0 ? 0 : m_model.at(last).id;
        scrollToEnd();
        return;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (current >= 0 && m_model.at(current).status == messaging::MessageStatus::Failed)
            Q_EMIT retryRequested(m_model.at(current).id);
        return;
    default:
        QAbstractScrollArea::keyPressEvent(event);
    }
}

void TimelineView::contextMenuEvent(QContextMenuEvent* event) {
    int row = event->reason() == QContextMenuEvent::Mouse ? hitAt(event->pos()).row : currentRow();
    if (row < 0)
        return;
    const Message& message = m_model.at(row);
    const messaging::LocalId id = message.id;
    if (m_selection.message != id)
        m_selection = {};
    m_current = id;
    viewport()->update();
    auto* menu = new QMenu(this);
    menu->setObjectName(QStringLiteral("messageMenu"));
    menu->setAttribute(Qt::WA_DeleteOnClose);
    const bool part = m_selection.message == id && m_selection.anchor != m_selection.cursor;
    QAction* copy =
        menu->addAction(part ? tr("Copy selection") : tr("Copy text"), this, [this] { copySelection(); });
    copy->setShortcut(QKeySequence::Copy);
    copy->setEnabled(!textToCopy().isEmpty());
    if (message.status == messaging::MessageStatus::Failed)
        menu->addAction(tr("Retry"), this, [this, id] { Q_EMIT retryRequested(id); });
    const QPoint keyboardPlace = viewport()->mapToGlobal(rectOf(row).center().toPoint());
    menu->popup(event->reason() == QContextMenuEvent::Mouse ? event->globalPos() : keyboardPlace);
}

void TimelineView::focusInEvent(QFocusEvent* event) {
    QAbstractScrollArea::focusInEvent(event);
    const bool byKeyboard =
        event->reason() == Qt::TabFocusReason || event->reason() == Qt::BacktabFocusReason;
    if (byKeyboard && m_current == 0 && !m_geometry.visible().isEmpty())
        setCurrentRow(m_geometry.visible().last().row);
}

QString TimelineView::toolTipAt(const Hit& hit) {
    if (hit.row < 0)
        return {};
    const TimelineRowLayout& layout = layoutOf(hit.row);
    const Message& message = m_model.at(hit.row);
    if (layout.retry.contains(hit.point))
        return withShortcut(tr("Retry"), QKeySequence(Qt::Key_Return));
    if (layout.status.adjusted(-4, -4, 4, 4).contains(hit.point))
        return statusText(message.status);
    if (layout.time.contains(hit.point))
        return fullTimeText(message.timestampMs);
    return {};
}

bool TimelineView::viewportEvent(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        QToolTip::showText(help->globalPos(), toolTipAt(hitAt(help->pos())), viewport());
        return true;
    }
    if (event->type() == QEvent::WindowActivate)
        reportSeen();
    if (event->type() == QEvent::Leave && m_hoveredRetry != 0) {
        m_hoveredRetry = 0;
        viewport()->update();
    }
    return QAbstractScrollArea::viewportEvent(event);
}

QString TimelineView::accessibleTextOf(int row) const {
    const Message& message = m_model.at(row);
    const QString standIn = standInText(message);
    QStringList parts;
    parts << (message.outgoing ? tr("You") : isolated(personName(message.sender)));
    parts << clockText(message.timestampMs);
    if (message.quote)
        parts << tr("in reply to: %1").arg(isolated(singleLine(message.quote->text)));
    parts << (standIn.isEmpty() ? message.text : standIn);
    if (message.edited && !message.deleted)
        parts << tr("edited");
    if (message.status == messaging::MessageStatus::Failed)
        parts << failureText(message.failure.value_or(base::Reason::Internal));
    else if (const QString status = statusText(message.status); !status.isEmpty())
        parts << status;
    return parts.join(QStringLiteral(", "));
}

} // namespace recado::ui
