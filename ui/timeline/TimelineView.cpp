#include "ui/timeline/TimelineView.h"

#include "ui/common/Metrics.h"
#include "ui/common/TimeFormat.h"
#include "ui/timeline/NewMessagesPill.h"
#include "ui/timeline/TimelineAccessible.h"

#include <QPaintEvent>
#include <QPainter>
#include <QScrollBar>
#include <QWheelEvent>

#include <cmath>

namespace recado::ui {

using messaging::LocalId;
using messaging::Message;

namespace {

constexpr int keptLayouts = 120;
constexpr int loadAheadRows = 25;
constexpr int stickyDayMs = 1'200;
constexpr int stickyDayTop = 8;

} // namespace

TimelineView::TimelineView(TimelineModel& model, const Theme& theme, QWidget* parent)
    : QAbstractScrollArea(parent)
    , m_model(model)
    , m_theme(theme)
    , m_layouts(keptLayouts)
    , m_pill(new NewMessagesPill(theme, viewport()))
    , m_bar(new QScrollBar(Qt::Vertical, this))
    , m_today(QDate::currentDate()) {
    installTimelineAccessibility();
    setObjectName(QStringLiteral("timeline"));
    setAccessibleName(tr("Messages"));
    setFrameShape(QFrame::NoFrame);
    setFocusPolicy(Qt::StrongFocus);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_bar->setObjectName(QStringLiteral("timelineScrollBar"));
    m_bar->setCursor(Qt::ArrowCursor);
    connect(m_bar, &QScrollBar::valueChanged, this, &TimelineView::followScrollBar);
    viewport()->setMouseTracking(true);
    m_stickyDay.setSingleShot(true);
    m_stickyDay.setInterval(stickyDayMs);
    connect(&m_stickyDay, &QTimer::timeout, viewport(), qOverload<>(&QWidget::update));
    m_skeleton.setSingleShot(true);
    m_skeleton.setInterval(metric::skeletonAfterMs);
    connect(&m_skeleton, &QTimer::timeout, this, [this] {
        m_skeletonShown = !m_model.isLoaded() && !m_model.conversation().isNull();
        viewport()->update();
    });
    m_pill->hide();
    connect(m_pill, &NewMessagesPill::clicked, this, &TimelineView::scrollToEnd);
    connect(&theme, &Theme::changed, this, [this] {
        m_layouts.clear(); // link colours are part of a layout
        viewport()->update();
    });
    connectModel();
}

void TimelineView::connectModel() {
    connect(&m_model, &TimelineModel::reset, this, [this] {
        m_layouts.clear();
        m_geometry.reset(m_model.count());
        m_selection = {};
        m_current = m_seen = m_hoveredRetry = m_pressedRetry = 0;
        m_newBelow = 0;
        m_skeletonShown = false;
        m_drawnReported = false;
        m_placeUnread = m_model.firstUnread() != 0;
        if (!m_model.isLoaded())
            m_skeleton.start();
        arrange();
    });
    connect(&m_model, &TimelineModel::rowsInserted, this, [this](int first, int count) {
        m_geometry.rowsInserted(first, count);
        // The row that follows has a new neighbour: it may no longer begin a day or a group.
        if (first + count < m_model.count())
            forgetRow(first + count);
        arrange();
    });
    connect(&m_model, &TimelineModel::rowsRemoved, this, [this](int first, int count) {
        m_geometry.rowsRemoved(first, count);
        if (first == 0 && m_model.count() > 0)
            forgetRow(0);
        arrange();
    });
    connect(&m_model, &TimelineModel::rowChanged, this, [this](int row) {
        forgetRow(row);
        arrange();
    });
    connect(&m_model, &TimelineModel::readFailed, this, [this] {
        m_skeleton.stop(); // nothing is on its way any more
        m_skeletonShown = false;
        viewport()->update();
    });
    connect(&m_model, &TimelineModel::arrived, this, [this](const Message& message) {
        if (message.outgoing)
            scrollToEnd();
        else if (!isAtEnd())
            ++m_newBelow;
        placePill();
    });
}

void TimelineView::forgetRow(int row) {
    m_layouts.remove(m_model.at(row).id);
    m_geometry.rowChanged(row);
}

TimelineRowContext TimelineView::contextOf(int row) const {
    const Message& message = m_model.at(row);
    TimelineRowContext context;
    context.today = m_today;
    context.startsUnread = message.id == m_model.firstUnread();
    if (row == 0) {
        context.startsDay = !m_model.moreBefore();
    } else {
        const Message& previous = m_model.at(row - 1);
        context.startsDay = localDay(previous.timestampMs) != localDay(message.timestampMs);
        context.groupHead =
            context.startsUnread || context.startsDay || !TimelineLayout::continuesGroup(previous, message);
    }
    return context;
}

const TimelineRowLayout& TimelineView::layoutOf(int row) {
    const Message& message = m_model.at(row);
    const TimelineRowContext context = contextOf(row);
    const int width = viewport()->width();
    if (const CachedRow* cached = m_layouts.object(message.id);
        cached && cached->width == width && cached->context == context)
        return cached->layout;
    auto made = std::make_unique<CachedRow>();
    *made = {width, context, TimelineLayout(m_theme, width).layOut(message, context)};
    const TimelineRowLayout& layout = made->layout;
    m_layouts.insert(message.id, made.release());
    return layout;
}

bool TimelineView::isAtEnd() const {
    return m_geometry.atBottom() && !m_model.moreAfter();
}

QRectF TimelineView::rectOf(int row) const {
    for (const auto& visible : m_geometry.visible()) {
        if (visible.row == row)
            return {0, visible.top, qreal(viewport()->width()), visible.height};
    }
    return {};
}

void TimelineView::arrange() {
    const TimelineGeometry::Measure measure = [this](int row) { return layoutOf(row).height; };
    if (m_placeUnread && m_model.isLoaded())
        openAtUnread();
    m_geometry.arrange(measure);
    // With newer messages outside the window its end is no place to stay at.
    if (m_model.moreAfter())
        m_geometry.unstick();
    if (isAtEnd())
        m_newBelow = 0;
    syncScrollBar();
    placePill();
    requestPages();
    reportSeen();
    viewport()->update();
}

void TimelineView::openAtUnread() {
    m_placeUnread = false;
    // The divider a quarter down: some context above, the news below. Short news end up at the bottom.
    if (const int row = m_model.rowOf(m_model.firstUnread()); row >= 0)
        m_geometry.placeRow(row, viewport()->height() / 4.0);
}

void TimelineView::syncScrollBar() {
    m_syncing = true;
    m_bar->setPageStep(viewport()->height());
    m_bar->setSingleStep(metric::hitArea);
    m_bar->setRange(0, int(std::ceil(m_geometry.maximum())));
    m_bar->setValue(m_geometry.atBottom() ? m_bar->maximum() : int(m_geometry.offset()));
    m_bar->setVisible(m_bar->maximum() > 0);
    m_syncing = false;
}

void TimelineView::requestPages() {
    const auto& visible = m_geometry.visible();
    if (visible.isEmpty())
        return;
    if (visible.first().row < loadAheadRows)
        m_model.loadBefore();
    if (visible.last().row >= m_model.count() - loadAheadRows)
        m_model.loadAfter();
}

void TimelineView::reportSeen() {
    if (!isActiveWindow() || !isVisible())
        return;
    const auto& visible = m_geometry.visible();
    for (auto it = visible.rbegin(); it != visible.rend(); ++it) {
        const Message& message = m_model.at(it->row);
        const bool inView = it->top + it->height <= viewport()->height() + metric::medium;
        if (message.outgoing || !inView)
            continue;
        if (message.id != m_seen && message.status == messaging::MessageStatus::Received) {
            m_seen = message.id;
            Q_EMIT seen(message.id);
        }
        return;
    }
}

void TimelineView::reportSeenAgain() {
    m_seen = 0;
    reportSeen();
}

void TimelineView::placePill() {
    const bool away =
        !isAtEnd() &&
        (m_newBelow > 0 || m_geometry.distanceToBottom() > viewport()->height() / 2.0 || m_model.moreAfter());
    m_pill->setVisible(away && m_model.isLoaded());
    if (m_pill->isHidden())
        return;
    m_pill->setCount(m_newBelow);
    m_pill->resize(m_pill->sizeHint());
    m_pill->move(viewport()->width() - m_pill->width() - metric::large,
                 viewport()->height() - m_pill->height() - metric::medium);
}

void TimelineView::scrollToEnd() {
    if (m_model.moreAfter()) {
        m_model.loadNewest();
        return;
    }
    m_geometry.stickToBottom();
    arrange();
}

void TimelineView::scrollBy(qreal distance) {
    m_geometry.scrollBy(distance);
    m_stickyDay.start();
    arrange();
}

void TimelineView::followScrollBar(int value) {
    if (m_syncing)
        return;
    if (value == m_bar->maximum())
        m_geometry.stickToBottom();
    else
        m_geometry.scrollToOffset(value);
    m_stickyDay.start();
    arrange();
}

void TimelineView::wheelEvent(QWheelEvent* event) {
    const QPoint pixels = event->pixelDelta();
    // A notch is 120 units; three lines a notch are what desktops do.
    const qreal distance = pixels.isNull() ? event->angleDelta().y() * 0.75 : pixels.y();
    if (distance != 0)
        scrollBy(-distance);
    event->accept();
}

void TimelineView::resizeEvent(QResizeEvent* event) {
    if (event->size().width() != event->oldSize().width())
        m_geometry.forgetHeights();
    m_geometry.setViewport(viewport()->height());
    const int thickness = m_bar->sizeHint().width();
    m_bar->setGeometry(width() - thickness, 0, thickness, height());
    arrange();
}

void TimelineView::paintEvent(QPaintEvent* event) {
    QPainter painter(viewport());
    painter.fillRect(event->rect(), m_theme.colors().window);
    painter.setRenderHints(QPainter::Antialiasing | QPainter::TextAntialiasing |
                           QPainter::SmoothPixmapTransform);
    if (const QDate today = QDate::currentDate(); today != m_today) {
        m_today = today;
        m_geometry.forgetHeights();
        arrange();
    }
    for (const auto& visible : m_geometry.visible()) {
        const QRectF rect(0, visible.top, viewport()->width(), visible.height);
        if (!rect.intersects(event->rect().adjusted(0, -metric::unit, 0, metric::unit)))
            continue;
        painter.save();
        painter.translate(0, visible.top);
        const QRectF clip = QRectF(event->rect()).translated(0, -visible.top);
        paintTimelineRow(painter, layoutOf(visible.row), m_model.at(visible.row), stateOf(visible.row), clip,
                         m_theme);
        painter.restore();
    }
    paintStickyDay(painter);
    if (m_skeletonShown)
        paintSkeleton(painter);
    if (!m_drawnReported && m_model.isLoaded()) {
        m_drawnReported = true;
        QMetaObject::invokeMethod(this, &TimelineView::drawn, Qt::QueuedConnection);
    }
}

void TimelineView::paintStickyDay(QPainter& painter) {
    const auto& visible = m_geometry.visible();
    if (!m_stickyDay.isActive() || visible.isEmpty() || m_geometry.maximum() <= 0)
        return;
    const QString text = dayText(localDay(m_model.at(visible.first().row).timestampMs), m_today);
    const QFontMetricsF metrics(m_theme.font(TextStyle::Caption));
    const qreal width = metrics.horizontalAdvance(text) + 2 * metric::medium;
    const qreal height = qMax<qreal>(24, metrics.height() + 6);
    const QRectF plate((viewport()->width() - width) / 2, stickyDayTop, width, height);
    for (const auto& row : visible) {
        // The real separator takes over where it passes.
        const QRectF day = layoutOf(row.row).day.translated(0, row.top);
        if (!day.isEmpty() && day.intersects(plate.adjusted(-9999, -metric::unit, 9999, metric::unit)))
            return;
        if (row.top > plate.bottom())
            break;
    }
    paintDayPlate(painter, plate, text, m_theme);
}

void TimelineView::paintSkeleton(QPainter& painter) {
    painter.setPen(Qt::NoPen);
    painter.setBrush(m_theme.colors().hover);
    const TimelineLayout layout(m_theme, viewport()->width());
    qreal bottom = viewport()->height() - metric::huge;
    for (int i = 0; i < 5 && bottom > 0; ++i) {
        const qreal width = layout.bubbleLimit() * (i % 2 == 0 ? 0.8 : 0.55);
        const qreal left = i % 3 == 1 ? viewport()->width() - width - metric::large : metric::large;
        painter.drawRoundedRect(QRectF(left, bottom - metric::listAvatar, width, metric::listAvatar),
                                metric::radiusBubble, metric::radiusBubble);
        bottom -= metric::listAvatar + metric::medium;
    }
}

TimelineRowState TimelineView::stateOf(int row) const {
    const LocalId id = m_model.at(row).id;
    TimelineRowState state;
    state.current = hasFocus() && id == m_current;
    state.retryHovered = id == m_hoveredRetry;
    if (id == m_selection.message) {
        state.selectionStart = qMin(m_selection.anchor, m_selection.cursor);
        state.selectionLength = std::abs(m_selection.anchor - m_selection.cursor);
    }
    return state;
}

} // namespace recado::ui
