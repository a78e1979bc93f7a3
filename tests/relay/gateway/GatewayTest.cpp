#include "ClientFrames.h"
#include "EchoGateway.h"
#include "RawClient.h"
#include "TestedDriver.h"
#include "support/Suite.h"

#include <QSignalSpy>
#include <QTest>
#include <QWebSocket>

#include <unistd.h>

namespace recado::tests {

using namespace std::chrono_literals;

/// A connection from its upgrade to its end, whoever ends it.
class GatewayTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase_data() { addDriverRows(); }
    void echoesWhateverTheCuts();
    void foreignClientTalksAndSaysGoodbye();
    void aStrangerSendsOnlySmallMessages();
    void foreignClientSendsTheLargestMessageButNoLarger();
    void foreignClientIsServedOnEveryThread();
    void messagesOfOneTurnArriveInOrder();
    void aHastyPingIsAnsweredBehindTheUpgrade();
    void whoFloodsAfterTheEndIsNotReadToTheEnd();
    void unmaskedFramesEndTheConnection();
    void textIsRefused();
    void sessionMayCloseBehindWhatItSent();
    void sessionMayAbort();
    void brokenConnectionsAreReported();
};

void GatewayTest::echoesWhateverTheCuts() {
    EchoGateway echo(testedConfig());
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
    relay::GatewayConfig config = testedConfig();
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
    const relay::GatewayConfig config = testedConfig();
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
    relay::GatewayConfig config = testedConfig();
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
    relay::GatewayConfig config = testedConfig();
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
    EchoGateway echo(testedConfig());
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
    EchoGateway echo(testedConfig());
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
    relay::GatewayConfig config = testedConfig();
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
    EchoGateway echo(testedConfig());
    RawClient client(echo.port());
    QVERIFY(client.upgrade());
    QVERIFY(client.write(QByteArray::fromHex("820161")));
    QCOMPARE(client.readFrame().closeCode(), 1002);
    QVERIFY(client.waitForEnd());
    QTRY_COMPARE(echo.seen().lastCode.load(), 1002);
}

void GatewayTest::textIsRefused() {
    EchoGateway echo(testedConfig());
    RawClient client(echo.port());
    QVERIFY(client.upgrade());
    QVERIFY(client.write(clientFrame(0x1, "hello", Final::Yes)));
    QCOMPARE(client.readFrame().closeCode(), 1003);
    QVERIFY(client.waitForEnd());
}

void GatewayTest::sessionMayCloseBehindWhatItSent() {
    EchoGateway echo(testedConfig());
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
    EchoGateway echo(testedConfig());
    RawClient client(echo.port());
    QVERIFY(client.upgrade());
    QVERIFY(client.write(wholeFrame("abort") + wholeFrame("not heard any more")));
    QVERIFY(client.waitForEnd());
    QTRY_COMPARE(echo.seen().lastCode.load(), int(relay::closeAbnormal));
}

void GatewayTest::brokenConnectionsAreReported() {
    EchoGateway echo(testedConfig());
    RawClient client(echo.port());
    QVERIFY(client.upgrade());
    client.reset();
    QTRY_COMPARE(echo.seen().closed.load(), 1);
    QCOMPARE(echo.seen().lastCode.load(), int(relay::closeAbnormal));
    QTRY_COMPARE(echo.counters().open.load(), 0);
}

} // namespace recado::tests

RECADO_TEST(recado::tests::GatewayTest)
#include "GatewayTest.moc"
