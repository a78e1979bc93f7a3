#include "base/Log.h"

#include "support/Suite.h"

#include <QTemporaryFile>
#include <QTest>

#include <unistd.h>

namespace recado::tests {

class LogTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void whatAPeerMadeUsLogIsOneHarmlessLine();
};

void LogTest::whatAPeerMadeUsLogIsOneHarmlessLine() {
    QTemporaryFile file;
    QVERIFY(file.open());
    const QtMessageHandler before = qInstallMessageHandler(nullptr);
    const int terminal = dup(STDERR_FILENO);
    dup2(file.handle(), STDERR_FILENO);
    base::installLogging();
    qInfo().noquote() << QStringLiteral("one\ntwo\rthree\x1b[2Jfour\u2028five\u202esix");
    dup2(terminal, STDERR_FILENO);
    close(terminal);
    qInstallMessageHandler(before);
    QVERIFY(file.seek(0));
    const QByteArray written = file.readAll();
    QVERIFY2(written.endsWith(" info default: one two three [2Jfour five six\n"), written.constData());
    QCOMPARE(written.count('\n'), 1);
}

} // namespace recado::tests

RECADO_TEST(recado::tests::LogTest)
#include "LogTest.moc"
