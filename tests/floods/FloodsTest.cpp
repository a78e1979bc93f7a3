#include "FloodStage.h"
#include "support/Suite.h"

#include <QTest>

namespace recado::tests {

/// The short form of `./dev floods`: every flood for about a second, against real relays.
class FloodsTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase() { m_shared.reset(); }
    void floodsLeaveTheOthersAlone_data();
    void floodsLeaveTheOthersAlone();

private:
    std::unique_ptr<FloodStage> m_shared; // for all that need no options of their own
};

void FloodsTest::initTestCase() {
    int accounts = 0;
    for (const Flood& flood : allFloods())
        accounts += flood.accounts;
    // Patience that passes within the second a flood lasts here, and a mailbox that is soon full.
    m_shared = std::make_unique<FloodStage>(
        FloodStage::Form::Short,
        QStringList{QStringLiteral("--handshake-ms"), QStringLiteral("400"), QStringLiteral("--message-ms"),
                    QStringLiteral("400"), QStringLiteral("--mailbox-bytes"), QStringLiteral("1500000")},
        accounts);
    QVERIFY2(m_shared->trouble().isEmpty(), qPrintable(m_shared->trouble()));
}

void FloodsTest::floodsLeaveTheOthersAlone_data() {
    QTest::addColumn<int>("index");
    for (std::size_t index = 0; index < allFloods().size(); ++index)
        QTest::newRow(qPrintable(allFloods()[index].name)) << int(index);
}

void FloodsTest::floodsLeaveTheOthersAlone() {
    QFETCH(const int, index);
    const Flood& flood = allFloods()[std::size_t(index)];
    FloodStage* stage = m_shared.get();
    std::unique_ptr<FloodStage> own;
    if (!flood.options.isEmpty() || flood.descriptors > 0) {
        own = std::make_unique<FloodStage>(FloodStage::Form::Short, flood.options, flood.accounts,
                                           flood.descriptors);
        stage = own.get();
        QVERIFY2(stage->trouble().isEmpty(), qPrintable(stage->trouble()));
    }
    const FloodReport report = stage->run(flood);
    QVERIFY2(report.broken.isEmpty(), qPrintable(report.broken.join(QStringLiteral("; ")) +
                                                 QStringLiteral(" [") + report.fate + QLatin1Char(']')));
}

} // namespace recado::tests

RECADO_TEST(recado::tests::FloodsTest)
#include "FloodsTest.moc"
