#include "ClientFrames.h"
#include "EchoGateway.h"
#include "RawClient.h"
#include "TestedDriver.h"
#include "support/Suite.h"

#include <QTest>

#include <sys/resource.h>

namespace recado::tests {

using namespace std::chrono_literals;

namespace {

#ifdef __SANITIZE_ADDRESS__
constexpr qint64 tolerableGrowthKiB = 300 * 1'024; // the sanitizer keeps what was freed for a while
#else
constexpr qint64 tolerableGrowthKiB = 16 * 1'024;
#endif

qint64 residentKiB() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

} // namespace

/// Who is slow, silent, noisy or does not read: how long, and what it may cost.
class GatewayPatienceTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase_data() { addDriverRows(); }
    void halfOpenHandshakesEndInTime();
    void silenceAfterTheUpgradeEndsInTime();
    void trickledMessageEndsInTime();
    void authenticatedSilenceIsPingedAndThenEnds();
    void pingsKeepAConnectionAlive();
    void pingFloodIsRationed();
    void unreadPongsDoNotPileUp();
    void stalledReaderIsAborted();
    void overflowingQueueIsAborted();
    void aMessageMayBeLargerThanTheQueue();
    void handlerHearsWhenTheQueueHasDrained();
};

void GatewayPatienceTest::halfOpenHandshakesEndInTime() {
    relay::GatewayConfig config = testedConfig();
    config.handshakeDeadline = 200ms;
    EchoGateway echo(config);
    RawClient silent(echo.port());
    RawClient half(echo.port());
    QVERIFY(half.write("GET /v1/socket HTTP/1.1\r\n"));
    QVERIFY(silent.waitForEnd(2'000));
    QVERIFY(half.waitForEnd(2'000));
    QTRY_COMPARE(echo.counters().timedOut.load(), quint64(2));
    QTRY_COMPARE(echo.counters().open.load(), 0);
}

void GatewayPatienceTest::silenceAfterTheUpgradeEndsInTime() {
    relay::GatewayConfig config = testedConfig();
    config.authenticationDeadline = 200ms;
    EchoGateway echo(config);
    RawClient silent(echo.port());
    RawClient talkative(echo.port());
    QVERIFY(silent.upgrade());
    QVERIFY(talkative.upgrade());
    QVERIFY(talkative.write(wholeFrame("authenticate")));
    QCOMPARE(silent.readCloseCode(2'000), 1008);
    QVERIFY(silent.waitForEnd(3'000));
    QVERIFY(talkative.write(wholeFrame("still here")));
    QCOMPARE(talkative.readFrame().payload, QByteArray("still here"));
}

void GatewayPatienceTest::trickledMessageEndsInTime() {
    relay::GatewayConfig config = testedConfig();
    config.messageDeadline = 300ms;
    EchoGateway echo(config);
    RawClient client(echo.port());
    QVERIFY(client.upgrade());
    const QByteArray frame = wholeFrame(QByteArray(10'000, 't'));
    int sent = 0;
    // A byte every few milliseconds would take minutes; every one of them arrives in good time.
    while (sent < 2'000 && !QTest::qWaitFor([&] { return echo.seen().closed > 0; }, 5))
        client.write(frame.sliced(sent++, 1));
    QCOMPARE(echo.seen().closed.load(), 1);
    QCOMPARE(echo.seen().lastCode.load(), 1008);
    QCOMPARE(client.readCloseCode(2'000), 1008);
}

void GatewayPatienceTest::authenticatedSilenceIsPingedAndThenEnds() {
    relay::GatewayConfig config = testedConfig();
    config.pingInterval = 100ms;
    config.idleLimit = 400ms;
    EchoGateway echo(config);
    RawClient client(echo.port());
    QVERIFY(client.upgrade());
    QVERIFY(client.write(wholeFrame("authenticate")));
    QCOMPARE(client.readFrame(2'000).opcode, pingFrame);
    QVERIFY(client.waitForEnd(2'000));
    QTRY_COMPARE(echo.seen().lastCode.load(), int(relay::closeAbnormal));
    QCOMPARE(echo.counters().timedOut.load(), quint64(1));
}

void GatewayPatienceTest::pingsKeepAConnectionAlive() {
    relay::GatewayConfig config = testedConfig();
    config.pingInterval = 50ms;
    config.idleLimit = 300ms;
    EchoGateway echo(config);
    RawClient client(echo.port());
    QVERIFY(client.upgrade());
    QVERIFY(client.write(wholeFrame("authenticate")));
    QElapsedTimer timer;
    timer.start();
    while (timer.elapsed() < 1'000) {
        QCOMPARE(client.readFrame(1'000).opcode, pingFrame);
        QVERIFY(client.write(clientFrame(pongFrame, "", Final::Yes)));
    }
    QCOMPARE(echo.seen().closed.load(), 0);
}

void GatewayPatienceTest::pingFloodIsRationed() {
    EchoGateway echo(testedConfig());
    RawClient client(echo.port());
    QVERIFY(client.upgrade());
    QVERIFY(client.write(clientFrame(pingFrame, "p", Final::Yes).repeated(1'000)));
    QCOMPARE(client.readCloseCode(), 1008);
    QTRY_COMPARE(echo.counters().violations.load(), quint64(1));
}

void GatewayPatienceTest::unreadPongsDoNotPileUp() {
    relay::GatewayConfig config = testedConfig();
    config.idleFramesPerSecond = 100'000'000; // only the queue's own bounds are left
    EchoGateway echo(config);
    RawClient client(echo.port());
    QVERIFY(client.upgrade());
    QVERIFY(client.write(wholeFrame("authenticate")));
    const qint64 before = residentKiB();
    constexpr int rounds = 100;
    constexpr int pingsARound = 5'000;
    const QByteArray flood = clientFrame(pingFrame, QByteArray(125, 'p'), Final::Yes).repeated(pingsARound);
    for (int round = 0; round < rounds; ++round)
        QVERIFY(client.write(flood)); // without ever reading
    QVERIFY(client.write(wholeFrame("close 4000")));
    QTRY_COMPARE(echo.seen().closed.load(), 1);
    QCOMPARE(echo.seen().lastCode.load(), 4000);
    QVERIFY(residentKiB() - before < tolerableGrowthKiB);
    QVERIFY(echo.seen().mostQueued.load() < 1'024);
    int pongs = 0;
    while (client.readFrame().opcode == pongFrame)
        ++pongs;
    QVERIFY(pongs > 0);
    QVERIFY(pongs < rounds * pingsARound / 50); // answered together, turn by turn
}

void GatewayPatienceTest::stalledReaderIsAborted() {
    relay::GatewayConfig config = testedConfig();
    config.stallDeadline = 300ms;
    config.queuedBytes = 64 * 1'024 * 1'024;
    EchoGateway echo(config);
    RawClient client(echo.port());
    QVERIFY(client.upgrade());
    QVERIFY(client.write(wholeFrame("fill 32768")));
    QTRY_COMPARE(echo.seen().closed.load(), 1);
    QCOMPARE(echo.seen().lastCode.load(), int(relay::closeAbnormal));
    QCOMPARE(echo.counters().overflows.load(), quint64(1));
}

void GatewayPatienceTest::overflowingQueueIsAborted() {
    relay::GatewayConfig config = testedConfig();
    config.queuedBytes = 256 * 1'024;
    EchoGateway echo(config);
    RawClient client(echo.port());
    QVERIFY(client.upgrade());
    QVERIFY(client.write(wholeFrame("fill 300")));
    QTRY_COMPARE(echo.seen().closed.load(), 1);
    QCOMPARE(echo.counters().overflows.load(), quint64(1));
    QVERIFY(echo.seen().mostQueued <= config.queuedBytes);
}

void GatewayPatienceTest::aMessageMayBeLargerThanTheQueue() {
    relay::GatewayConfig config = testedConfig();
    config.queuedBytes = 256 * 1'024;
    config.unauthenticatedMessageBytes = config.messageBytes;
    EchoGateway echo(config);
    RawClient client(echo.port());
    QVERIFY(client.upgrade());
    const QByteArray large(config.messageBytes, 'l');
    for (int round = 0; round < 3; ++round) {
        QVERIFY(client.write(wholeFrame(large)));
        QCOMPARE(client.readFrame().payload.size(), large.size());
    }
    QCOMPARE(echo.counters().overflows.load(), quint64(0));
}

void GatewayPatienceTest::handlerHearsWhenTheQueueHasDrained() {
    EchoGateway echo(testedConfig());
    RawClient client(echo.port());
    QVERIFY(client.upgrade());
    QVERIFY(client.write(wholeFrame("fill 32")));
    for (int block = 0; block < 32; ++block)
        QCOMPARE(client.readFrame().payload.size(), 1'024);
    QVERIFY(client.write(wholeFrame("fill 512")));
    for (int block = 0; block < 512; ++block)
        QCOMPARE(client.readFrame().payload.size(), 1'024);
    QTRY_COMPARE(echo.seen().writable.load(), 1); // the small queue never was above the mark
}

} // namespace recado::tests

RECADO_TEST(recado::tests::GatewayPatienceTest)
#include "GatewayPatienceTest.moc"
