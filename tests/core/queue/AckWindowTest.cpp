#include "queue/AckWindow.h"

#include "support/Suite.h"

#include <QTest>

#include <limits>
#include <random>
#include <set>

namespace recado::tests {

using queue::AckWindow;
using Numbers = QVector<quint64>;

class AckWindowTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void knowsWhatItMarked_data();
    void knowsWhatItMarked();
    void markTellsNewFromKnown();
    void oldNumbersCountAsSeenAndChangeNothing();
    void bitsStandForDistances();
    void serialisedFormRoundTrips();
    void malformedBitsAreRefused();
    void agreesWithASimpleSet();
};

void AckWindowTest::knowsWhatItMarked_data() {
    QTest::addColumn<Numbers>("marked");
    QTest::addColumn<Numbers>("seen");
    QTest::addColumn<Numbers>("unseen");
    const quint64 last = std::numeric_limits<quint64>::max();
    QTest::newRow("nothing") << Numbers{} << Numbers{0} << Numbers{1, 2, 1024, last};
    QTest::newRow("one") << Numbers{1} << Numbers{0, 1} << Numbers{2, 1025};
    QTest::newRow("gap") << Numbers{1, 3} << Numbers{1, 3} << Numbers{2, 4};
    QTest::newRow("backwards") << Numbers{10, 5} << Numbers{5, 10} << Numbers{4, 6, 9, 11};
    QTest::newRow("edge of the window") << Numbers{1024} << Numbers{1024, 0} << Numbers{1, 1023, 1025};
    QTest::newRow("first leaves the window") << Numbers{1025} << Numbers{1, 1025} << Numbers{2, 1024};
    QTest::newRow("word boundaries") << Numbers{1, 64, 65, 128, 129} << Numbers{1, 64, 65, 128, 129}
                                     << Numbers{2, 63, 66, 127, 130};
    QTest::newRow("jump within") << Numbers{1, 1024} << Numbers{1, 1024} << Numbers{2, 1023};
    QTest::newRow("jump beyond") << Numbers{1, 2, 5000} << Numbers{1, 2, 3976, 5000} << Numbers{3977, 4999};
    QTest::newRow("end of numbers") << Numbers{last - 1, last} << Numbers{last - 1, last, 1}
                                    << Numbers{last - 2, last - 1023};
}

void AckWindowTest::knowsWhatItMarked() {
    QFETCH(const Numbers, marked);
    QFETCH(const Numbers, seen);
    QFETCH(const Numbers, unseen);
    AckWindow window;
    for (const quint64 number : marked)
        QVERIFY(window.mark(number));
    for (const quint64 number : seen)
        QVERIFY2(window.seen(number), qPrintable(QString::number(number)));
    for (const quint64 number : unseen)
        QVERIFY2(!window.seen(number), qPrintable(QString::number(number)));
}

void AckWindowTest::markTellsNewFromKnown() {
    AckWindow window;
    QVERIFY(window.mark(5));
    QVERIFY(!window.mark(5));
    QVERIFY(window.mark(4));
    QVERIFY(!window.mark(4));
    QVERIFY(!window.mark(0));
    QCOMPARE(window.highest(), quint64(5));
}

void AckWindowTest::oldNumbersCountAsSeenAndChangeNothing() {
    AckWindow window;
    window.mark(5000);
    const AckWindow before = window;
    QVERIFY(!window.mark(5000 - 1024));
    QVERIFY(window == before);
    QVERIFY(window.mark(5000 - 1023));
}

void AckWindowTest::bitsStandForDistances() {
    AckWindow window;
    window.mark(1000);
    window.mark(999);
    window.mark(991);
    const QByteArray bits = window.bits();
    QCOMPARE(bits.size(), 128);
    QCOMPARE(bits.left(2), QByteArray::fromHex("0302"));
    QCOMPARE(bits.mid(2), QByteArray(126, '\0'));
}

void AckWindowTest::serialisedFormRoundTrips() {
    AckWindow window;
    for (const quint64 number : {1, 2, 70, 500, 1300, 1301})
        window.mark(number);
    const auto restored = AckWindow::fromBits(window.highest(), window.bits());
    QVERIFY(restored.has_value());
    QVERIFY(*restored == window);
    QVERIFY(AckWindow::fromBits(0, {}) == AckWindow());
}

void AckWindowTest::malformedBitsAreRefused() {
    for (const int size : {1, 127, 129})
        QVERIFY(!AckWindow::fromBits(5, QByteArray(size, '\0')));
    QVERIFY(!AckWindow::fromBits(5, {}));
}

void AckWindowTest::agreesWithASimpleSet() {
    std::mt19937_64 random(20240607);
    AckWindow window;
    std::set<quint64> marked;
    quint64 highest = 0;
    for (int i = 0; i < 20'000; ++i) {
        const quint64 low = highest > 1500 ? highest - 1500 : 1;
        const quint64 number = low + random() % (highest - low + 40 + 1);
        const bool tooOld = highest >= 1024 && number <= highest - 1024;
        const bool expectedNew = !tooOld && !marked.contains(number);
        QCOMPARE(window.mark(number), expectedNew);
        marked.insert(number);
        highest = std::max(highest, number);
        QCOMPARE(window.highest(), highest);
    }
}

} // namespace recado::tests

RECADO_TEST(recado::tests::AckWindowTest)
#include "AckWindowTest.moc"
