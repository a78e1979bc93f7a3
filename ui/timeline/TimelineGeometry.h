#pragma once

#include <QVector>

#include <functional>

namespace recado::ui {

/// Which rows are visible and where, without ever asking the height of rows far away: those count with the
/// mean of the known ones. The position is an anchor row and its place in the viewport, so that rows coming
/// or going elsewhere move nothing under the eye. Plain numbers; no widget.
class TimelineGeometry {
public:
    using Measure = std::function<qreal(int row)>;

    struct VisibleRow {
        int row = 0;
        qreal top = 0; // in the viewport
        qreal height = 0;
    };

    void reset(int count);
    void rowsInserted(int first, int count);
    void rowsRemoved(int first, int count);
    /// The height of a row is no longer known.
    void rowChanged(int row);
    /// No height is known any more; the anchor stays.
    void forgetHeights();
    void setViewport(int height);

    void stickToBottom() { m_stuck = true; }
    void unstick() { m_stuck = false; }
    /// Puts the row's upper edge at `top`.
    void placeRow(int row, qreal top);
    /// Positive moves towards newer messages.
    void scrollBy(qreal distance);
    /// To a position of the scroll bar, 0 to maximum().
    void scrollToOffset(qreal offset);

    /// Places the rows again and returns the visible ones, from the top. Asks `measure` for those only.
    const QVector<VisibleRow>& arrange(const Measure& measure);
    [[nodiscard]] const QVector<VisibleRow>& visible() const { return m_visible; }

    /// Whether the last row's lower edge is in view.
    [[nodiscard]] bool atBottom() const { return m_atBottom; }
    [[nodiscard]] qreal offset() const;
    [[nodiscard]] qreal maximum() const;
    /// Distance from the viewport's lower edge to the end of what is loaded, estimated.
    [[nodiscard]] qreal distanceToBottom() const { return maximum() - offset(); }

private:
    [[nodiscard]] int count() const { return int(m_heights.size()); }
    [[nodiscard]] qreal estimate(int row) const;
    [[nodiscard]] qreal estimatedTotal() const;
    qreal heightOf(int row, const Measure& measure);
    void anchorAtBottom(const Measure& measure);
    void fill(const Measure& measure);

    QVector<qreal> m_heights; // below zero: unknown
    QVector<VisibleRow> m_visible;
    qreal m_knownSum = 0;
    int m_knownCount = 0;
    int m_viewport = 0;
    int m_anchorRow = 0;
    qreal m_anchorTop = 0;
    bool m_stuck = true;
    bool m_atBottom = true;
};

} // namespace recado::ui
