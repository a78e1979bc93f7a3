#include "support/Suite.h"

#include <QFileInfo>
#include <QProcess>
#include <QTest>

namespace recado::tests {

/// The short form of `./dev foreign`: those foreign clients that need no browser.
class ForeignTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void clientsThatAreNotOursAreServed_data();
    void clientsThatAreNotOursAreServed();
};

void ForeignTest::clientsThatAreNotOursAreServed_data() {
    QTest::addColumn<QString>("needs");
    QTest::newRow("qt") << QString();
    QTest::newRow("ws") << QStringLiteral("/usr/share/nodejs/ws/package.json");
}

void ForeignTest::clientsThatAreNotOursAreServed() {
    QFETCH(const QString, needs);
    // Node.js is a large package that nothing else here needs; the row of QWebSocket always runs.
    if (!needs.isEmpty() && !QFileInfo::exists(needs))
        QSKIP("the package node-ws is not installed; ./dev foreign installs it");
    QProcess program;
    program.setProcessChannelMode(QProcess::MergedChannels);
    program.start(QStringLiteral(RECADO_PROGRAMS "/recado-foreign"),
                  {QString::fromLatin1(QTest::currentDataTag())});
    QVERIFY2(program.waitForFinished(60'000), qPrintable(program.errorString()));
    const QByteArray table = program.readAll();
    QVERIFY2(program.exitStatus() == QProcess::NormalExit && program.exitCode() == 0, table.constData());
}

} // namespace recado::tests

RECADO_TEST(recado::tests::ForeignTest)
#include "ForeignTest.moc"
