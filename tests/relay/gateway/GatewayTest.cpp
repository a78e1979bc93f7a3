#include "ClientFrames.h"
#include "EchoGateway.h"
#include "RawClient.h"
#include "support/Suite.h"

#include <QSignalSpy>
#include <QTest>
#include <QWebSocket>

#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

namespace recado::tests {

using namespace std::chrono_literals;

namespace {

constexpr int binaryFrame = 0x2;
constexpr int pingFrame = 0x9;
constexpr int pongFrame = 0xA;

QByteArray wholeFrame(const QByteArray& payload) {
    return clientFrame(binaryFrame, payload, Final::Yes);
}

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

class GatewayTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void echoesWhateverTheCuts();
    void foreignClientTalksAndSaysGoodbye();
    void aStrangerSendsOnlySmallMessages();
    void foreignClientSendsTheLargestMessageButNoLarger();
    void foreignClientIsServedOnEveryThread();
    void messagesOfOneTurnArriveInOrder();
    void aHastyPingIsAnsweredBehindTheUpgrade();
    void unmaskedFramesEndTheConnection();
    void whoFloodsAfterTheEndIsNotReadToTheEnd();
    void textIsRefused();
    void sessionMayCloseBehindWhatItSent();
    void sessionMayAbort();
    void brokenConnectionsAreReported();
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

void GatewayTest::echoesWhateverTheCuts() {
    EchoGateway echo;
    RawClient client(echo.port());
    QVERIFY(client.upgrade());
    QByteArray bytes = clientFrame(binaryFrame, "frag", Final::No);
    bytes += clientFrame(pingFrame, "between", Final::Yes);
    bytes += clientFrame(0x0, "ments", Final::Yes);
    for (const char byte : std::as_const(bytes))
        QVERIFY(client.write(QByteArray(1, byte)));
    RawClient::Frame frame = client.readFrame();
    QCOMPARE(frame.opcode, pongFrame);
    QCOMPARE(frame.payload, QByteArray("between"));
    frame = client.readFrame();
    QCOMPARE(frame.opcode, binaryFrame);
    QCOMPARE(frame.payload, QByteArray("fragments"));
    QVERIFY(client.write(clientFrame(0x8, closeBody(1000) + "bye", Final::Yes)));
    QCOMPARE(client.readFrame().closeCode(), 1000);
    QVERIFY(client.waitForEnd());
    QTRY_COMPARE(echo.seen().closed.load(), 1);
    QCOMPARE(echo.seen().lastCode.load(), 1000);
    QTRY_COMPARE(echo.counters().open.load(), 0);
}

void GatewayTest::foreignClientTalksAndSaysGoodbye() {
    relay::GatewayConfig config;
    config.unauthenticatedMessageBytes = config.messageBytes;
    EchoGateway echo(config);
    QWebSocket client;
    QSignalSpy received(&client, &QWebSocket::binaryMessageReceived);
    QSignalSpy closed(&client, &QWebSocket::disconnected);
    QSignalSpy pongs(&client, &QWebSocket::pong);
    client.open(QUrl(QStringLiteral("ws://127.0.0.1:%1/v1/socket").arg(echo.port())));
    QTRY_COMPARE(client.state(), QAbstractSocket::ConnectedState);
    for (const int size : {0, 1, 125, 126, 65'535, 65'536, 300'000})
        client.sendBinaryMessage(QByteArray(size, 'm'));
    QTRY_COMPARE(received.size(), 7);
    QCOMPARE(received.at(0).at(0).toByteArray().size(), 0);
    QCOMPARE(received.at(6).at(0).toByteArray(), QByteArray(300'000, 'm'));
    client.ping("are you there");
    QTRY_COMPARE(pongs.size(), 1);
    QCOMPARE(pongs.at(0).at(1).toByteArray(), QByteArray("are you there"));
    client.close(QWebSocketProtocol::CloseCodeGoingAway);
    QTRY_COMPARE(closed.size(), 1);
    QTRY_COMPARE(echo.seen().lastCode.load(), 1001);
}

void GatewayTest::aStrangerSendsOnlySmallMessages() {
    const relay::GatewayConfig config;
    EchoGateway echo(config);
    RawClient stranger(echo.port());
    QVERIFY(stranger.upgrade());
    const QByteArray small(config.unauthenticatedMessageBytes, 's');
    QVERIFY(stranger.write(wholeFrame(small)));
    QCOMPARE(stranger.readFrame().payload, small);
    // Refused from its declared length: nothing of it is kept.
    QVERIFY(stranger.write(wholeFrame(small + 's').first(14)));
    QCOMPARE(stranger.readCloseCode(2'000), int(relay::closeMessageTooBig));

    RawClient known(echo.port());
    QVERIFY(known.upgrade());
    QVERIFY(known.write(wholeFrame("authenticate")));
    QVERIFY(known.write(wholeFrame(small + 's')));
    QCOMPARE(known.readFrame().payload, small + 's');
}

void GatewayTest::foreignClientSendsTheLargestMessageButNoLarger() {
    relay::GatewayConfig config;
    config.unauthenticatedMessageBytes = config.messageBytes;
    EchoGateway echo(config);
    QWebSocket client;
    client.setMaxAllowedIncomingMessageSize(quint64(config.messageBytes));
    client.setOutgoingFrameSize(quint64(4 * config.messageBytes));
    QSignalSpy received(&client, &QWebSocket::binaryMessageReceived);
    QSignalSpy closed(&client, &QWebSocket::disconnected);
    client.open(QUrl(QStringLiteral("ws://127.0.0.1:%1/v1/socket").arg(echo.port())));
    QTRY_COMPARE(client.state(), QAbstractSocket::ConnectedState);
    client.sendBinaryMessage(QByteArray(config.messageBytes, 'm'));
    QTRY_COMPARE(received.size(), 1);
    QCOMPARE(received.at(0).at(0).toByteArray().size(), config.messageBytes);
    client.sendBinaryMessage(QByteArray(config.messageBytes + 1, 'm'));
    QTRY_COMPARE(closed.size(), 1);
    QCOMPARE(int(client.closeCode()), int(relay::closeMessageTooBig));
    QCOMPARE(echo.counters().violations.load(), quint64(1));
}

void GatewayTest::foreignClientIsServedOnEveryThread() {
    relay::GatewayConfig config;
    config.threads = 3;
    EchoGateway echo(config);
    QCOMPARE(echo.gateway().inboxes().size(), 3);
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int index = 0; index < 24; ++index) {
        clients.push_back(std::make_unique<RawClient>(echo.port()));
        QVERIFY(clients.back()->upgrade());
        QVERIFY(clients.back()->write(wholeFrame(QByteArray::number(index))));
        QCOMPARE(clients.back()->readFrame().payload, QByteArray::number(index));
    }
    QCOMPARE(echo.counters().open.load(), 24);
    echo.gateway().stop(relay::closeGoingAway, QString(), 0ms);
    QCOMPARE(echo.seen().closed.load(), 24);
    QCOMPARE(echo.counters().open.load(), 0);
}

void GatewayTest::messagesOfOneTurnArriveInOrder() {
    EchoGateway echo;
    RawClient client(echo.port());
    QVERIFY(client.upgrade());
    QByteArray bytes;
    for (int index = 0; index < 500; ++index)
        bytes += wholeFrame(QByteArray::number(index));
    QVERIFY(client.write(bytes));
    for (int index = 0; index < 500; ++index)
        QCOMPARE(client.readFrame().payload, QByteArray::number(index));
}

void GatewayTest::aHastyPingIsAnsweredBehindTheUpgrade() {
    EchoGateway echo;
    RawClient client(echo.port());
    QVERIFY(client.write("GET /v1/socket HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                         "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n" +
                         clientFrame(pingFrame, "early", Final::Yes)));
    const QByteArray head = client.readUntil("\r\n\r\n");
    QVERIFY2(head.startsWith("HTTP/1.1 101 "), head.constData());
    const RawClient::Frame frame = client.readFrame();
    QCOMPARE(frame.opcode, pongFrame);
    QCOMPARE(frame.payload, QByteArray("early"));
}

void GatewayTest::whoFloodsAfterTheEndIsNotReadToTheEnd() {
    relay::GatewayConfig config;
    config.closeDeadline = 60s;
    config.messageBytes = 64 * 1'024;
    EchoGateway echo(config);
    RawClient client(echo.port());
    QVERIFY(client.upgrade());
    QVERIFY(client.write(QByteArray::fromHex("820161"))); // unmasked
    const QByteArray flood(64 * 1'024, '\x89');
    int written = 0;
    while (written < 1'000 && client.write(flood))
        ++written;
    QVERIFY(written < 1'000);
    QTRY_COMPARE(echo.counters().open.load(), 0);
}

void GatewayTest::unmaskedFramesEndTheConnection() {
    EchoGateway echo;
    RawClient client(echo.port());
    QVERIFY(client.upgrade());
    QVERIFY(client.write(QByteArray::fromHex("820161")));
    QCOMPARE(client.readFrame().closeCode(), 1002);
    QVERIFY(client.waitForEnd());
    QTRY_COMPARE(echo.seen().lastCode.load(), 1002);
}

void GatewayTest::textIsRefused() {
    EchoGateway echo;
    RawClient client(echo.port());
    QVERIFY(client.upgrade());
    QVERIFY(client.write(clientFrame(0x1, "hello", Final::Yes)));
    QCOMPARE(client.readFrame().closeCode(), 1003);
    QVERIFY(client.waitForEnd());
}

void GatewayTest::sessionMayCloseBehindWhatItSent() {
    EchoGateway echo;
    RawClient client(echo.port());
    QVERIFY(client.upgrade());
    QVERIFY(client.write(wholeFrame("close 4001") + wholeFrame("not heard any more")));
    QCOMPARE(client.readFrame().payload, QByteArray("last words"));
    const RawClient::Frame farewell = client.readFrame();
    QCOMPARE(farewell.closeCode(), 4001);
    QCOMPARE(farewell.payload.sliced(2), QByteArray("as you wish"));
    QTRY_COMPARE(echo.seen().closed.load(), 1);
    QCOMPARE(echo.seen().lastCode.load(), 4001);
    QVERIFY(client.write(clientFrame(0x8, closeBody(4001), Final::Yes)));
    QCOMPARE(client.read(1), QByteArray());
    QVERIFY(client.waitForEnd());
}

void GatewayTest::sessionMayAbort() {
    EchoGateway echo;
    RawClient client(echo.port());
    QVERIFY(client.upgrade());
    QVERIFY(client.write(wholeFrame("abort") + wholeFrame("not heard any more")));
    QVERIFY(client.waitForEnd());
    QTRY_COMPARE(echo.seen().lastCode.load(), int(relay::closeAbnormal));
}

void GatewayTest::brokenConnectionsAreReported() {
    EchoGateway echo;
    RawClient client(echo.port());
    QVERIFY(client.upgrade());
    client.reset();
    QTRY_COMPARE(echo.seen().closed.load(), 1);
    QCOMPARE(echo.seen().lastCode.load(), int(relay::closeAbnormal));
    QTRY_COMPARE(echo.counters().open.load(), 0);
}

void GatewayTest::halfOpenHandshakesEndInTime() {
    relay::GatewayConfig config;
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

void GatewayTest::silenceAfterTheUpgradeEndsInTime() {
    relay::GatewayConfig config;
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

void GatewayTest::trickledMessageEndsInTime() {
    relay::GatewayConfig config;
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

void GatewayTest::authenticatedSilenceIsPingedAndThenEnds() {
    relay::GatewayConfig config;
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

void GatewayTest::pingsKeepAConnectionAlive() {
    relay::GatewayConfig config;
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

void GatewayTest::pingFloodIsRationed() {
    EchoGateway echo;
    RawClient client(echo.port());
    QVERIFY(client.upgrade());
    QVERIFY(client.write(clientFrame(pingFrame, "p", Final::Yes).repeated(1'000)));
    QCOMPARE(client.readCloseCode(), 1008);
    QTRY_COMPARE(echo.counters().violations.load(), quint64(1));
}

void GatewayTest::unreadPongsDoNotPileUp() {
    relay::GatewayConfig config;
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

void GatewayTest::stalledReaderIsAborted() {
    relay::GatewayConfig config;
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

void GatewayTest::overflowingQueueIsAborted() {
    relay::GatewayConfig config;
    config.queuedBytes = 256 * 1'024;
    EchoGateway echo(config);
    RawClient client(echo.port());
    QVERIFY(client.upgrade());
    QVERIFY(client.write(wholeFrame("fill 300")));
    QTRY_COMPARE(echo.seen().closed.load(), 1);
    QCOMPARE(echo.counters().overflows.load(), quint64(1));
    QVERIFY(echo.seen().mostQueued <= config.queuedBytes);
}

void GatewayTest::aMessageMayBeLargerThanTheQueue() {
    relay::GatewayConfig config;
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

void GatewayTest::handlerHearsWhenTheQueueHasDrained() {
    EchoGateway echo;
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

void GatewayTest::httpIsAnswered_data() {
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

void GatewayTest::httpIsAnswered() {
    QFETCH(const QByteArray, request);
    QFETCH(const QByteArray, beginning);
    QFETCH(const QByteArray, end);
    EchoGateway echo;
    RawClient client(echo.port());
    QVERIFY(client.write(request));
    client.shutdownWriting();
    const QByteArray answer = client.read(64 * 1'024);
    QVERIFY2(answer.startsWith(beginning), answer.constData());
    QVERIFY2(answer.endsWith(end), answer.constData());
    QTRY_COMPARE(echo.counters().open.load(), 0);
    QCOMPARE(echo.seen().opened.load(), 0);
}

void GatewayTest::httpAnswerReachesAPeerThatStillSends() {
    EchoGateway echo;
    RawClient client(echo.port());
    QVERIFY(client.write("GET / HTTP/1.1\r\nX: " + QByteArray(200'000, 'x')));
    const QByteArray answer = client.read(64 * 1'024);
    QVERIFY2(answer.startsWith("HTTP/1.1 431 "), answer.constData());
}

void GatewayTest::connectionsBeyondTheLimitAreRefused() {
    relay::GatewayConfig config;
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

void GatewayTest::someDescriptorsAreLeftForTheRest() {
    rlimit before{};
    QCOMPARE(getrlimit(RLIMIT_NOFILE, &before), 0);
    const rlimit few{80, before.rlim_max};
    QCOMPARE(setrlimit(RLIMIT_NOFILE, &few), 0);
    EchoGateway echo; // allows half of so few
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

void GatewayTest::lackOfDescriptorsIsRefusedWithoutSpinning() {
    EchoGateway echo;
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
    const bool ended = connected && starved.back()->waitForEnd(3'000);
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
    QVERIFY(echo.counters().refused.load() >= 1);
    QVERIFY(client.write(wholeFrame("still served")));
    QCOMPARE(client.readFrame().payload, QByteArray("still served"));
    starved.clear();
    RawClient late(echo.port());
    QVERIFY(late.upgrade());
}

void GatewayTest::secondBindFails_data() {
    QTest::addColumn<int>("threads");
    QTest::newRow("one thread") << 1;
    QTest::newRow("shared port") << 2;
}

void GatewayTest::secondBindFails() {
    QFETCH(const int, threads);
    relay::GatewayConfig config;
    config.threads = threads;
    EchoGateway first(config);
    config.port = first.port();
    const base::SystemClock clock;
    const auto second = relay::Gateway::create(config, clock, {}, {});
    QVERIFY(!second.ok());
    QCOMPARE(second.error().reason, base::Reason::IoFailed);
    QVERIFY(second.error().message.contains(QString::number(config.port)));
}

void GatewayTest::unknownHostIsAConfigurationError() {
    relay::GatewayConfig config;
    config.host = QStringLiteral("no such host");
    const base::SystemClock clock;
    const auto gateway = relay::Gateway::create(config, clock, {}, {});
    QVERIFY(!gateway.ok());
    QCOMPARE(gateway.error().reason, base::Reason::Configuration);
}

void GatewayTest::stopSaysGoingAway() {
    EchoGateway echo;
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

void GatewayTest::stopDoesNotWaitForTheDeaf() {
    relay::GatewayConfig config;
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

void GatewayTest::acceptingStopsWhileConnectionsGoOn() {
    EchoGateway echo;
    RawClient client(echo.port());
    QVERIFY(client.upgrade());
    echo.gateway().stopAccepting();
    RawClient late(echo.port());
    QVERIFY(!late.isConnected());
    QVERIFY(client.write(wholeFrame("go on")));
    QCOMPARE(client.readFrame().payload, QByteArray("go on"));
}

} // namespace recado::tests

RECADO_TEST(recado::tests::GatewayTest)
#include "GatewayTest.moc"
