#include "relay/ops/ServiceNotifier.h"

#include "relay/gateway/Descriptor.h"
#include "support/Suite.h"

#include <QCoreApplication>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <sys/socket.h>
#include <sys/un.h>

#include <csignal>
#include <cstddef>
#include <cstring>

namespace recado::tests {

using relay::Descriptor;
using relay::ServiceNotifier;

namespace {

/// The service manager's end.
class NotifySocket {
public:
    explicit NotifySocket(const QByteArray& name)
        : m_socket(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, name.constData(), std::size_t(name.size()));
        if (name.startsWith('@'))
            address.sun_path[0] = '\0';
        m_isBound = bind(m_socket.get(), reinterpret_cast<const sockaddr*>(&address),
                         socklen_t(offsetof(sockaddr_un, sun_path)) + socklen_t(name.size())) == 0;
        const timeval patience{15, 0};
        setsockopt(m_socket.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    }
    [[nodiscard]] bool isBound() const { return m_isBound; }
    [[nodiscard]] QByteArray next() const {
        char buffer[512];
        const ssize_t got = recv(m_socket.get(), buffer, sizeof buffer, 0);
        return got < 0 ? QByteArray() : QByteArray(buffer, got);
    }

private:
    Descriptor m_socket;
    bool m_isBound = false;
};

QProcessEnvironment environmentWith(const QByteArray& name) {
    QProcessEnvironment environment;
    environment.insert(QStringLiteral("NOTIFY_SOCKET"), QString::fromLocal8Bit(name));
    return environment;
}

} // namespace

/// What systemd hears of a relay.
class ServiceNotifierTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void pathsAndAbstractNamesAreReached_data();
    void pathsAndAbstractNamesAreReached();
    void nobodyListeningIsHarmless_data();
    void nobodyListeningIsHarmless();
    void watchdogIsForTheProcessItNames();
    void relayTellsItsLife();

private:
    QTemporaryDir m_directory;
};

void ServiceNotifierTest::pathsAndAbstractNamesAreReached_data() {
    QTest::addColumn<QByteArray>("name");
    QTest::newRow("path") << QFile::encodeName(m_directory.filePath(QStringLiteral("socket")));
    QTest::newRow("abstract") << "@recado-test-" + QByteArray::number(QCoreApplication::applicationPid());
}

void ServiceNotifierTest::pathsAndAbstractNamesAreReached() {
    QFETCH(const QByteArray, name);
    const NotifySocket manager(name);
    QVERIFY(manager.isBound());
    ServiceNotifier notifier(environmentWith(name));
    notifier.ready();
    QVERIFY(manager.next().startsWith("READY=1\n"));
    notifier.alive();
    QCOMPARE(manager.next(), QByteArray("WATCHDOG=1"));
    notifier.stopping();
    QVERIFY(manager.next().startsWith("STOPPING=1\n"));
}

void ServiceNotifierTest::nobodyListeningIsHarmless_data() {
    QTest::addColumn<QByteArray>("name");
    QTest::newRow("none") << QByteArray();
    QTest::newRow("gone") << QByteArray("/no/such/socket");
    QTest::newRow("too long") << QByteArray(300, 'x');
}

void ServiceNotifierTest::nobodyListeningIsHarmless() {
    QFETCH(const QByteArray, name);
    ServiceNotifier notifier(environmentWith(name));
    notifier.ready();
    notifier.stopping();
    QCOMPARE(notifier.watchdogInterval().count(), 0);
}

void ServiceNotifierTest::watchdogIsForTheProcessItNames() {
    const auto intervalFor = [](qint64 process, const char* microseconds) {
        QProcessEnvironment environment;
        environment.insert(QStringLiteral("WATCHDOG_PID"), QString::number(process));
        environment.insert(QStringLiteral("WATCHDOG_USEC"), QString::fromLatin1(microseconds));
        return ServiceNotifier(environment).watchdogInterval().count();
    };
    const qint64 self = QCoreApplication::applicationPid();
    QCOMPARE(intervalFor(self, "30000000"), 30'000'000);
    QCOMPARE(intervalFor(self + 1, "30000000"), 0);
    QCOMPARE(intervalFor(self, "-3"), 0);
    QCOMPARE(intervalFor(self, "soon"), 0);
}

void ServiceNotifierTest::relayTellsItsLife() {
    const QByteArray name = QFile::encodeName(m_directory.filePath(QStringLiteral("relay-socket")));
    const NotifySocket manager(name);
    QVERIFY(manager.isBound());
    QProcess relay;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("NOTIFY_SOCKET"), QString::fromLocal8Bit(name));
    environment.insert(QStringLiteral("WATCHDOG_USEC"), QStringLiteral("150000"));
    relay.setProcessEnvironment(environment);
    relay.start(QStringLiteral(RECADO_PROGRAMS "/recado-relay"),
                {QStringLiteral("serve"), QStringLiteral("--listen"), QStringLiteral("127.0.0.1:0"),
                 QStringLiteral("--data"), m_directory.filePath(QStringLiteral("data"))});
    QVERIFY(manager.next().startsWith("READY=1\n"));
    QCOMPARE(manager.next(), QByteArray("WATCHDOG=1"));
    QCOMPARE(manager.next(), QByteArray("WATCHDOG=1"));
    ::kill(pid_t(relay.processId()), SIGTERM);
    QByteArray last = manager.next();
    while (last == "WATCHDOG=1")
        last = manager.next();
    QVERIFY(last.startsWith("STOPPING=1\n"));
    QVERIFY(relay.waitForFinished(15'000));
    QCOMPARE(relay.exitCode(), 0);
}

} // namespace recado::tests

RECADO_TEST(recado::tests::ServiceNotifierTest)
#include "ServiceNotifierTest.moc"
