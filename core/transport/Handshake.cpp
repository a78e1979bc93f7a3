#include "transport/Handshake.h"

#include "base/SigningKey.h"
#include "protocol/FrameCodec.h"

#include <QCryptographicHash>

namespace recado::transport {

using base::makeError;
using base::Reason;

namespace {

QByteArrayView labelView(const char* label) {
    return {label};
}

} // namespace

Handshake::Handshake(const messaging::LinkAccount& account, wire::Purpose purpose)
    : m_account(account) {
    m_transcript.version = protocol::protocolVersion;
    m_transcript.purpose = quint32(purpose);
    m_transcript.clientNonce.resize(protocol::AuthTranscript::nonceSize);
    base::fillRandom(m_transcript.clientNonce.data(), std::size_t(m_transcript.clientNonce.size()));
    m_transcript.accountId = account.account.toBytes();
    m_transcript.deviceId = account.device;
}

wire::ClientFrame Handshake::hello() const {
    wire::ClientFrame frame;
    frame.set_request_id(1);
    auto* hello = frame.mutable_hello();
    hello->set_version(m_transcript.version);
    hello->set_client("recado/" RECADO_VERSION);
    hello->set_nonce(protocol::fromBytes(m_transcript.clientNonce));
    hello->set_purpose(wire::Purpose(m_transcript.purpose));
    hello->set_account_id(protocol::fromBytes(m_transcript.accountId));
    hello->set_device_id(m_transcript.deviceId);
    return frame;
}

base::Result<messaging::RelayIdentity> Handshake::verify(const wire::Challenge& challenge,
                                                         const QByteArray& tlsKeyHash) {
    if (challenge.version() != protocol::protocolVersion)
        return makeError(Reason::UnsupportedVersion, QStringLiteral("the relay speaks another version"));
    m_transcript.relayNonce = protocol::toBytes(challenge.nonce());
    m_transcript.relayKey = protocol::toBytes(challenge.relay_key());
    m_transcript.relayName = QString::fromStdString(challenge.relay_name());
    m_transcript.tlsKeyHash = protocol::toBytes(challenge.tls_key_hash());
    if (m_transcript.relayNonce.size() != protocol::AuthTranscript::nonceSize)
        return makeError(Reason::AuthenticationFailed, QStringLiteral("the relay's nonce has a wrong size"));
    if (!base::verifySignature(m_transcript.relayKey, labelView(protocol::relayAuthenticationLabel),
                               m_transcript.toBytes(), protocol::toBytes(challenge.signature())))
        return makeError(Reason::AuthenticationFailed, QStringLiteral("the relay could not prove its key"));
    // A relay behind a proxy knows of no TLS key; one that names a key must name the one we see.
    if (!m_transcript.tlsKeyHash.isEmpty() && m_transcript.tlsKeyHash != tlsKeyHash)
        return makeError(Reason::AuthenticationFailed, QStringLiteral("somebody stands in the TLS channel"));
    const QByteArray& pinned = m_account.pinnedRelayKey;
    if (!pinned.isEmpty() && pinned != m_transcript.relayKey &&
        !succeeds(pinned, m_transcript.relayKey, challenge))
        return makeError(Reason::RelayKeyChanged, QStringLiteral("the relay's key is not the known one"));
    return messaging::RelayIdentity{m_transcript.relayKey, m_transcript.relayName};
}

base::Result<wire::ClientFrame> Handshake::authenticate() const {
    RECADO_TRY(const base::SigningKey key, base::SigningKey::fromSeed(m_account.authSeed.view()));
    wire::ClientFrame frame;
    frame.set_request_id(2);
    frame.mutable_authenticate()->set_signature(protocol::fromBytes(
        key.sign(labelView(protocol::deviceAuthenticationLabel), m_transcript.toBytes())));
    return frame;
}

base::Result<wire::ClientFrame> Handshake::signedRegister(wire::Register request) const {
    RECADO_TRY(const base::SigningKey key, base::SigningKey::fromSeed(m_account.authSeed.view()));
    request.clear_signature();
    const QByteArray rest = protocol::toBytes(request.SerializeAsString());
    const QByteArray message =
        m_transcript.toBytes() + QCryptographicHash::hash(rest, QCryptographicHash::Sha256);
    request.set_signature(
        protocol::fromBytes(key.sign(labelView(protocol::deviceRegistrationLabel), message)));
    wire::ClientFrame frame;
    frame.set_request_id(2);
    *frame.mutable_register_account() = std::move(request);
    return frame;
}

bool succeeds(const QByteArray& pinned, const QByteArray& current, const wire::Challenge& challenge) {
    QByteArray trusted = pinned;
    for (const wire::KeySuccession& step : challenge.successions()) {
        if (protocol::toBytes(step.old_key()) != trusted)
            continue; // a step older than what this profile pinned
        const QByteArray next = protocol::toBytes(step.new_key());
        if (!base::verifySignature(trusted, labelView(protocol::relayKeySuccessionLabel), next,
                                   protocol::toBytes(step.signature())))
            return false;
        trusted = next;
    }
    return trusted == current;
}

} // namespace recado::transport
