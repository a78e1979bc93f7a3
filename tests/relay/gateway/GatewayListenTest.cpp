#include "ClientFrames.h"
#include "EchoGateway.h"
#include "RawClient.h"
#include "TestedDriver.h"
#include "support/Suite.h"

#include <QSignalSpy>
#include <QTest>
#include <QWebSocket>

#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

namespace recado::tests {

using namespace std::chrono_literals;

/// The listener: plain HTTP, its limits, taken addresses, and the end of all connections.
class GatewayListenTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase_data() { addDriverRows(); }
    void httpIsAnswered_data();
    void httpIsAnswered();
    void httpAnswerReachesAPeerThatStillSends();
    void connectionsBeyondTheLimitAreRefused();
    void someDescriptorsAreLeftForTheRest();
    void lackOfDescriptorsIsRefusedWithoutSpinning();
    void secondBindFails_data();
    void secondBindFails();
    void unknownHostIsAConfigurationError();
    void stopSaysGoingAway();
    void stopDoesNotWaitForTheDeaf();
    void acceptingStopsWhileConnectionsGoOn();
};

void GatewayListenTest::httpIsAnswered_data() {
    QTest::addColumn<QByteArray>("request");
    QTest::addColumn<QByteArray>("beginning");
    QTest::addColumn<QByteArray>("end");
    const auto row = [](const char* name, const char* request, const char* beginning, const char* end) {
        QTest::newRow(name) << QByteArray(request) << QByteArray(beginning) << QByteArray(end);
    };
    row("health", "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 ", "\r\n\r\nok\n");
    row("health, old protocol", "GET /healthz HTTP/1.0\r\n\r\n", "HTTP/1.1 200 ", "\r\n\r\nok\n");
    row("head", "HEAD /healthz HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 ", "\r\n\r\n");
    row("head of the socket", "HEAD /v1/socket HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 405 ", "\r\n\r\n");
    row("elsewhere", "GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 404 ", "\n");
    row("post", "POST /healthz HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 405 ", "\n");
    row("body", "GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n", "HTTP/1.1 413 ", "\n");
    row("socket without upgrade", "GET /v1/socket HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 426 ", "\n");
    row("upgrade elsewhere", "GET /healthz HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n\r\n",
        "HTTP/1.1 404 ", "\n");
    row("nonsense", "\x16\x03\x01\r\n\r\n", "HTTP/1.1 400 ", "\n");
}

