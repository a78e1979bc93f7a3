#include "ClientFrames.h"
#include "EchoGateway.h"
#include "RawClient.h"
#include "TlsRawClient.h"
#include "relay/gateway/PortableThread.h"
#include "relay/gateway/TlsIdentity.h"
#include "support/Suite.h"
#include "support/TestCertificates.h"

#include <QSignalSpy>
#include <QSslConfiguration>
#include <QTemporaryDir>
#include <QTest>
#include <QWebSocket>

#include <sys/resource.h>

namespace recado::tests {

using namespace std::chrono_literals;

/// What only the portable driver has: threads as they are needed, and Qt's encryption. All else is in the
/// suites that run with every driver.
class PortableGatewayTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void fullThreadsGetCompany();
    void foreignClientTalksEncrypted_data();
    void foreignClientTalksEncrypted();
    void aRenewedCertificateIsShownToNewConnections();
    void keysQtCannotShowAreRefused();
    void olderVersionsAreRefused();
    void healthIsTold();
    void whatIsEncryptedAheadCounts();
    void aStalledReaderGoes();
    void halfOpenHandshakesEndInTime();

private:
    [[nodiscard]] bool write(const TestCertificate& certificate) const;
    [[nodiscard]] relay::GatewayConfig encrypted() const;

    std::unique_ptr<QTemporaryDir> m_directory;
    relay::TlsFiles m_files;
};

void PortableGatewayTest::init() {
    m_directory = std::make_unique<QTemporaryDir>();
    m_files = {m_directory->filePath(QStringLiteral("cert.pem")),
               m_directory->filePath(QStringLiteral("key.pem"))};
    QVERIFY(write(TestCertificate::selfSigned()));
}

bool PortableGatewayTest::write(const TestCertificate& certificate) const {
    return writePrivately(m_files.certificate, certificate.certificatePem()) &&
           writePrivately(m_files.key, certificate.keyPem());
}

relay::GatewayConfig PortableGatewayTest::encrypted() const {
    relay::GatewayConfig config;
    config.driver = relay::GatewayDriver::Portable;
    config.tls = *relay::TlsIdentity::create(m_files);
    return config;
}

void PortableGatewayTest::fullThreadsGetCompany() {
    rlimit limit{};
    QCOMPARE(getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = limit.rlim_max; // two descriptors a connection, all in this process
    QCOMPARE(setrlimit(RLIMIT_NOFILE, &limit), 0);
    relay::GatewayConfig config;
    config.driver = relay::GatewayDriver::Portable;
    config.authenticationDeadline = 1min;
    config.handshakeDeadline = 1min;
    EchoGateway echo(config);
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int index = 0; index <= relay::socketsAThread; ++index)
        clients.push_back(std::make_unique<RawClient>(echo.port()));
    QTRY_COMPARE(echo.counters().open.load(), qint64(relay::socketsAThread + 1));
    QCOMPARE(echo.gateway().inboxes().size(), 2);
    for (const auto& client : {clients.front().get(), clients.back().get()}) {
        QVERIFY(client->upgrade());
        QVERIFY(client->write(wholeFrame("served")));
        QCOMPARE(client->readFrame().payload, QByteArray("served"));
    }
}

void PortableGatewayTest::foreignClientTalksEncrypted_data() {
    QTest::addColumn<int>("kind");
    QTest::newRow("P-256") << int(KeyKind::P256);
    QTest::newRow("RSA") << int(KeyKind::Rsa2048);
}

