#include "relay/ops/UpgradeProbe.h"

#include "base/SecretBytes.h"
#include "base/SigningKey.h"
#include "protocol/AuthTranscript.h"
#include "protocol/FrameCodec.h"

#include <QCryptographicHash>
#include <QSslCertificate>
#include <QSslConfiguration>
#include <QSslKey>

#include <utility>

namespace recado::relay {

namespace {

constexpr auto probePatience = std::chrono::seconds(10);
constexpr int probeAccountSize = 16;
constexpr quint32 probeDevice = 1;

QString upgradeCheck() {
    return QStringLiteral("upgrade");
}

} // namespace

UpgradeProbe::UpgradeProbe(QUrl url, QByteArray relayKey, std::function<void(const Finding&)> done)
    : m_url(std::move(url))
    , m_relayKey(std::move(relayKey))
    , m_done(std::move(done)) {
    if (m_url.path().isEmpty() || m_url.path() == QStringLiteral("/"))
        m_url.setPath(QStringLiteral("/v1/socket"));
    m_patience.setSingleShot(true);
    connect(&m_patience, &QTimer::timeout, this, [this] {
        finish(
            Finding::fail(upgradeCheck(), QStringLiteral("%1 does not answer").arg(m_url.toString()),
                          QStringLiteral("see whether name and port lead here, through firewall and proxy")));
    });
    connect(&m_socket, &QWebSocket::connected, this, [this] { sendHello(); });
    connect(&m_socket, &QWebSocket::binaryMessageReceived, this,
            [this](const QByteArray& message) { readChallenge(message); });
    connect(&m_socket, &QWebSocket::disconnected, this, [this] { failed(); });
    connect(&m_socket, &QWebSocket::sslErrors, this, [this](const QList<QSslError>& errors) {
        // A client would stop here. Nothing secret follows, and whether it is this relay is worth knowing.
        m_certificateErrors = errors;
        m_socket.ignoreSslErrors();
    });
    connect(&m_socket, qOverload<QAbstractSocket::SocketError>(&QWebSocket::error), this,
            [this](QAbstractSocket::SocketError) { failed(); });
}

UpgradeProbe::~UpgradeProbe() {
    m_done = nullptr;
}

void UpgradeProbe::start() {
    m_patience.start(probePatience);
    m_socket.open(m_url);
}

void UpgradeProbe::sendHello() {
    using base::SecretBytes;
    m_nonce = SecretBytes::random(protocol::AuthTranscript::nonceSize).view().toByteArray();
    m_account = SecretBytes::random(probeAccountSize).view().toByteArray(); // nobody; a Challenge is for all
    wire::ClientFrame frame;
    frame.set_request_id(1);
    wire::Hello* hello = frame.mutable_hello();
    hello->set_version(protocol::protocolVersion);
    hello->set_client("recado-relay doctor");
    hello->set_nonce(protocol::fromBytes(m_nonce));
    hello->set_purpose(wire::PURPOSE_AUTHENTICATE);
    hello->set_account_id(protocol::fromBytes(m_account));
    hello->set_device_id(probeDevice);
    m_socket.sendBinaryMessage(protocol::encode(frame));
}

void UpgradeProbe::readChallenge(const QByteArray& message) {
    const auto decoded = protocol::decodeRelayMessage(message);
    if (!decoded || !decoded->frames(0).has_challenge())
        return finish(Finding::fail(upgradeCheck(), QStringLiteral("something else answers than a relay"),
                                    QStringLiteral("let the proxy send /v1/socket to the relay")));
    const wire::Challenge& challenge = decoded->frames(0).challenge();
    if (protocol::toBytes(challenge.relay_key()) != m_relayKey)
        return finish(Finding::fail(upgradeCheck(),
                                    QStringLiteral("%1 is another relay").arg(m_url.toString()),
                                    QStringLiteral("let name and proxy lead to this one; clients that know "
                                                   "this relay's key refuse the other")));
    protocol::AuthTranscript transcript;
    transcript.version = challenge.version();
    transcript.purpose = wire::PURPOSE_AUTHENTICATE;
    transcript.clientNonce = m_nonce;
    transcript.relayNonce = protocol::toBytes(challenge.nonce());
    transcript.relayKey = m_relayKey;
    transcript.relayName = QString::fromStdString(challenge.relay_name());
    transcript.tlsKeyHash = protocol::toBytes(challenge.tls_key_hash());
    transcript.accountId = m_account;
    transcript.deviceId = probeDevice;
    if (!base::verifySignature(m_relayKey, protocol::relayAuthenticationLabel, transcript.toBytes(),
                               protocol::toBytes(challenge.signature())))
        return finish(
            Finding::fail(upgradeCheck(), QStringLiteral("the relay's signature is wrong"),
                          QStringLiteral("something between client and relay changes what they say")));
    const QSslCertificate shown = m_socket.sslConfiguration().peerCertificate();
    const QByteArray seenHash =
        shown.isNull() ? QByteArray()
                       : QCryptographicHash::hash(shown.publicKey().toDer(), QCryptographicHash::Sha256);
    if (!transcript.tlsKeyHash.isEmpty() && transcript.tlsKeyHash != seenHash)
        return finish(Finding::fail(upgradeCheck(),
                                    QStringLiteral("clients see another certificate than the relay serves"),
                                    QStringLiteral("a proxy that encrypts wants behind-proxy at the relay, "
                                                   "and no tls-cert")));
    finish(judgeCertificate());
}

Finding UpgradeProbe::judgeCertificate() const {
    const QString reached = QStringLiteral("%1 leads to this relay").arg(m_url.toString());
    if (m_certificateErrors.isEmpty())
        return Finding::ok(upgradeCheck(), reached);
    for (const QSslError& error : m_certificateErrors) {
        if (error.error() != QSslError::SelfSignedCertificate &&
            error.error() != QSslError::SelfSignedCertificateInChain)
            return Finding::fail(upgradeCheck(), error.errorString(),
                                 QStringLiteral("clients refuse this certificate as well"));
    }
    return Finding::warn(upgradeCheck(),
                         reached + QStringLiteral(", with a certificate that this system does not trust"),
                         QStringLiteral("clients accept it only where its root is installed"));
}

void UpgradeProbe::failed() {
    finish(Finding::fail(upgradeCheck(),
                         QStringLiteral("%1: %2").arg(m_url.toString(), m_socket.errorString()),
                         QStringLiteral("see whether name and port lead here, and let the proxy pass the "
                                        "upgrade (Upgrade, Connection) at /v1/socket")));
}

void UpgradeProbe::finish(const Finding& finding) {
    m_patience.stop();
    if (const auto done = std::exchange(m_done, nullptr))
        done(finding);
}

} // namespace recado::relay