void GatewayListenTest::httpIsAnswered() {
    QFETCH(const QByteArray, request);
    QFETCH(const QByteArray, beginning);
    QFETCH(const QByteArray, end);
    EchoGateway echo(testedConfig());
    RawClient client(echo.port());
    QVERIFY(client.write(request));
    client.shutdownWriting();
    const QByteArray answer = client.read(64 * 1'024);
    QVERIFY2(answer.startsWith(beginning), answer.constData());
    QVERIFY2(answer.endsWith(end), answer.constData());
    QTRY_COMPARE(echo.counters().open.load(), 0);
    QCOMPARE(echo.seen().opened.load(), 0);
}

void GatewayListenTest::httpAnswerReachesAPeerThatStillSends() {
    EchoGateway echo(testedConfig());
    RawClient client(echo.port());
    QVERIFY(client.write("GET / HTTP/1.1\r\nX: " + QByteArray(200'000, 'x')));
    const QByteArray answer = client.read(64 * 1'024);
    QVERIFY2(answer.startsWith("HTTP/1.1 431 "), answer.constData());
}

void GatewayListenTest::connectionsBeyondTheLimitAreRefused() {
    relay::GatewayConfig config = testedConfig();
    config.connections = 2;
    EchoGateway echo(config);
    RawClient first(echo.port());
    RawClient second(echo.port());
    QVERIFY(first.upgrade());
    QVERIFY(second.upgrade());
    RawClient third(echo.port());
    QTRY_COMPARE(echo.counters().refused.load(), quint64(1));
    // Read to its end, so that no reset overtakes the answer.
    QVERIFY(third.write("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"));
    third.shutdownWriting();
    const QByteArray answer = third.read(64 * 1'024);
    QVERIFY2(answer.startsWith("HTTP/1.1 503 "), answer.constData());
    QVERIFY2(answer.endsWith("\r\n\r\nService Unavailable\n"), answer.constData());
    QCOMPARE(echo.counters().open.load(), 2);
    first.reset();
    QTRY_COMPARE(echo.counters().open.load(), 1);
    RawClient fourth(echo.port());
    QVERIFY(fourth.upgrade());
}

void GatewayListenTest::someDescriptorsAreLeftForTheRest() {
    rlimit before{};
    QCOMPARE(getrlimit(RLIMIT_NOFILE, &before), 0);
    const rlimit few{80, before.rlim_max};
    QCOMPARE(setrlimit(RLIMIT_NOFILE, &few), 0);
    EchoGateway echo(testedConfig()); // allows half of so few
    QCOMPARE(setrlimit(RLIMIT_NOFILE, &before), 0);
    QVERIFY(echo.isRunning());
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int index = 0; index < 40; ++index) {
        clients.push_back(std::make_unique<RawClient>(echo.port()));
        QVERIFY(clients.back()->upgrade());
    }
    RawClient late(echo.port());
    QVERIFY(late.read(1'024).startsWith("HTTP/1.1 503 "));
}

void GatewayListenTest::lackOfDescriptorsIsRefusedWithoutSpinning() {
    EchoGateway echo(testedConfig());
    RawClient client(echo.port());
    QVERIFY(client.upgrade());
    RawClient waiting(echo.port());
    QTRY_COMPARE(echo.counters().open.load(), 2);

    rlimit before{};
    QCOMPARE(getrlimit(RLIMIT_NOFILE, &before), 0);
    // This process can open nothing any more, except in place of what it closes.
    std::vector<std::unique_ptr<RawClient>> starved;
    const int socketBefore = socket(AF_INET, SOCK_STREAM, 0);
    ::close(socketBefore);
    const rlimit none{rlim_t(socketBefore) + 1, before.rlim_max};
    QCOMPARE(setrlimit(RLIMIT_NOFILE, &none), 0);
    starved.push_back(std::make_unique<RawClient>(echo.port())); // takes the last one
    const bool connected = starved.back()->isConnected();
    // The portable driver has no way to give up a descriptor in Qt's accept(): who comes then waits.
    const bool ended = connected && (isPortable() || starved.back()->waitForEnd(3'000));
    rusage busyBefore{};
    rusage busyAfter{};
    getrusage(RUSAGE_SELF, &busyBefore);
    QTest::qWait(300);
    getrusage(RUSAGE_SELF, &busyAfter);
    QCOMPARE(setrlimit(RLIMIT_NOFILE, &before), 0);

    QVERIFY(connected);
    QVERIFY(ended);
    const auto spentMs = (busyAfter.ru_utime.tv_sec - busyBefore.ru_utime.tv_sec) * 1'000 +
                         (busyAfter.ru_utime.tv_usec - busyBefore.ru_utime.tv_usec) / 1'000;
    QVERIFY(spentMs < 100);
    QVERIFY(isPortable() || echo.counters().refused.load() >= 1);
    QVERIFY(client.write(wholeFrame("still served")));
    QCOMPARE(client.readFrame().payload, QByteArray("still served"));
    starved.clear();
    RawClient late(echo.port());
    QVERIFY(late.upgrade());
}

void GatewayListenTest::secondBindFails_data() {
    QTest::addColumn<int>("threads");
    QTest::newRow("one thread") << 1;
    QTest::newRow("shared port") << 2;
}

void GatewayListenTest::secondBindFails() {
    QFETCH(const int, threads);
    relay::GatewayConfig config = testedConfig();
    config.threads = threads;
    EchoGateway first(config);
    config.port = first.port();
    const base::SystemClock clock;
    const auto second = relay::Gateway::create(config, clock, {}, {});
    QVERIFY(!second.ok());
    QCOMPARE(second.error().reason, base::Reason::IoFailed);
    QVERIFY(second.error().message.contains(QString::number(config.port)));
}

void GatewayListenTest::unknownHostIsAConfigurationError() {
    relay::GatewayConfig config = testedConfig();
    config.host = QStringLiteral("no such host");
    const base::SystemClock clock;
    const auto gateway = relay::Gateway::create(config, clock, {}, {});
    QVERIFY(!gateway.ok());
    QCOMPARE(gateway.error().reason, base::Reason::Configuration);
}

void GatewayListenTest::stopSaysGoingAway() {
    EchoGateway echo(testedConfig());
    QWebSocket client;
    QSignalSpy closed(&client, &QWebSocket::disconnected);
    client.open(QUrl(QStringLiteral("ws://127.0.0.1:%1/v1/socket").arg(echo.port())));
    QTRY_COMPARE(client.state(), QAbstractSocket::ConnectedState);
    RawClient plain(echo.port()); // no request yet: simply closed
    QTRY_COMPARE(echo.counters().open.load(), 2);
    QElapsedTimer timer;
    timer.start();
    echo.gateway().stop(relay::closeGoingAway, QStringLiteral("bye"), 500ms);
    QVERIFY(timer.elapsed() < 2'000);
    QCOMPARE(echo.seen().closed.load(), 1);
    QCOMPARE(echo.counters().open.load(), 0);
    QTRY_COMPARE(closed.size(), 1);
    QCOMPARE(int(client.closeCode()), 1001);
    QVERIFY(plain.waitForEnd());
}

void GatewayListenTest::stopDoesNotWaitForTheDeaf() {
    relay::GatewayConfig config = testedConfig();
    config.queuedBytes = 64 * 1'024 * 1'024;
    EchoGateway echo(config);
    RawClient client(echo.port());
    QVERIFY(client.upgrade());
    QVERIFY(client.write(wholeFrame("fill 32768")));
    QTRY_VERIFY(echo.seen().mostQueued.load() > 0);
    QElapsedTimer timer;
    timer.start();
    echo.gateway().stop(relay::closeGoingAway, QString(), 200ms);
    QVERIFY(timer.elapsed() < 1'500);
    QCOMPARE(echo.seen().closed.load(), 1);
}

void GatewayListenTest::acceptingStopsWhileConnectionsGoOn() {
    EchoGateway echo(testedConfig());
    RawClient client(echo.port());
    QVERIFY(client.upgrade());
    echo.gateway().stopAccepting();
    RawClient late(echo.port());
    QVERIFY(!late.isConnected());
    QVERIFY(client.write(wholeFrame("go on")));
    QCOMPARE(client.readFrame().payload, QByteArray("go on"));
}

} // namespace recado::tests

RECADO_TEST(recado::tests::GatewayListenTest)
#include "GatewayListenTest.moc"
