#include "relay/ops/Relay.h"

#include "../gateway/RawClient.h"
#include "relay/gateway/GatewayCounters.h"
#include "relay/ops/AdminClient.h"
#include "relay/ops/AdminCommands.h"
#include "support/Suite.h"
#include "support/TestCertificates.h"

#include <QFileInfo>
#include <QTemporaryDir>
#include <QTest>
#include <QUrl>

namespace recado::tests {

using base::Reason;
using relay::Relay;
using relay::RelayConfig;

class RelayTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void servesHealthAndMetrics();
    void nobodyIsServedBeforeItStarts();
    void nameIsTheListenAddressOfTheFirstStart();
    void nameNeverChanges();
    void secondRelayOnTheSameDataFails();
    void secondRelayOnTheSamePortFails();
    void keyAndSocketAreForTheOwnerOnly();
    void keyThatOthersMayReadIsRefused();
    void lostKeyIsNotReplaced();
    void publicListenersNeedAProxy_data();
    void publicListenersNeedAProxy();
    void publicListenersMayEncryptThemselves();
    void clientsAreToldTheCertificatesName();
    void firstStartByInvitationMakesOne();
    void invitationsAreMadeBesideItAndWithoutIt();
    void impossibleInvitationsAreRefused();
    void stoppingTwiceIsHarmless();

private:
    [[nodiscard]] RelayConfig config() const;
    static quint16 portOf(const QString& url) { return quint16(QUrl(url).port()); }
    static QByteArray get(const QString& url, const QByteArray& path);

    std::unique_ptr<QTemporaryDir> m_directory;
};

void RelayTest::init() {
    m_directory = std::make_unique<QTemporaryDir>();
    QVERIFY(m_directory->isValid());
}

RelayConfig RelayTest::config() const {
    RelayConfig config;
    config.dataDirectory = m_directory->filePath(QStringLiteral("data"));
    return config;
}

QByteArray RelayTest::get(const QString& url, const QByteArray& path) {
    RawClient client(portOf(url));
    client.write("GET " + path + " HTTP/1.1\r\nHost: relay\r\n\r\n");
    return client.read(1'024 * 1'024);
}

void RelayTest::servesHealthAndMetrics() {
    RelayConfig with = config();
    with.admin = relay::HostPort{QStringLiteral("127.0.0.1"), 0};
    const auto relay = Relay::create(with);
    QVERIFY2(relay.ok(), relay.ok() ? "" : qPrintable(relay.error().message));
    (*relay)->start();
    RawClient client(portOf((*relay)->url()));
    QVERIFY(client.upgrade());
    QVERIFY(get((*relay)->url(), "/healthz").startsWith("HTTP/1.1 200 "));
    QVERIFY(get((*relay)->url(), "/readyz").startsWith("HTTP/1.1 200 "));
    QVERIFY(get((*relay)->url(), "/metrics").startsWith("HTTP/1.1 404 "));
    const QByteArray metrics = get((*relay)->adminUrl(), "/metrics");
    QVERIFY(metrics.startsWith("HTTP/1.1 200 "));
    QVERIFY(metrics.contains("\nrecado_sessions 1\n"));
    QVERIFY(metrics.contains("\nrecado_accept_seconds_bucket{le=\"+Inf\"} 0\n"));
    for (const QByteArray& line : metrics.mid(metrics.indexOf("\r\n\r\n") + 4).split('\n'))
        QVERIFY2(line.isEmpty() || line.startsWith('#') || line.startsWith("recado_"), line.constData());
    QVERIFY(get((*relay)->adminUrl(), "/v1/socket").startsWith("HTTP/1.1 404 "));
}

