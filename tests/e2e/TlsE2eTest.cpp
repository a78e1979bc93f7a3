#include "support/CliProcess.h"
#include "support/RelayProcess.h"
#include "support/Suite.h"
#include "support/TestCertificates.h"
#include "support/Wait.h"

#include <QSslCertificate>
#include <QSslConfiguration>
#include <QSslKey>
#include <QSslServer>
#include <QSslSocket>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>

namespace recado::tests {

namespace {

/// Stands between devices and a relay with a certificate of its own that they trust, and hands everything on.
class Interceptor : public QSslServer {
public:
    Interceptor(const TestCertificate& certificate, quint16 relayPort) {
        QSslConfiguration configuration = QSslConfiguration::defaultConfiguration();
        configuration.setLocalCertificate(QSslCertificate(certificate.certificatePem()));
        configuration.setPrivateKey(QSslKey(certificate.keyPem(), QSsl::Ec));
        setSslConfiguration(configuration);
        connect(this, &QTcpServer::pendingConnectionAvailable, this, [this, relayPort] {
            auto* device = nextPendingConnection();
            auto* relay = new QSslSocket(device);
            relay->setPeerVerifyMode(QSslSocket::VerifyNone);
            relay->connectToHostEncrypted(QStringLiteral("127.0.0.1"), relayPort);
            const auto pipe = [this](QTcpSocket* from, QTcpSocket* to) {
                connect(from, &QIODevice::readyRead, to, [this, from, to] {
                    m_bytes += from->bytesAvailable();
                    to->write(from->readAll());
                });
                connect(from, &QAbstractSocket::disconnected, to, &QAbstractSocket::disconnectFromHost);
            };
            connect(relay, &QSslSocket::encrypted, device, [=] {
                pipe(device, relay);
                pipe(relay, device);
                relay->write(device->readAll());
            });
        });
    }
    [[nodiscard]] qint64 bytes() const { return m_bytes; }

private:
    qint64 m_bytes = 0;
};

} // namespace

/// A relay that encrypts by itself, and people who reach it through a private authority.
class TlsE2eTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup() { m_relay.reset(); }
    void peopleTalkAcrossARenewal();
    void anUnknownAuthorityIsRefused();
    void whoStandsInTheChannelIsFoundOut();
    void behindAProxyTheCertificateIsTheProxys();

private:
    [[nodiscard]] QString path(const QString& name) const { return m_directory->filePath(name); }
    [[nodiscard]] bool install(const TestCertificate& certificate) const;
    [[nodiscard]] std::unique_ptr<CliProcess> person(const QString& name, const QString& variable) const;

    std::unique_ptr<QTemporaryDir> m_directory;
    std::unique_ptr<RelayProcess> m_relay;
    TestCertificate m_authority = TestCertificate::authority();
};

void TlsE2eTest::init() {
    m_directory = std::make_unique<QTemporaryDir>();
    QVERIFY(writePrivately(path(QStringLiteral("authority.pem")), m_authority.certificatePem()));
    QVERIFY(install(m_authority.issue()));
    m_relay = std::make_unique<RelayProcess>(path(QStringLiteral("relay")));
    m_relay->setOptions({QStringLiteral("--tls-cert"), path(QStringLiteral("cert.pem")),
                         QStringLiteral("--tls-key"), path(QStringLiteral("key.pem"))});
}

bool TlsE2eTest::install(const TestCertificate& certificate) const {
    return writePrivately(path(QStringLiteral("cert.pem")), certificate.certificatePem()) &&
           writePrivately(path(QStringLiteral("key.pem")), certificate.keyPem());
}

std::unique_ptr<CliProcess> TlsE2eTest::person(const QString& name, const QString& variable) const {
    auto client = std::make_unique<CliProcess>(path(name));
    if (!variable.isEmpty())
        client->setEnvironment(variable, path(QStringLiteral("authority.pem")));
    return client->start() ? std::move(client) : nullptr;
}

