#pragma once

#include "base/Result.h"
#include "messaging/RelayLink.h"
#include "protocol/AuthTranscript.h"
#include "wire.pb.h"

namespace recado::transport {

/// One connection's mutual authentication (PROTOCOL.md, "Authentication"), without the socket. Any one
/// thread.
class Handshake {
public:
    /// `account` is borrowed.
    Handshake(const messaging::LinkAccount& account, wire::Purpose purpose);

    /// The connection's first frame.
    [[nodiscard]] wire::ClientFrame hello() const;

    /// Checks the relay's signature over both nonces and that its key is the pinned one, or follows from it.
    /// `tlsKeyHash` is that of the certificate the connection really shows, empty without TLS. Errors:
    /// UnsupportedVersion, AuthenticationFailed, RelayKeyChanged.
    base::Result<messaging::RelayIdentity> verify(const wire::Challenge& challenge,
                                                  const QByteArray& tlsKeyHash);

    /// After verify(): the device's answer.
    [[nodiscard]] base::Result<wire::ClientFrame> authenticate() const;
    /// After verify(): the request with its signature.
    [[nodiscard]] base::Result<wire::ClientFrame> signedRegister(wire::Register request) const;

private:
    const messaging::LinkAccount& m_account;
    protocol::AuthTranscript m_transcript;
};

/// True when the successions lead from `pinned` to `current`, each link signed by its older key.
bool succeeds(const QByteArray& pinned, const QByteArray& current, const wire::Challenge& challenge);

} // namespace recado::transport
