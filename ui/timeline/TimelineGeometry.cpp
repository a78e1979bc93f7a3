#include "ui/timeline/TimelineGeometry.h"

#include "ui/common/Metrics.h"

#include <algorithm>

namespace recado::ui {

namespace {

constexpr qreal unknownHeight = -1;
constexpr qreal firstGuess = 48;
constexpr qreal edgePadding = metric::medium;

} // namespace

void TimelineGeometry::reset(int count) {
    m_heights = QVector<qreal>(count, unknownHeight);
    m_knownSum = 0;
    m_knownCount = 0;
    m_anchorRow = 0;
    m_anchorTop = edgePadding;
    m_visible.clear();
    m_stuck = true;
}

void TimelineGeometry::rowsInserted(int first, int count) {
    const bool wasEmpty = m_heights.isEmpty();
    m_heights.insert(first, count, unknownHeight);
    if (!wasEmpty && first <= m_anchorRow)
        m_anchorRow += count;
    m_visible.clear();
}

void TimelineGeometry::rowsRemoved(int first, int count) {
    for (int row = first; row < first + count; ++row)
        rowChanged(row);
    m_heights.remove(first, count);
    if (m_anchorRow >= first + count)
        m_anchorRow -= count;
    else if (m_anchorRow >= first)
        m_anchorRow = std::max(0, first - 1);
    m_visible.clear();
}

void TimelineGeometry::rowChanged(int row) {
    if (m_heights[row] < 0)
        return;
    m_knownSum -= m_heights[row];
    --m_knownCount;
    m_heights[row] = unknownHeight;
}

void TimelineGeometry::forgetHeights() {
    m_heights.fill(unknownHeight);
    m_knownSum = 0;
    m_knownCount = 0;
}

void TimelineGeometry::setViewport(int height) {
    // The lower edge is where the eye is: while resizing, what stands there stays there.
    m_anchorTop += height - m_viewport;
    m_viewport = height;
}

void TimelineGeometry::placeRow(int row, qreal top) {
    m_anchorRow = row;
    m_anchorTop = top;
    m_stuck = false;
}

void TimelineGeometry::scrollBy(qreal distance) {
    m_anchorTop -= distance;
    m_stuck = false;
}

void TimelineGeometry::scrollToOffset(qreal offset) {
    m_stuck = false;
    qreal top = edgePadding;
    for (int row = 0; row < count(); ++row) {
        const qreal height = estimate(row);
        if (top + height > offset || row == count() - 1) {
            m_anchorRow = row;
            m_anchorTop = top - offset;
            return;
        }
        top += height;
    }
}

qreal TimelineGeometry::estimate(int row) const {
    if (m_heights[row] >= 0)
        return m_heights[row];
    return m_knownCount > 0 ? m_knownSum / m_knownCount : firstGuess;
}

qreal TimelineGeometry::estimatedTotal() const {
    const qreal unknown = m_knownCount > 0 ? m_knownSum / m_knownCount : firstGuess;
    return m_knownSum + unknown * (count() - m_knownCount) + 2 * edgePadding;
}

qreal TimelineGeometry::heightOf(int row, const Measure& measure) {
    if (m_heights[row] < 0) {
        m_heights[row] = measure(row);
        m_knownSum += m_heights[row];
        ++m_knownCount;
    }
    return m_heights[row];
}

void TimelineGeometry::anchorAtBottom(const Measure& measure) {
    m_anchorRow = count() - 1;
    m_anchorTop = m_viewport - edgePadding - heightOf(m_anchorRow, measure);
}

void TimelineGeometry::fill(const Measure& measure) {
    m_visible.clear();
    int row = m_anchorRow;
    qreal top = m_anchorTop;
    while (row > 0 && top > 0) {
        --row;
        top -= heightOf(row, measure);
    }
    while (row < count() && top < m_viewport) {
        const qreal height = heightOf(row, measure);
        if (top + height > 0 || row == count() - 1)
            m_visible.append({row, top, height});
        top += height;
        ++row;
    }
}

const QVector<TimelineGeometry::VisibleRow>& TimelineGeometry::arrange(const Measure& measure) {
    if (count() == 0 || m_viewport <= 0) {
        m_visible.clear();
        m_atBottom = true;
        return m_visible;
    }
    m_anchorRow = std::clamp(m_anchorRow, 0, count() - 1);
    if (m_stuck)
        anchorAtBottom(measure);
    fill(measure);
    const bool blankAbove = m_visible.isEmpty()
                                ? m_anchorTop >= m_viewport
                                : m_visible.first().row == 0 && m_visible.first().top > edgePadding;
    if (blankAbove) {
        m_anchorRow = 0;
        m_anchorTop = edgePadding;
        fill(measure);
    }
    const auto bottomEdge = [this] { return m_visible.last().top + m_visible.last().height; };
    // Short talks stand at the bottom, beside the composer: this rule wins over the one above.
    if (m_visible.isEmpty() ||
        (m_visible.last().row == count() - 1 && bottomEdge() < m_viewport - edgePadding)) {
        anchorAtBottom(measure);
        fill(measure);
    }
    m_anchorRow = m_visible.first().row;
    m_anchorTop = m_visible.first().top;
    m_atBottom = m_visible.last().row == count() - 1 && bottomEdge() <= m_viewport - edgePadding + 1;
    m_stuck = m_atBottom;
    return m_visible;
}

qreal TimelineGeometry::offset() const {
    if (m_visible.isEmpty())
        return 0;
    qreal above = edgePadding;
    for (int row = 0; row < m_visible.first().row; ++row)
        above += estimate(row);
    return std::clamp<qreal>(above - m_visible.first().top, 0, maximum());
}

qreal TimelineGeometry::maximum() const {
    return std::max<qreal>(0, estimatedTotal() - m_viewport);
}

} // namespace recado::ui
