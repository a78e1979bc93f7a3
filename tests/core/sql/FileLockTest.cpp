#include "sql/FileLock.h"

#include "support/Suite.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <optional>

namespace recado::tests {

using base::Reason;
using sql::FileLock;

class FileLockTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void secondHolderIsRefusedUntilTheFirstGoes();
    void movedLockStillHolds();
    void killedHolderLeavesNoLock();
    void fileLeftBehindMeansNothing();
    void unreachablePathIsAnError();

private:
    [[nodiscard]] QString path() const { return m_directory.filePath(QStringLiteral("lock")); }

    QTemporaryDir m_directory;
};

void FileLockTest::secondHolderIsRefusedUntilTheFirstGoes() {
    {
        const auto first = FileLock::acquire(path());
        QVERIFY(first.ok());
        QCOMPARE(FileLock::acquire(path()).error().reason, Reason::ProfileInUse);
    }
    QVERIFY(FileLock::acquire(path()).ok());
}

void FileLockTest::movedLockStillHolds() {
    auto first = FileLock::acquire(path());
    QVERIFY(first.ok());
    std::optional<FileLock> moved = *std::move(first);
    QCOMPARE(FileLock::acquire(path()).error().reason, Reason::ProfileInUse);
    moved.reset();
    QVERIFY(FileLock::acquire(path()).ok());
}

void FileLockTest::killedHolderLeavesNoLock() {
    int ready[2];
    QCOMPARE(pipe(ready), 0);
    const pid_t child = fork();
    if (child == 0) {
        const auto lock = FileLock::acquire(path());
        if (write(ready[1], lock.ok() ? "y" : "n", 1) == 1)
            pause();
        _exit(1);
    }
    char answer = 0;
    QCOMPARE(read(ready[0], &answer, 1), 1);
    QCOMPARE(answer, 'y');
    QCOMPARE(FileLock::acquire(path()).error().reason, Reason::ProfileInUse);
    kill(child, SIGKILL);
    QCOMPARE(waitpid(child, nullptr, 0), child);
    QVERIFY(FileLock::acquire(path()).ok());
    close(ready[0]);
    close(ready[1]);
}

void FileLockTest::fileLeftBehindMeansNothing() {
    QFile stale(path());
    QVERIFY(stale.open(QIODevice::WriteOnly));
    stale.write("1\n");
    stale.close();
    QVERIFY(FileLock::acquire(path()).ok());
}

void FileLockTest::unreachablePathIsAnError() {
    const QString nowhere = m_directory.filePath(QStringLiteral("absent/lock"));
    QCOMPARE(FileLock::acquire(nowhere).error().reason, Reason::IoFailed);
}

} // namespace recado::tests

RECADO_TEST(recado::tests::FileLockTest)
#include "FileLockTest.moc"
