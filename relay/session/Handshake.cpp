#include "relay/session/Handshake.h"

#include "protocol/FrameCodec.h"

#include <algorithm>

namespace recado::relay {

namespace {

QByteArray freshNonce() {
    QByteArray nonce(protocol::AuthTranscript::nonceSize, Qt::Uninitialized);
    base::fillRandom(nonce.data(), std::size_t(nonce.size()));
    return nonce;
}

base::Error badHello(const QString& what) {
    return base::makeError(base::Reason::InvalidArgument, what);
}

} // namespace

Handshake::Handshake(const RelayCoreConfig& config)
    : m_config(config) {}

base::Result<wire::RelayFrame> Handshake::challenge(const wire::Hello& hello, const QByteArray& tlsKeyHash) {
    if (hello.version() == 0) {
        return base::makeError(base::Reason::UnsupportedVersion,
                               QStringLiteral("this relay speaks version %1").arg(protocol::protocolVersion));
    }
    const auto account = base::AccountId::fromBytes(protocol::toBytes(hello.account_id()));
    if (!account || account->isNull() || hello.device_id() == 0)
        return badHello(QStringLiteral("a malformed account id or device number"));
    if (hello.nonce().size() != std::size_t(protocol::AuthTranscript::nonceSize))
        return badHello(QStringLiteral("a nonce has 32 bytes"));
    if (hello.purpose() != wire::PURPOSE_AUTHENTICATE && hello.purpose() != wire::PURPOSE_REGISTER)
        return badHello(QStringLiteral("the purpose is neither to authenticate nor to register"));

    m_address = {*account, hello.device_id()};
    m_purpose = hello.purpose();
    m_transcript = protocol::AuthTranscript{
        .version = std::min(hello.version(), protocol::protocolVersion),
        .purpose = quint32(hello.purpose()),
        .clientNonce = protocol::toBytes(hello.nonce()),
        .relayNonce = freshNonce(),
        .relayKey = m_config.relayKey.publicKey(),
        .relayName = m_config.relayName,
        .tlsKeyHash = tlsKeyHash,
        .accountId = account->toBytes(),
        .deviceId = hello.device_id(),
    };
    wire::RelayFrame frame;
    wire::Challenge* challenge = frame.mutable_challenge();
    challenge->set_version(m_transcript.version);
    challenge->set_nonce(protocol::fromBytes(m_transcript.relayNonce));
    challenge->set_relay_key(protocol::fromBytes(m_transcript.relayKey));
    challenge->set_relay_name(m_config.relayName.toStdString());
    challenge->set_tls_key_hash(protocol::fromBytes(tlsKeyHash));
    challenge->set_signature(protocol::fromBytes(
        m_config.relayKey.sign(QByteArrayView(protocol::relayAuthenticationLabel), m_transcript.toBytes())));
    for (const KeySuccession& succession : m_config.successions) {
        wire::KeySuccession* out = challenge->add_successions();
        out->set_old_key(protocol::fromBytes(succession.oldKey));
        out->set_new_key(protocol::fromBytes(succession.newKey));
        out->set_signature(protocol::fromBytes(succession.signature));
    }
    return frame;
}

std::optional<routing::ListedDevice> Handshake::verify(const std::optional<routing::DeviceList>& list,
                                                       const QByteArray& signature) const {
    const routing::ListedDevice* device = list ? list->find(m_address.device) : nullptr;
    // The relay's own key stands in for a missing one: it never made a signature under this label.
    const QByteArray& key = device != nullptr ? device->authKey : m_config.relayKey.publicKey();
    const bool valid = base::verifySignature(key, QByteArrayView(protocol::deviceAuthenticationLabel),
                                             m_transcript.toBytes(), signature);
    if (!valid || device == nullptr)
        return std::nullopt;
    return *device;
}

} // namespace recado::relay
