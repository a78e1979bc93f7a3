#include "StoreTrial.h"
#include "support/Suite.h"

#include <QTest>

namespace recado::tests {

/// The short form of `recado-kills power` and `recado-kills disk`.
class DiskTrialTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void nothingAcceptedIsLostWhenThePowerIsCut_data();
    void nothingAcceptedIsLostWhenThePowerIsCut();
    void storeStopsAcceptingAndRecoversWhenTheDiskFails_data();
    void storeStopsAcceptingAndRecoversWhenTheDiskFails();
};

void DiskTrialTest::nothingAcceptedIsLostWhenThePowerIsCut_data() {
    QTest::addColumn<quint32>("seed");
    for (quint32 seed = 1; seed <= 4; ++seed)
        QTest::addRow("seed %u", seed) << seed;
}

void DiskTrialTest::nothingAcceptedIsLostWhenThePowerIsCut() {
    QFETCH(const quint32, seed);
    StoreTrial trial(seed);
    const StoreTrial::Outcome outcome = trial.cutPower(10, 3);
    QCOMPARE(outcome.violations.join(QStringLiteral("; ")), QString());
    QCOMPARE(outcome.judged, 30);
    QVERIFY(outcome.confirmed > 0);
}

void DiskTrialTest::storeStopsAcceptingAndRecoversWhenTheDiskFails_data() {
    QTest::addColumn<int>("call");
    QTest::addColumn<FaultyDisk::Error>("error");
    for (int call = 0; call < 60; call += 5) {
        QTest::addRow("full at call %d", call) << call << FaultyDisk::Error::Full;
        QTest::addRow("broken at call %d", call) << call + 2 << FaultyDisk::Error::Io;
    }
}

void DiskTrialTest::storeStopsAcceptingAndRecoversWhenTheDiskFails() {
    QFETCH(const int, call);
    QFETCH(const FaultyDisk::Error, error);
    StoreTrial trial(quint32(call + 100));
    const StoreTrial::Outcome outcome = trial.failDisk(call, error);
    QCOMPARE(outcome.violations.join(QStringLiteral("; ")), QString());
    QVERIFY(outcome.confirmed > 0);
}

} // namespace recado::tests

RECADO_TEST(recado::tests::DiskTrialTest)
#include "DiskTrialTest.moc"
