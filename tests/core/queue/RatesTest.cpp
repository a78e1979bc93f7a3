#include "queue/Backoff.h"
#include "queue/TokenBucket.h"
#include "support/FakeClock.h"
#include "support/Suite.h"

#include <QTest>

namespace recado::tests {

using queue::Backoff;
using queue::TokenBucket;

class RatesTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void longestWaitsGrowToTheCap();
    void shortestWaitsStayAtTheBase();
    void waitsAreDrawnFromTheWholeRange();
    void resetStartsOver();
    void aCapBelowTheBaseIsTheBase();
    void systemRandomStaysWithin();
    void bucketAllowsABurstThenARate();
    void bucketNeverHoldsMoreThanItsCapacity();
    void bucketRefusalTakesNothing();
    void bucketTellsHowLongToWait_data();
    void bucketTellsHowLongToWait();
    void wallClockDoesNotFillTheBucket();
};

void RatesTest::longestWaitsGrowToTheCap() {
    Backoff backoff({250, 30'000}, [](qint64, qint64 high) { return high; });
    for (const qint64 expected : {750, 2'250, 6'750, 20'250, 30'000, 30'000})
        QCOMPARE(backoff.nextMs(), expected);
}

void RatesTest::shortestWaitsStayAtTheBase() {
    Backoff backoff({250, 30'000}, [](qint64 low, qint64) { return low; });
    for (int i = 0; i < 5; ++i)
        QCOMPARE(backoff.nextMs(), 250);
}

void RatesTest::waitsAreDrawnFromTheWholeRange() {
    QVector<std::pair<qint64, qint64>> ranges;
    Backoff backoff({100, 1'000}, [&](qint64 low, qint64 high) {
        ranges.append({low, high});
        return (low + high) / 2;
    });
    for (int i = 0; i < 4; ++i)
        backoff.nextMs();
    const QVector<std::pair<qint64, qint64>> expected{{100, 300}, {100, 600}, {100, 1'000}, {100, 1'000}};
    QCOMPARE(ranges, expected);
}

void RatesTest::resetStartsOver() {
    Backoff backoff({250, 30'000}, [](qint64, qint64 high) { return high; });
    backoff.nextMs();
    backoff.nextMs();
    backoff.reset();
    QCOMPARE(backoff.nextMs(), 750);
}

void RatesTest::aCapBelowTheBaseIsTheBase() {
    Backoff backoff({250, 100}, [](qint64, qint64 high) { return high; });
    for (int i = 0; i < 3; ++i)
        QCOMPARE(backoff.nextMs(), 250);
}

void RatesTest::systemRandomStaysWithin() {
    Backoff backoff;
    bool differs = false;
    qint64 previous = -1;
    for (int i = 0; i < 200; ++i) {
        const qint64 wait = backoff.nextMs();
        QVERIFY(wait >= 250 && wait <= 30'000);
        differs = differs || (previous >= 0 && wait != previous);
        previous = wait;
    }
    QVERIFY(differs);
}

void RatesTest::bucketAllowsABurstThenARate() {
    FakeClock clock;
    TokenBucket bucket(clock, 3, 2);
    for (int i = 0; i < 3; ++i)
        QVERIFY(bucket.take());
    QVERIFY(!bucket.take());
    clock.advance(499);
    QVERIFY(!bucket.take());
    clock.advance(1);
    QVERIFY(bucket.take());
    QVERIFY(!bucket.take());
}

void RatesTest::bucketNeverHoldsMoreThanItsCapacity() {
    FakeClock clock;
    TokenBucket bucket(clock, 3, 2);
    clock.advance(3'600'000);
    QVERIFY(bucket.take(3));
    QVERIFY(!bucket.take());
    QVERIFY(!bucket.take(4));
}

void RatesTest::bucketRefusalTakesNothing() {
    FakeClock clock;
    TokenBucket bucket(clock, 5, 1);
    QVERIFY(bucket.take(3));
    QVERIFY(!bucket.take(3));
    QVERIFY(bucket.take(2));
}

void RatesTest::bucketTellsHowLongToWait_data() {
    QTest::addColumn<double>("perSecond");
    QTest::addColumn<double>("tokens");
    QTest::addColumn<qint64>("waitMs");
    QTest::newRow("there") << 1.0 << 2.0 << qint64(0);
    QTest::newRow("one missing") << 1.0 << 3.0 << qint64(1'000);
    QTest::newRow("rounded up") << 3.0 << 3.0 << qint64(334);
    QTest::newRow("beyond the capacity") << 1.0 << 6.0 << qint64(-1);
    QTest::newRow("no refill") << 0.0 << 3.0 << qint64(-1);
}

void RatesTest::bucketTellsHowLongToWait() {
    QFETCH(const double, perSecond);
    QFETCH(const double, tokens);
    QFETCH(const qint64, waitMs);
    FakeClock clock;
    TokenBucket bucket(clock, 5, perSecond);
    QVERIFY(bucket.take(3));
    QCOMPARE(bucket.waitMs(tokens), waitMs);
    if (waitMs >= 0) {
        clock.advance(waitMs);
        QVERIFY(bucket.take(tokens));
    }
}

void RatesTest::wallClockDoesNotFillTheBucket() {
    FakeClock clock;
    TokenBucket bucket(clock, 1, 1);
    QVERIFY(bucket.take());
    clock.jumpWall(3'600'000);
    QVERIFY(!bucket.take());
}

} // namespace recado::tests

RECADO_TEST(recado::tests::RatesTest)
#include "RatesTest.moc"
