#pragma once

#include "protocol/AuthTranscript.h"
#include "relay/session/RelayCoreConfig.h"
#include "routing/DeviceList.h"
#include "wire.pb.h"

namespace recado::relay {

/// One connection's side of Hello and Challenge, and what it proves (PROTOCOL.md, "Authentication").
/// Connection's thread; the configuration is borrowed.
class Handshake {
public:
    explicit Handshake(const RelayCoreConfig& config);

    /// The Challenge to a Hello, bound to the TLS key the other side was shown (none: empty). Errors:
    /// UnsupportedVersion, InvalidArgument for malformed ids, nonce or purpose. Whether the account exists
    /// plays no part.
    base::Result<wire::RelayFrame> challenge(const wire::Hello& hello, const QByteArray& tlsKeyHash);

    [[nodiscard]] const protocol::AuthTranscript& transcript() const { return m_transcript; }
    [[nodiscard]] base::DeviceAddress address() const { return m_address; }
    [[nodiscard]] wire::Purpose purpose() const { return m_purpose; }

    /// The listed device, when the signature is its over the transcript; nothing otherwise. A device that is
    /// not listed (`list` may be absent as well) costs a verification like any other.
    [[nodiscard]] std::optional<routing::ListedDevice> verify(const std::optional<routing::DeviceList>& list,
                                                              const QByteArray& signature) const;

private:
    const RelayCoreConfig& m_config;
    protocol::AuthTranscript m_transcript;
    base::DeviceAddress m_address;
    wire::Purpose m_purpose = wire::PURPOSE_UNSPECIFIED;
};

} // namespace recado::relay