void PortableGatewayTest::foreignClientTalksEncrypted() {
    QFETCH(const int, kind);
    const TestCertificate authority = TestCertificate::authority();
    QVERIFY(write(authority.issue(KeyKind(kind))));
    relay::GatewayConfig config = encrypted();
    config.unauthenticatedMessageBytes = config.messageBytes;
    EchoGateway echo(config);
    QWebSocket client;
    QSslConfiguration trust = QSslConfiguration::defaultConfiguration();
    trust.setCaCertificates(QSslCertificate::fromData(authority.certificatePem()));
    client.setSslConfiguration(trust);
    QSignalSpy received(&client, &QWebSocket::binaryMessageReceived);
    QSignalSpy pongs(&client, &QWebSocket::pong);
    QSignalSpy closed(&client, &QWebSocket::disconnected);
    client.open(QUrl(QStringLiteral("wss://localhost:%1/v1/socket").arg(echo.port())));
    QTRY_COMPARE(client.state(), QAbstractSocket::ConnectedState);
    QCOMPARE(client.sslConfiguration().sessionProtocol(), QSsl::TlsV1_3);
    for (const int size : {0, 1, 125, 126, 16'384, 65'536, 300'000})
        client.sendBinaryMessage(QByteArray(size, 'm'));
    QTRY_COMPARE(received.size(), 7);
    QCOMPARE(received.at(6).at(0).toByteArray(), QByteArray(300'000, 'm'));
    client.ping("are you there");
    QTRY_COMPARE(pongs.size(), 1);
    client.sendBinaryMessage("close 4001");
    QTRY_COMPARE(closed.size(), 1);
    QCOMPARE(int(client.closeCode()), 4001);
    QCOMPARE(received.at(7).at(0).toByteArray(), QByteArray("last words"));
    QTRY_COMPARE(echo.counters().open.load(), 0);
    QCOMPARE(echo.counters().tlsHandshakes.load(), quint64(1));
    QCOMPARE(echo.counters().tlsFailures.load(), quint64(0));
}

void PortableGatewayTest::aRenewedCertificateIsShownToNewConnections() {
    const TestCertificate first = TestCertificate::selfSigned();
    QVERIFY(write(first));
    const relay::GatewayConfig config = encrypted();
    EchoGateway echo(config);
    TlsRawClient early(echo.port());
    QVERIFY(early.upgrade());
    const TestCertificate renewed = TestCertificate::selfSigned();
    QVERIFY(write(renewed));
    QVERIFY(config.tls->reload().ok());
    TlsRawClient late(echo.port());
    QVERIFY(late.upgrade());
    QCOMPARE(early.peerKeyHash(), first.keyHash());
    QCOMPARE(late.peerKeyHash(), renewed.keyHash());
    for (TlsRawClient* client : {&early, &late}) {
        QVERIFY(client->write(wholeFrame("key")));
        QCOMPARE(client->readPayload(), client->peerKeyHash());
    }
}

void PortableGatewayTest::keysQtCannotShowAreRefused() {
    QVERIFY(write(TestCertificate::selfSigned(KeyKind::Ed25519)));
    const base::SystemClock clock;
    const auto gateway = relay::Gateway::create(encrypted(), clock, {}, {});
    QVERIFY(!gateway.ok());
    QCOMPARE(gateway.error().reason, base::Reason::Configuration);
    QVERIFY(gateway.error().message.startsWith(QStringLiteral("tls-key: ")));
}

void PortableGatewayTest::olderVersionsAreRefused() {
    EchoGateway echo(encrypted());
    TlsRawClient client(echo.port(), TlsRawClient::Newest::Tls12);
    QVERIFY(!client.shakeHands());
    QTRY_COMPARE(echo.counters().tlsFailures.load(), quint64(1));
    QTRY_COMPARE(echo.counters().open.load(), 0);
}

void PortableGatewayTest::healthIsTold() {
    EchoGateway echo(encrypted());
    TlsRawClient client(echo.port());
    QVERIFY(client.shakeHands());
    QVERIFY(client.write("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"));
    QVERIFY(client.readUntil("\r\n\r\n").startsWith("HTTP/1.1 200 "));
    QCOMPARE(client.read(64), QByteArray("ok\n"));
}

/// QWebSocket hides what waits behind the encryption: 48 MiB there, of which the system takes a few, and then
/// 32 MiB more are beyond 64 MiB only when all is counted.
void PortableGatewayTest::whatIsEncryptedAheadCounts() {
    relay::GatewayConfig config = encrypted();
    config.stallDeadline = 1min;
    config.queuedBytes = 64 * 1'024 * 1'024;
    EchoGateway echo(config);
    TlsRawClient client(echo.port());
    QVERIFY(client.upgrade());
    const quint64 before = echo.counters().bytesOut;
    QVERIFY(client.write(wholeFrame("fill 49152")));
    QTRY_VERIFY(echo.counters().bytesOut > before); // so all of it has passed the encryption
    QVERIFY(client.write(wholeFrame("fill 32768")));
    QTRY_COMPARE(echo.seen().closed.load(), 1);
    QCOMPARE(echo.seen().lastCode.load(), int(relay::closeAbnormal));
    QCOMPARE(echo.counters().overflows.load(), quint64(1));
}

void PortableGatewayTest::aStalledReaderGoes() {
    relay::GatewayConfig config = encrypted();
    config.stallDeadline = 300ms;
    config.queuedBytes = 64 * 1'024 * 1'024;
    EchoGateway echo(config);
    TlsRawClient client(echo.port());
    QVERIFY(client.upgrade());
    QVERIFY(client.write(wholeFrame("fill 32768")));
    QTRY_COMPARE(echo.seen().closed.load(), 1);
    QCOMPARE(echo.seen().lastCode.load(), int(relay::closeAbnormal));
    QCOMPARE(echo.counters().overflows.load(), quint64(1));
}

void PortableGatewayTest::halfOpenHandshakesEndInTime() {
    relay::GatewayConfig config = encrypted();
    config.handshakeDeadline = 200ms;
    EchoGateway echo(config);
    RawClient silent(echo.port());
    TlsRawClient shaken(echo.port());
    QVERIFY(shaken.shakeHands());
    QVERIFY(silent.waitForEnd(3'000));
    QVERIFY(shaken.wire().waitForEnd(3'000));
    QTRY_COMPARE(echo.counters().timedOut.load(), quint64(2));
    QTRY_COMPARE(echo.counters().open.load(), 0);
}

} // namespace recado::tests

RECADO_TEST(recado::tests::PortableGatewayTest)
#include "PortableGatewayTest.moc"