void RelayTest::nobodyIsServedBeforeItStarts() {
    const auto relay = Relay::create(config());
    QVERIFY(relay.ok());
    RawClient client(portOf((*relay)->url())); // waits in the system's queue
    QVERIFY(client.write("GET /readyz HTTP/1.1\r\nHost: relay\r\n\r\n"));
    QCOMPARE(client.read(1, 100), QByteArray());
    (*relay)->start();
    QVERIFY(client.read(1'024).startsWith("HTTP/1.1 200 "));
}

void RelayTest::nameIsTheListenAddressOfTheFirstStart() {
    QString first;
    {
        const auto relay = Relay::create(config());
        QVERIFY(relay.ok());
        first = (*relay)->name();
        QCOMPARE(QStringLiteral("ws://") + first, (*relay)->url());
    }
    const auto again = Relay::create(config()); // on another port
    QVERIFY(again.ok());
    QCOMPARE((*again)->name(), first);
}

void RelayTest::nameNeverChanges() {
    RelayConfig named = config();
    named.name = QStringLiteral("chat.example.org");
    QVERIFY(Relay::create(named).ok());
    QVERIFY(Relay::create(named).ok());
    named.name = QStringLiteral("other.example.org");
    const auto renamed = Relay::create(named);
    QVERIFY(!renamed.ok());
    QCOMPARE(renamed.error().reason, Reason::Configuration);
    QVERIFY(renamed.error().message.startsWith(QStringLiteral("name: ")));
}

void RelayTest::secondRelayOnTheSameDataFails() {
    const auto first = Relay::create(config());
    QVERIFY(first.ok());
    const auto second = Relay::create(config());
    QVERIFY(!second.ok());
    QCOMPARE(second.error().reason, Reason::ProfileInUse);
    QVERIFY(second.error().message.startsWith(QStringLiteral("data: ")));
}

void RelayTest::secondRelayOnTheSamePortFails() {
    const auto first = Relay::create(config());
    QVERIFY(first.ok());
    RelayConfig same = config();
    same.dataDirectory += QStringLiteral("-2");
    same.gateway.port = portOf((*first)->url());
    const auto second = Relay::create(same);
    QVERIFY(!second.ok());
    QCOMPARE(second.error().reason, Reason::IoFailed);
    QVERIFY(second.error().message.startsWith(QStringLiteral("listen: ")));
}

void RelayTest::keyAndSocketAreForTheOwnerOnly() {
    const auto relay = Relay::create(config());
    QVERIFY(relay.ok());
    (*relay)->start();
    constexpr auto owner =
        QFileDevice::ReadOwner | QFileDevice::WriteOwner | QFileDevice::ReadUser | QFileDevice::WriteUser;
    for (const char* name : {"/relay.key", "/control", "/relay.db"}) {
        const QFileInfo file(config().dataDirectory + QLatin1String(name));
        QVERIFY2(file.exists(), name);
        QCOMPARE(int(file.permissions() & ~owner), 0);
    }
    (*relay)->stop();
    QVERIFY(!QFileInfo::exists(config().dataDirectory + QStringLiteral("/control")));
}

void RelayTest::keyThatOthersMayReadIsRefused() {
    QVERIFY(Relay::create(config()).ok());
    const QString key = config().dataDirectory + QStringLiteral("/relay.key");
    QVERIFY(QFile::setPermissions(key,
                                  QFileDevice::ReadOwner | QFileDevice::WriteOwner | QFileDevice::ReadGroup));
    const auto relay = Relay::create(config());
    QVERIFY(!relay.ok());
    QCOMPARE(relay.error().reason, Reason::Configuration);
    QVERIFY(relay.error().message.startsWith(QStringLiteral("relay.key: ")));
}

void RelayTest::lostKeyIsNotReplaced() {
    QVERIFY(Relay::create(config()).ok());
    const QString key = config().dataDirectory + QStringLiteral("/relay.key");
    QVERIFY(QFile::remove(key));
    const auto relay = Relay::create(config());
    QVERIFY(!relay.ok());
    QCOMPARE(relay.error().reason, Reason::StorageCorrupt);
    QVERIFY(!QFileInfo::exists(key));
}

void RelayTest::publicListenersNeedAProxy_data() {
    QTest::addColumn<QString>("listen");
    QTest::addColumn<QString>("admin"); // empty: none
    QTest::addColumn<bool>("proxy");
    QTest::addColumn<QString>("refusedKey"); // empty: accepted
    const QString everywhere = QStringLiteral("0.0.0.0");
    const QString loopback = QStringLiteral("127.0.0.1");
    QTest::newRow("loopback") << loopback << loopback << false << QString();
    QTest::newRow("everywhere") << everywhere << QString() << false << QStringLiteral("listen");
    QTest::newRow("everywhere in IPv6")
        << QStringLiteral("::") << QString() << false << QStringLiteral("listen");
    QTest::newRow("metrics everywhere") << loopback << everywhere << false << QStringLiteral("admin");
    QTest::newRow("behind a proxy") << everywhere << everywhere << true << QString();
}

void RelayTest::publicListenersNeedAProxy() {
    QFETCH(const QString, listen);
    QFETCH(const QString, admin);
    QFETCH(const bool, proxy);
    QFETCH(const QString, refusedKey);
    RelayConfig wanted = config();
    wanted.gateway.host = listen;
    wanted.behindProxy = proxy;
    if (!admin.isEmpty())
        wanted.admin = relay::HostPort{admin, 0};
    const auto relay = Relay::create(wanted);
    QCOMPARE(relay.ok(), refusedKey.isEmpty());
    if (relay.ok()) {
        // By default, registration is open on loopback only.
        QCOMPARE((*relay)->firstInvitation().isEmpty(), !proxy);
        return;
    }
    QCOMPARE(relay.error().reason, Reason::Configuration);
    QVERIFY(relay.error().message.startsWith(refusedKey + QStringLiteral(": ")));
}

void RelayTest::publicListenersMayEncryptThemselves() {
    const TestCertificate certificate = TestCertificate::selfSigned();
    QTemporaryDir directory;
    RelayConfig wanted = config();
    wanted.gateway.host = QStringLiteral("0.0.0.0");
    wanted.tls = {directory.filePath(QStringLiteral("cert.pem")),
                  directory.filePath(QStringLiteral("key.pem"))};
    wanted.name = QStringLiteral("relay.example.org");
    QVERIFY(writePrivately(wanted.tls.certificate, certificate.certificatePem()));
    const auto without = Relay::create(wanted);
    QVERIFY(!without.ok());
    QCOMPARE(without.error().reason, Reason::Configuration);
    QVERIFY(without.error().message.startsWith(QStringLiteral("tls-key: ")));
    QVERIFY(writePrivately(wanted.tls.key, certificate.keyPem()));
    const auto relay = Relay::create(wanted);
    QVERIFY2(relay.ok(), relay ? "" : qPrintable(relay.error().message));
    QVERIFY((*relay)->url().startsWith(QStringLiteral("wss://0.0.0.0:")));
    QVERIFY(!(*relay)->firstInvitation().isEmpty());
    // Metrics are never encrypted, so they stay on this machine.
    wanted.admin = relay::HostPort{QStringLiteral("0.0.0.0"), 0};
    const auto exposed = Relay::create(wanted);
    QVERIFY(exposed.error().message.startsWith(QStringLiteral("admin: ")));
}

void RelayTest::clientsAreToldTheCertificatesName() {
    RelayConfig wanted;
    wanted.gateway.host = QStringLiteral("0.0.0.0");
    QCOMPARE(relay::clientUrl(wanted, 7380, QStringLiteral("a.example")),
             QStringLiteral("ws://0.0.0.0:7380"));
    wanted.tls = {QStringLiteral("cert.pem"), QStringLiteral("key.pem")};
    QCOMPARE(relay::clientUrl(wanted, 7380, QStringLiteral("a.example")),
             QStringLiteral("wss://a.example:7380"));
    QCOMPARE(relay::clientUrl(wanted, 7380, QStringLiteral("a.example:443")),
             QStringLiteral("wss://a.example:443"));
    QCOMPARE(relay::clientUrl(wanted, 7380, QString()), QStringLiteral("wss://0.0.0.0:7380"));
    wanted.behindProxy = true;
    QCOMPARE(relay::clientUrl(wanted, 7380, QStringLiteral("a.example")), QStringLiteral("wss://a.example"));
}

void RelayTest::firstStartByInvitationMakesOne() {
    RelayConfig invited = config();
    invited.registration = relay::RegistrationMode::Invite;
    {
        const auto relay = Relay::create(invited);
        QVERIFY(relay.ok());
        QVERIFY((*relay)->firstInvitation().size() >= 20);
    }
    const auto again = Relay::create(invited);
    QVERIFY(again.ok());
    QCOMPARE((*again)->firstInvitation(), QString());
}

void RelayTest::invitationsAreMadeBesideItAndWithoutIt() {
    const QString directory = config().dataDirectory;
    const auto invite = [&] {
        const auto answer = relay::runAdminCommand(directory, relay::inviteRequest(3, 7));
        return answer ? (*answer)[QStringLiteral("token")].toString() : answer.error().message;
    };
    const auto missing = relay::runAdminCommand(directory, relay::inviteRequest(1, 1));
    QVERIFY(!missing.ok());
    QSet<QString> tokens;
    {
        const auto relay = Relay::create(config());
        QVERIFY(relay.ok());
        (*relay)->start();
        tokens << invite() << invite();
    }
    tokens << invite();
    QCOMPARE(tokens.size(), 3);
    for (const QString& token : std::as_const(tokens))
        QCOMPARE(token.size(), 20);
}

void RelayTest::impossibleInvitationsAreRefused() {
    const auto relay = Relay::create(config());
    QVERIFY(relay.ok());
    (*relay)->start();
    const QString directory = config().dataDirectory;
    QVERIFY(!relay::runAdminCommand(directory, relay::inviteRequest(0, 7)).ok());
    QVERIFY(!relay::runAdminCommand(directory, relay::inviteRequest(1, 100'000)).ok());
    QVERIFY(!relay::runAdminCommand(directory, {}).ok());
    QVERIFY((*relay)->createInvitation(1, 1).ok());
    QVERIFY(!(*relay)->createInvitation(1, 0).ok());
}

void RelayTest::stoppingTwiceIsHarmless() {
    const auto relay = Relay::create(config());
    QVERIFY(relay.ok());
    (*relay)->start();
    RawClient client(portOf((*relay)->url()));
    QVERIFY(client.upgrade());
    (*relay)->stop();
    QCOMPARE(client.readCloseCode(), 1001);
    (*relay)->stop();
    QCOMPARE((*relay)->gatewayCounters().open.load(), 0);
}

} // namespace recado::tests

RECADO_TEST(recado::tests::RelayTest)
#include "RelayTest.moc"
