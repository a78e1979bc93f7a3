#pragma once

#include "ui/common/Theme.h"
#include "ui/timeline/TimelineGeometry.h"
#include "ui/timeline/TimelineLayout.h"
#include "ui/timeline/TimelineModel.h"
#include "ui/timeline/TimelinePainter.h"

#include <QAbstractScrollArea>
#include <QCache>
#include <QTimer>

class QScrollBar;

namespace recado::ui {

class NewMessagesPill;

/// Paints the rows of a TimelineModel that are in view, and those only. Scrolling near an end asks the model
/// for more. Everything works by mouse and by keyboard; QAccessible sees every row as a child
/// (TimelineAccessible).
class TimelineView final : public QAbstractScrollArea {
    Q_OBJECT
public:
    TimelineView(TimelineModel& model, const Theme& theme, QWidget* parent = nullptr);

    [[nodiscard]] TimelineModel& model() const { return m_model; }
    /// The layout of a row at the current width, from the cache or made now.
    const TimelineRowLayout& layoutOf(int row);
    [[nodiscard]] const TimelineGeometry& geometryOfRows() const { return m_geometry; }
    /// Of a row, in the viewport; empty when it is not in view.
    [[nodiscard]] QRectF rectOf(int row) const;
    /// How many layouts are kept.
    [[nodiscard]] int cachedLayouts() const { return int(m_layouts.size()); }
    /// Whether the newest message is in view.
    [[nodiscard]] bool isAtEnd() const;

    /// The row the keyboard is on, -1 without one.
    [[nodiscard]] int currentRow() const;
    void setCurrentRow(int row);
    /// The selected part of a message, or the whole text of the current one.
    [[nodiscard]] QString textToCopy() const;
    /// What a screen reader says for a row.
    [[nodiscard]] QString accessibleTextOf(int row) const;

public Q_SLOTS:
    void scrollToEnd();
    /// Reports what is in view once more, e.g. when reading has begun to count.
    void reportSeenAgain();

Q_SIGNALS:
    /// An incoming message and all before it have been in view.
    void seen(recado::messaging::LocalId message);
    void retryRequested(recado::messaging::LocalId message);
    /// A link was clicked; its scheme is http or https.
    void linkActivated(const QUrl& url);
    /// The rows of the model, or that there are none, have been drawn; after every reset once.
    void drawn();

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    bool viewportEvent(QEvent* event) override;

private:
    struct CachedRow {
        int width = 0;
        TimelineRowContext context;
        TimelineRowLayout layout;
    };
    struct Selection {
        messaging::LocalId message = 0;
        int anchor = 0;
        int cursor = 0;
    };
    struct Hit {
        int row = -1;
        QPointF point; // in the row's coordinates
    };

    void connectModel();
    void arrange();
    void syncScrollBar();
    void followScrollBar(int value);
    void requestPages();
    void reportSeen();
    void placePill();
    void openAtUnread();
    void scrollBy(qreal distance);
    void ensureVisible(int row);
    void forgetRow(int row);
    [[nodiscard]] TimelineRowContext contextOf(int row) const;
    [[nodiscard]] TimelineRowState stateOf(int row) const;
    [[nodiscard]] Hit hitAt(const QPointF& position) const;
    [[nodiscard]] QString toolTipAt(const Hit& hit);
    void paintStickyDay(QPainter& painter);
    void paintSkeleton(QPainter& painter);
    void selectWord(const Hit& hit);
    void copySelection() const;

    TimelineModel& m_model;
    const Theme& m_theme;
    TimelineGeometry m_geometry;
    QCache<messaging::LocalId, CachedRow> m_layouts;
    NewMessagesPill* m_pill;
    /// Lies over the margin instead of taking room: no line breaks anew when it comes or goes.
    QScrollBar* m_bar;
    QTimer m_stickyDay;
    QTimer m_skeleton;
    Selection m_selection;
    QString m_pressedLink;
    QDate m_today;
    messaging::LocalId m_current = 0;
    messaging::LocalId m_seen = 0;
    messaging::LocalId m_hoveredRetry = 0;
    messaging::LocalId m_pressedRetry = 0;
    int m_newBelow = 0;
    bool m_syncing = false;
    bool m_drawnReported = false;
    bool m_placeUnread = false;
    bool m_skeletonShown = false;
};

} // namespace recado::ui
