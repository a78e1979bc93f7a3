#include "ClientFrames.h"
#include "EchoGateway.h"
#include "RawClient.h"
#include "TlsRawClient.h"
#include "relay/gateway/TlsIdentity.h"
#include "support/Suite.h"
#include "support/TestCertificates.h"

#include <QSignalSpy>
#include <QSslConfiguration>
#include <QTemporaryDir>
#include <QTest>
#include <QWebSocket>

namespace recado::tests {

using namespace std::chrono_literals;

/// Connections of the epoll driver through TLS: what a peer may and may not do before, in and after its
/// handshake.
class TlsGatewayTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void foreignClientTalks_data();
    void foreignClientTalks();
    void echoesWhateverTheCuts();
    void manyRecordsAtOnceArriveInOrder();
    void aHandshakeMayBreakAtEveryByte();
    void olderVersionsHearAnAlert();
    void plainHttpHearsWhatIsWrong();
    void noiseHearsAnAlert();
    void aRecordThatIsTooLargeEndsTheConnection();
    void aDamagedRecordEndsTheConnection();
    void httpIsAnsweredToAClientThatHasEnded();
    void farewellsAreSaidAndHeard();
    void newKeysAreFollowed();
    void aFloodOfNewKeysEnds();
    void aStalledReaderGoes();
    void whatIsEncryptedAheadCounts();
    void halfARecordCounts();
    void halfOpenHandshakesEndAndDisturbNobody();
    void ofTooManyHandshakesTheOldestGoes();
    void whoFindsNoRoomHearsAnAlert();
    void eachConnectionKnowsItsKey();

private:
    [[nodiscard]] relay::GatewayConfig config() const;

    QTemporaryDir m_directory;
    TestCertificate m_authority = TestCertificate::authority();
    TestCertificate m_server = m_authority.issue();
    std::shared_ptr<relay::TlsIdentity> m_identity;
};

void TlsGatewayTest::initTestCase() {
    const relay::TlsFiles files{m_directory.filePath(QStringLiteral("cert.pem")),
                                m_directory.filePath(QStringLiteral("key.pem"))};
    QVERIFY(writePrivately(files.certificate, m_server.certificatePem() + m_authority.certificatePem()));
    QVERIFY(writePrivately(files.key, m_server.keyPem()));
    auto identity = relay::TlsIdentity::create(files);
    QVERIFY2(identity.ok(), identity ? "" : qPrintable(identity.error().message));
    m_identity = *identity;
}

relay::GatewayConfig TlsGatewayTest::config() const {
    relay::GatewayConfig config;
    config.tls = m_identity;
    return config;
}

void TlsGatewayTest::foreignClientTalks_data() {
    QTest::addColumn<int>("kind");
    QTest::newRow("P-256") << int(KeyKind::P256);
    QTest::newRow("RSA") << int(KeyKind::Rsa2048);
    QTest::newRow("Ed25519") << int(KeyKind::Ed25519);
}

