#include "ui/timeline/TimelineGeometry.h"

#include "support/Suite.h"

#include <QTest>

using recado::ui::TimelineGeometry;

/// Rows of known heights in a viewport of 400 pixels.
class TimelineGeometryTest final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void aShortTalkStandsAtTheBottom();
    void onlyVisibleRowsAreMeasured();
    void scrollingStopsAtBothEnds();
    void rowsComingAboveMoveNothingInView();
    void rowsGoingAboveMoveNothingInView();
    void atTheBottomNewRowsComeIntoView();
    void awayFromTheBottomNewRowsStayOut();
    void resizingKeepsTheLowerEdge();
    void theScrollBarReachesEveryPart();

private:
    void start(int rows, qreal height);
    void arrange() {
        m_geometry.arrange([this](int row) {
            ++m_measured;
            return m_heights[row];
        });
    }
    [[nodiscard]] const TimelineGeometry::VisibleRow& first() const { return m_geometry.visible().first(); }
    [[nodiscard]] const TimelineGeometry::VisibleRow& last() const { return m_geometry.visible().last(); }

    TimelineGeometry m_geometry;
    QVector<qreal> m_heights;
    int m_measured = 0;
};

void TimelineGeometryTest::init() {
    m_geometry = TimelineGeometry();
    m_measured = 0;
}

void TimelineGeometryTest::start(int rows, qreal height) {
    m_heights = QVector<qreal>(rows, height);
    m_geometry.setViewport(400);
    m_geometry.reset(rows);
    arrange();
}

void TimelineGeometryTest::aShortTalkStandsAtTheBottom() {
    start(3, 40);
    QCOMPARE(m_geometry.visible().size(), 3);
    QCOMPARE(last().top + last().height, 400.0 - 12.0);
    QVERIFY(m_geometry.atBottom());
    m_geometry.scrollBy(-500);
    arrange();
    QCOMPARE(last().top + last().height, 400.0 - 12.0);
}

void TimelineGeometryTest::onlyVisibleRowsAreMeasured() {
    start(400, 40);
    QVERIFY(m_measured <= 12);
    m_geometry.scrollToOffset(m_geometry.maximum() / 2);
    arrange();
    QVERIFY(m_measured <= 40);
    QVERIFY(first().row > 150 && first().row < 250);
}

void TimelineGeometryTest::scrollingStopsAtBothEnds() {
    start(100, 40);
    m_geometry.scrollBy(-1e6);
    arrange();
    QCOMPARE(first().row, 0);
    QCOMPARE(first().top, 12.0);
    QVERIFY(!m_geometry.atBottom());
    m_geometry.scrollBy(1e6);
    arrange();
    QCOMPARE(last().row, 99);
    QVERIFY(m_geometry.atBottom());
    QCOMPARE(last().top + last().height, 400.0 - 12.0);
}

void TimelineGeometryTest::rowsComingAboveMoveNothingInView() {
    start(100, 40);
    m_geometry.scrollBy(-1000);
    arrange();
    const int row = first().row;
    const qreal top = first().top;
    m_heights.insert(0, 80, 55);
    m_geometry.rowsInserted(0, 80);
    arrange();
    QCOMPARE(first().row, row + 80);
    QCOMPARE(first().top, top);
}

void TimelineGeometryTest::rowsGoingAboveMoveNothingInView() {
    start(100, 40);
    const int row = first().row;
    const qreal top = first().top;
    m_heights.remove(0, 50);
    m_geometry.rowsRemoved(0, 50);
    arrange();
    QCOMPARE(first().row, row - 50);
    QCOMPARE(first().top, top);
}

void TimelineGeometryTest::atTheBottomNewRowsComeIntoView() {
    start(100, 40);
    m_heights.append(90);
    m_geometry.rowsInserted(100, 1);
    arrange();
    QCOMPARE(last().row, 100);
    QVERIFY(m_geometry.atBottom());
}

void TimelineGeometryTest::awayFromTheBottomNewRowsStayOut() {
    start(100, 40);
    m_geometry.scrollBy(-300);
    arrange();
    const auto before = first();
    m_heights.append(90);
    m_geometry.rowsInserted(100, 1);
    arrange();
    QCOMPARE(first().row, before.row);
    QCOMPARE(first().top, before.top);
    QVERIFY(!m_geometry.atBottom());
}

void TimelineGeometryTest::resizingKeepsTheLowerEdge() {
    start(100, 40);
    m_geometry.scrollBy(-333);
    arrange();
    const auto before = last();
    const qreal fromBottom = 400 - before.top;
    m_geometry.setViewport(600);
    arrange();
    const auto& rows = m_geometry.visible();
    const auto same =
        std::find_if(rows.begin(), rows.end(), [&](const auto& each) { return each.row == before.row; });
    QVERIFY(same != rows.end());
    QCOMPARE(600 - same->top, fromBottom);
}

void TimelineGeometryTest::theScrollBarReachesEveryPart() {
    start(100, 40);
    for (const qreal share : {0.0, 0.25, 0.5, 0.75, 1.0}) {
        m_geometry.scrollToOffset(m_geometry.maximum() * share);
        arrange();
        QVERIFY(qAbs(m_geometry.offset() - m_geometry.maximum() * share) < 2);
    }
}

RECADO_TEST(TimelineGeometryTest)
#include "TimelineGeometryTest.moc"
