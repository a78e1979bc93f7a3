#include "base/CrashPoint.h"

#include "support/Suite.h"

#include <QTest>

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

namespace recado::tests {

class CrashPointTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void diesWhereItWasTold_data();
    void diesWhereItWasTold();
};

void CrashPointTest::diesWhereItWasTold_data() {
    QTest::addColumn<QByteArray>("setting");
    QTest::addColumn<int>("survived"); // passes before death; all of them when it lives
    QTest::newRow("unset") << QByteArray() << 5;
    QTest::newRow("first") << QByteArray("store.commit:1") << 0;
    QTest::newRow("third") << QByteArray("store.commit:3") << 2;
    QTest::newRow("without a number") << QByteArray("store.commit") << 0;
    QTest::newRow("later than it gets") << QByteArray("store.commit:6") << 5;
    QTest::newRow("another place") << QByteArray("store.append:1") << 5;
}

void CrashPointTest::diesWhereItWasTold() {
    QFETCH(const QByteArray, setting);
    QFETCH(const int, survived);
    int pipeEnds[2];
    QCOMPARE(pipe(pipeEnds), 0);
    // A child each: the setting is read once a process.
    const pid_t child = fork();
    if (child == 0) {
        if (!setting.isEmpty())
            setenv("RECADO_CRASH_POINT", setting.constData(), 1);
        for (int pass = 0; pass < 5; ++pass) {
            base::crashPoint("store.commit");
            if (write(pipeEnds[1], "x", 1) != 1)
                _exit(1);
        }
        _exit(0);
    }
    close(pipeEnds[1]);
    int passes = 0;
    char byte = 0;
    while (read(pipeEnds[0], &byte, 1) == 1)
        ++passes;
    close(pipeEnds[0]);
    int status = 0;
    QCOMPARE(waitpid(child, &status, 0), child);
    QCOMPARE(passes, survived);
    QCOMPARE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, survived < 5);
}

} // namespace recado::tests

RECADO_TEST(recado::tests::CrashPointTest)
#include "CrashPointTest.moc"