void TlsE2eTest::peopleTalkAcrossARenewal() {
    QVERIFY2(m_relay->start(), m_relay->errorText().constData());
    QVERIFY(m_relay->url().startsWith(QStringLiteral("wss://127.0.0.1:")));
    const auto ana = person(QStringLiteral("ana"), QStringLiteral("RECADO_CA_FILE"));
    const RpcAnswer registered = ana->registerAt(m_relay->url(), QStringLiteral("ana"));
    QVERIFY2(registered.ok(), registered.describe().constData());
    QVERIFY(ana->waitOnline());

    // Another kind of key, one that Qt itself does not know.
    QVERIFY(install(m_authority.issue(KeyKind::Ed25519)));
    QCOMPARE(::kill(pid_t(m_relay->processId()), SIGHUP), 0);
    QVERIFY(waitUntil([&] { return m_relay->errorText().contains("another TLS certificate"); }));
    const auto bruno = person(QStringLiteral("bruno"), QStringLiteral("SSL_CERT_FILE"));
    const RpcAnswer later = bruno->registerAt(m_relay->url(), QStringLiteral("bruno"));
    QVERIFY2(later.ok(), later.describe().constData());
    QVERIFY(bruno->sendTextTo(ana->address(), QStringLiteral("under the new key")).ok());
    QVERIFY(ana->waitForText(QStringLiteral("under the new key")));
    QVERIFY(ana->sendTextTo(bruno->address(), QStringLiteral("under the old one")).ok());
    QVERIFY(bruno->waitForText(QStringLiteral("under the old one")));
}

void TlsE2eTest::anUnknownAuthorityIsRefused() {
    QVERIFY2(m_relay->start(), m_relay->errorText().constData());
    const auto ana = person(QStringLiteral("ana"), {});
    QCOMPARE(ana->registerAt(m_relay->url(), QStringLiteral("ana")).reason,
             QStringLiteral("relay_unreachable"));
    QVERIFY(ana->errorText().contains("certificate is refused"));
}

/// The authority's word is not enough where the relay knows its own key.
void TlsE2eTest::whoStandsInTheChannelIsFoundOut() {
    QVERIFY2(m_relay->start(), m_relay->errorText().constData());
    Interceptor interceptor(m_authority.issue(), m_relay->port());
    QVERIFY(interceptor.listen(QHostAddress::LocalHost));
    const auto ana = person(QStringLiteral("ana"), QStringLiteral("RECADO_CA_FILE"));
    const QString through = QStringLiteral("wss://127.0.0.1:%1").arg(interceptor.serverPort());
    const RpcAnswer refused = ana->registerAt(through, QStringLiteral("ana"));
    QVERIFY(refused.arrived && !refused.ok());
    QVERIFY(interceptor.bytes() > 0); // the relay's answer came all the way
    QVERIFY(!m_relay->runCommand({QStringLiteral("users")}).output.contains("ana"));
    QVERIFY(ana->registerAt(m_relay->url(), QStringLiteral("ana")).ok());
}

/// A proxy ends the encryption that devices see: the relay cannot speak of its key, though it encrypts too.
void TlsE2eTest::behindAProxyTheCertificateIsTheProxys() {
    m_relay->setOptions({QStringLiteral("--tls-cert"), path(QStringLiteral("cert.pem")),
                         QStringLiteral("--tls-key"), path(QStringLiteral("key.pem")),
                         QStringLiteral("--behind-proxy"), QStringLiteral("--registration"),
                         QStringLiteral("open")});
    QVERIFY2(m_relay->start(), m_relay->errorText().constData());
    Interceptor proxy(m_authority.issue(), m_relay->port());
    QVERIFY(proxy.listen(QHostAddress::LocalHost));
    const auto ana = person(QStringLiteral("ana"), QStringLiteral("RECADO_CA_FILE"));
    const RpcAnswer registered =
        ana->registerAt(QStringLiteral("wss://127.0.0.1:%1").arg(proxy.serverPort()), QStringLiteral("ana"));
    QVERIFY2(registered.ok(), registered.describe().constData());
}

} // namespace recado::tests

RECADO_TEST(recado::tests::TlsE2eTest)
#include "TlsE2eTest.moc"