void TlsGatewayTest::foreignClientTalks() {
    QFETCH(int, kind);
    QTemporaryDir directory;
    const TestCertificate server = m_authority.issue(KeyKind(kind));
    const relay::TlsFiles files{directory.filePath(QStringLiteral("cert.pem")),
                                directory.filePath(QStringLiteral("key.pem"))};
    QVERIFY(writePrivately(files.certificate, server.certificatePem()));
    QVERIFY(writePrivately(files.key, server.keyPem()));
    relay::GatewayConfig wanted = config();
    wanted.tls = *relay::TlsIdentity::create(files);
    wanted.unauthenticatedMessageBytes = wanted.messageBytes;
    EchoGateway echo(wanted);
    QWebSocket client;
    QSslConfiguration trust = QSslConfiguration::defaultConfiguration();
    trust.setCaCertificates(QSslCertificate::fromData(m_authority.certificatePem()));
    client.setSslConfiguration(trust);
    QSignalSpy received(&client, &QWebSocket::binaryMessageReceived);
    QSignalSpy closed(&client, &QWebSocket::disconnected);
    client.open(QUrl(QStringLiteral("wss://localhost:%1/v1/socket").arg(echo.port())));
    QTRY_COMPARE(client.state(), QAbstractSocket::ConnectedState);
    for (const int size : {0, 1, 125, 126, 16'383, 16'384, 65'536, 300'000, 600'000})
        client.sendBinaryMessage(QByteArray(size, 'm'));
    QTRY_COMPARE(received.size(), 9);
    QCOMPARE(received.at(0).at(0).toByteArray().size(), 0);
    QCOMPARE(received.at(8).at(0).toByteArray(), QByteArray(600'000, 'm'));
    client.close(QWebSocketProtocol::CloseCodeGoingAway);
    QTRY_COMPARE(closed.size(), 1);
    QTRY_COMPARE(echo.seen().lastCode.load(), 1001);
    QTRY_COMPARE(echo.counters().open.load(), 0);
    QCOMPARE(echo.counters().tlsHandshakes.load(), quint64(1));
    QCOMPARE(echo.counters().tlsFailures.load(), quint64(0));
}

void TlsGatewayTest::echoesWhateverTheCuts() {
    EchoGateway echo(config());
    TlsRawClient client(echo.port());
    while (!client.isEstablished()) {
        for (const char byte : client.nextFlight())
            QVERIFY(client.wire().write(QByteArray(1, byte)));
        QVERIFY(client.isEstablished() || client.receive());
    }
    QByteArray bytes = client.encrypted(RawClient::upgradeRequest());
    bytes += client.encrypted(wholeFrame("first") + wholeFrame("second").first(3));
    bytes += client.encrypted(wholeFrame("second").sliced(3));
    for (const char byte : std::as_const(bytes))
        QVERIFY(client.wire().write(QByteArray(1, byte)));
    QVERIFY(client.readUntil("\r\n\r\n").startsWith("HTTP/1.1 101 "));
    QCOMPARE(client.readPayload(), QByteArray("first"));
    QCOMPARE(client.readPayload(), QByteArray("second"));
}

void TlsGatewayTest::manyRecordsAtOnceArriveInOrder() {
    EchoGateway echo(config());
    TlsRawClient client(echo.port());
    QVERIFY(client.upgrade());
    QByteArray bytes;
    for (int index = 0; index < 2'000; ++index)
        bytes += client.encrypted(wholeFrame(QByteArray::number(index)));
    QVERIFY(client.wire().write(bytes));
    for (int index = 0; index < 2'000; ++index)
        QCOMPARE(client.readPayload(), QByteArray::number(index));
}

/// Both of the client's flights, cut after every byte; the gateway serves on and keeps nothing.
void TlsGatewayTest::aHandshakeMayBreakAtEveryByte() {
    EchoGateway echo(config());
    qsizetype cuts = 0;
    for (int flight = 0; flight < 2; ++flight) {
        for (qsizetype cut = 0, size = 1; cut < size; ++cut, ++cuts) {
            TlsRawClient client(echo.port());
            QByteArray bytes = client.nextFlight();
            for (int before = 0; before < flight; ++before) {
                QVERIFY(client.wire().write(bytes));
                while ((bytes = client.nextFlight()).isEmpty())
                    QVERIFY(client.receive());
            }
            size = bytes.size();
            QVERIFY(client.wire().write(bytes.first(cut)));
        }
    }
    QVERIFY(cuts > 250);
    QTRY_COMPARE(echo.counters().open.load(), 0);
    QCOMPARE(echo.counters().tlsHandshakes.load(), quint64(0));
    QCOMPARE(echo.counters().incompleteBytes.load(), 0);
    TlsRawClient whole(echo.port());
    QVERIFY(whole.upgrade());
}

void TlsGatewayTest::olderVersionsHearAnAlert() {
    EchoGateway echo(config());
    TlsRawClient client(echo.port(), TlsRawClient::Newest::Tls12);
    QVERIFY(client.wire().write(client.nextFlight()));
    // Fatal: protocol version (RFC 8446 section 6.2).
    QCOMPARE(client.wire().read(7), QByteArray("\x15\x03\x03\x00\x02\x02\x46", 7));
    QVERIFY(client.wire().waitForEnd());
    QCOMPARE(echo.counters().tlsFailures.load(), quint64(1));
}

void TlsGatewayTest::plainHttpHearsWhatIsWrong() {
    EchoGateway echo(config());
    RawClient client(echo.port());
    QVERIFY(client.write("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    const QByteArray answer = client.read(4'096);
    QVERIFY2(answer.startsWith("HTTP/1.1 400 "), answer.constData());
    client.shutdownWriting();
    QTRY_COMPARE(echo.counters().open.load(), 0);
    QCOMPARE(echo.counters().tlsFailures.load(), quint64(1));
}

void TlsGatewayTest::noiseHearsAnAlert() {
    EchoGateway echo(config());
    RawClient client(echo.port());
    QVERIFY(client.write(QByteArray(100'000, '\0')));
    QCOMPARE(client.read(1), QByteArray("\x15"));
    client.shutdownWriting();
    QTRY_COMPARE(echo.counters().open.load(), 0);
    QCOMPARE(echo.counters().tlsFailures.load(), quint64(1));
}

void TlsGatewayTest::aRecordThatIsTooLargeEndsTheConnection() {
    EchoGateway echo(config());
    TlsRawClient client(echo.port());
    QVERIFY(client.upgrade());
    QVERIFY(client.wire().write(QByteArray("\x17\x03\x03\x42\x00", 5))); // 16,896: more than RFC 8446 allows
    QVERIFY(!client.wire().readSome().isEmpty());                        // its alert, encrypted
    client.wire().shutdownWriting();
    QTRY_COMPARE(echo.seen().lastCode.load(), int(relay::closeAbnormal));
    QTRY_COMPARE(echo.counters().open.load(), 0);
}

void TlsGatewayTest::aDamagedRecordEndsTheConnection() {
    EchoGateway echo(config());
    TlsRawClient client(echo.port());
    QVERIFY(client.upgrade());
    QByteArray record = client.encrypted(wholeFrame("damaged"));
    record.back() = char(record.back() ^ 1);
    QVERIFY(client.wire().write(record));
    QTRY_COMPARE(echo.seen().lastCode.load(), int(relay::closeAbnormal));
    QCOMPARE(echo.counters().messagesIn.load(), quint64(0));
}

/// Request and farewell in one segment: nothing but the answer is left to do.
void TlsGatewayTest::httpIsAnsweredToAClientThatHasEnded() {
    EchoGateway echo(config());
    TlsRawClient client(echo.port());
    QVERIFY(client.shakeHands());
    QByteArray bytes = client.encrypted("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
    bytes += client.farewell();
    QVERIFY(client.wire().write(bytes));
    const QByteArray answer = client.read(4'096);
    QVERIFY2(answer.startsWith("HTTP/1.1 200 ") && answer.endsWith("ok\n"), answer.constData());
    QVERIFY(client.heardFarewell());
    QTRY_COMPARE(echo.counters().open.load(), 0);
}

void TlsGatewayTest::farewellsAreSaidAndHeard() {
    EchoGateway echo(config());
    TlsRawClient closing(echo.port());
    QVERIFY(closing.upgrade());
    QVERIFY(closing.write(clientFrame(0x8, closeBody(1000), Final::Yes)));
    QVERIFY(closing.heardFarewell());
    QTRY_COMPARE(echo.seen().lastCode.load(), 1000);

    // A farewell of TLS without one of the WebSocket is the end as well, though the socket stays open.
    TlsRawClient silent(echo.port());
    QVERIFY(silent.upgrade());
    QVERIFY(silent.wire().write(silent.farewell()));
    QVERIFY(silent.heardFarewell());
    QTRY_COMPARE(echo.seen().closed.load(), 2);
    QCOMPARE(echo.seen().lastCode.load(), int(relay::closeAbnormal));
}

void TlsGatewayTest::newKeysAreFollowed() {
    EchoGateway echo(config());
    TlsRawClient client(echo.port());
    QVERIFY(client.upgrade());
    for (int round = 0; round < 20; ++round) {
        QByteArray bytes = client.keyUpdate();
        bytes += client.encrypted(wholeFrame("under new keys"));
        QVERIFY(client.wire().write(bytes));
        QCOMPARE(client.readPayload(), QByteArray("under new keys"));
    }
}

void TlsGatewayTest::aFloodOfNewKeysEnds() {
    EchoGateway echo(config());
    TlsRawClient client(echo.port());
    QVERIFY(client.upgrade());
    QByteArray flood;
    for (int round = 0; round < 200; ++round)
        flood += client.keyUpdate();
    QVERIFY(client.wire().write(flood));
    QTRY_COMPARE(echo.seen().closed.load(), 1);
    QCOMPARE(echo.counters().tlsFailures.load(), quint64(1));
}

void TlsGatewayTest::aStalledReaderGoes() {
    relay::GatewayConfig wanted = config();
    wanted.stallDeadline = 200ms;
    wanted.queuedBytes = 64 * 1'024 * 1'024;
    EchoGateway echo(wanted);
    TlsRawClient client(echo.port());
    QVERIFY(client.upgrade());
    QVERIFY(client.write(wholeFrame("fill 20000"))); // more than the system's buffers take
    QTRY_COMPARE(echo.seen().closed.load(), 1);
    QCOMPARE(echo.counters().overflows.load(), quint64(1));
    QCOMPARE(echo.counters().open.load(), 0);
}

void TlsGatewayTest::whatIsEncryptedAheadCounts() {
    relay::GatewayConfig wanted = config();
    wanted.stallDeadline = 60s;
    EchoGateway echo(wanted);
    TlsRawClient client(echo.port());
    QVERIFY(client.upgrade());
    int asked = 0;
    while (echo.seen().closed == 0 && asked < 200'000) {
        client.write(wholeFrame("fill 100"));
        asked += 100;
    }
    QTRY_COMPARE(echo.seen().closed.load(), 1);
    QCOMPARE(echo.counters().overflows.load(), quint64(1));
    QVERIFY(echo.seen().mostQueued <= wanted.queuedBytes);
}

void TlsGatewayTest::halfARecordCounts() {
    relay::GatewayConfig wanted = config();
    wanted.incompleteBytes = 30'000;
    EchoGateway echo(wanted);
    std::vector<std::unique_ptr<TlsRawClient>> clients;
    for (int index = 0; index < 4; ++index) {
        clients.push_back(std::make_unique<TlsRawClient>(echo.port()));
        QVERIFY(clients.back()->upgrade());
        const QByteArray record = clients.back()->encrypted(wholeFrame(QByteArray(10'000, 'x')));
        QVERIFY(clients.back()->wire().write(record.first(9'000)));
    }
    // Three fit; the fourth is one too many.
    QTRY_COMPARE(echo.seen().closed.load(), 1);
    QTRY_COMPARE(echo.counters().incompleteBytes.load(), qint64(27'000));
    clients.clear();
    QTRY_COMPARE(echo.counters().incompleteBytes.load(), qint64(0));
}

void TlsGatewayTest::halfOpenHandshakesEndAndDisturbNobody() {
    relay::GatewayConfig wanted = config();
    wanted.handshakeDeadline = 400ms;
    EchoGateway echo(wanted);
    TlsRawClient honest(echo.port());
    QVERIFY(honest.upgrade());
    QVERIFY(honest.write(wholeFrame("authenticate")));
    constexpr int storm = 300;
    std::vector<std::unique_ptr<TlsRawClient>> others;
    for (int index = 0; index < storm; ++index) {
        others.push_back(std::make_unique<TlsRawClient>(echo.port()));
        QVERIFY(others.back()->wire().write(others.back()->nextFlight()));
    }
    for (int round = 0; round < 10; ++round) {
        QVERIFY(honest.write(wholeFrame("still there")));
        QCOMPARE(honest.readPayload(), QByteArray("still there"));
    }
    QTRY_COMPARE(echo.counters().open.load(), 1);
    QCOMPARE(echo.counters().timedOut.load(), quint64(storm));
}

void TlsGatewayTest::ofTooManyHandshakesTheOldestGoes() {
    relay::GatewayConfig wanted = config();
    wanted.handshakes = 4;
    EchoGateway echo(wanted);
    TlsRawClient honest(echo.port());
    QVERIFY(honest.upgrade());
    std::vector<std::unique_ptr<TlsRawClient>> others;
    for (int index = 0; index < 10; ++index) {
        others.push_back(std::make_unique<TlsRawClient>(echo.port()));
        QVERIFY(others.back()->wire().write(others.back()->nextFlight()));
    }
    QTRY_COMPARE(echo.counters().displaced.load(), quint64(6));
    QTRY_COMPARE(echo.counters().open.load(), 5);
    QVERIFY(others.back()->shakeHands());
    QVERIFY(honest.write(wholeFrame("still there")));
    QCOMPARE(honest.readPayload(), QByteArray("still there"));
}

void TlsGatewayTest::whoFindsNoRoomHearsAnAlert() {
    relay::GatewayConfig wanted = config();
    wanted.connections = 1;
    EchoGateway echo(wanted);
    TlsRawClient first(echo.port());
    QVERIFY(first.upgrade());
    TlsRawClient second(echo.port());
    QVERIFY(second.wire().write(second.nextFlight()));
    QCOMPARE(second.wire().read(7), QByteArray("\x15\x03\x03\x00\x02\x02\x50", 7));
    QVERIFY(second.wire().waitForEnd());
    QCOMPARE(echo.counters().tlsHandshakes.load(), quint64(1));
}

void TlsGatewayTest::eachConnectionKnowsItsKey() {
    QTemporaryDir directory;
    const relay::TlsFiles files{directory.filePath(QStringLiteral("cert.pem")),
                                directory.filePath(QStringLiteral("key.pem"))};
    QVERIFY(writePrivately(files.certificate, m_server.certificatePem()));
    QVERIFY(writePrivately(files.key, m_server.keyPem()));
    relay::GatewayConfig wanted = config();
    wanted.tls = *relay::TlsIdentity::create(files);
    EchoGateway echo(wanted);
    TlsRawClient early(echo.port());
    QVERIFY(early.upgrade());

    const TestCertificate renewed = m_authority.issue();
    QVERIFY(writePrivately(files.certificate, renewed.certificatePem()));
    QVERIFY(writePrivately(files.key, renewed.keyPem()));
    QVERIFY(wanted.tls->reload().ok());
    TlsRawClient late(echo.port());
    QVERIFY(late.upgrade());
    QCOMPARE(early.peerKeyHash(), m_server.keyHash());
    QCOMPARE(late.peerKeyHash(), renewed.keyHash());
    for (TlsRawClient* client : {&early, &late}) {
        QVERIFY(client->write(wholeFrame("key")));
        QCOMPARE(client->readPayload(), client->peerKeyHash());
    }
}

} // namespace recado::tests

RECADO_TEST(recado::tests::TlsGatewayTest)
#include "TlsGatewayTest.moc"
