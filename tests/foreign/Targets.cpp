#include "foreign/Targets.h"

#include "relay/gateway/TlsIdentity.h"

#include <QFile>
#include <QJsonObject>
#include <QTextStream>

namespace recado::tests {

namespace {

constexpr std::chrono::milliseconds idleLimit{800};

std::vector<relay::GatewayDriver> drivers() {
#ifdef RECADO_EPOLL_GATEWAY
    return {relay::GatewayDriver::Epoll, relay::GatewayDriver::Portable};
#else
    return {relay::GatewayDriver::Portable};
#endif
}

QString driverName(relay::GatewayDriver driver) {
    return driver == relay::GatewayDriver::Portable ? QStringLiteral("portable") : QStringLiteral("epoll");
}

bool complain(const QString& what) {
    QTextStream(stderr) << what << '\n';
    return false;
}

} // namespace

bool ForeignTargets::start() {
    const TestCertificate certificate = TestCertificate::selfSigned();
    const relay::TlsFiles files{m_directory.filePath(QStringLiteral("cert.pem")),
                                m_directory.filePath(QStringLiteral("key.pem"))};
    if (!writePrivately(files.certificate, certificate.certificatePem()) ||
        !writePrivately(files.key, certificate.keyPem()))
        return complain(QStringLiteral("no place for a certificate"));
    const auto identity = relay::TlsIdentity::create(files);
    if (!identity)
        return complain(identity.error().message);
    for (const relay::GatewayDriver driver : drivers()) {
        if (!addEcho(driver, nullptr) || !addEcho(driver, *identity) || !addRelay(driver))
            return false;
    }
    return true;
}

bool ForeignTargets::addEcho(relay::GatewayDriver driver, const std::shared_ptr<relay::TlsIdentity>& tls) {
    relay::GatewayConfig config;
    config.driver = driver;
    config.tls = tls;
    config.unauthenticatedMessageBytes = config.messageBytes;
    config.authenticationDeadline = std::chrono::minutes(10); // an echo knows nobody
    config.pingInterval = idleLimit / 4;
    config.idleLimit = idleLimit;
    auto gateway = std::make_unique<EchoGateway>(config);
    if (!gateway->isRunning())
        return complain(QStringLiteral("no echo gateway"));
    const QString scheme = tls ? QStringLiteral("wss") : QStringLiteral("ws");
    m_list.append(
        QJsonObject{{QStringLiteral("name"), QStringLiteral("echo, %1, %2").arg(driverName(driver), scheme)},
                    {QStringLiteral("kind"), QStringLiteral("echo")},
                    {QStringLiteral("url"),
                     QStringLiteral("%1://127.0.0.1:%2/v1/socket").arg(scheme).arg(gateway->port())},
                    {QStringLiteral("messageBytes"), config.messageBytes},
                    {QStringLiteral("idleLimitMs"), qint64(idleLimit.count())}});
    m_gateways.push_back(std::move(gateway));
    return true;
}

bool ForeignTargets::addRelay(relay::GatewayDriver driver) {
    QFile golden(QStringLiteral(RECADO_FIXTURES "/frames/client-hello.bin"));
    if (!golden.open(QIODevice::ReadOnly))
        return complain(golden.errorString());
    QJsonArray hello;
    for (const char byte : golden.readAll())
        hello.append(int(quint8(byte)));
    auto relay = std::make_unique<RelayProcess>(m_directory.filePath(driverName(driver)));
    relay->setOptions({QStringLiteral("--gateway"), driverName(driver)});
    if (!relay->start())
        return complain(QStringLiteral("no relay"));
    m_list.append(
        QJsonObject{{QStringLiteral("name"), QStringLiteral("relay, %1, ws").arg(driverName(driver))},
                    {QStringLiteral("kind"), QStringLiteral("relay")},
                    {QStringLiteral("url"), relay->url() + QStringLiteral("/v1/socket")},
                    {QStringLiteral("hello"), hello}});
    m_relays.push_back(std::move(relay));
    return true;
}

} // namespace recado::tests
