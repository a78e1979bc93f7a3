#pragma once

#include <QByteArrayView>
#include <QString>

#include <array>
#include <cstddef>
#include <optional>

class QHostAddress;
struct sockaddr;

namespace recado::relay {

/// A numeric IP address; IPv4 is kept in its IPv6-mapped form.
class PeerAddress {
public:
    using Bytes = std::array<unsigned char, 16>;

    PeerAddress() = default;
    /// The null address for families other than IPv4 and IPv6.
    static PeerAddress of(const sockaddr* address);
    static PeerAddress of(const QHostAddress& address);

    /// What a proxy writes: a numeric address, perhaps in quotes or brackets, perhaps with a port.
    static std::optional<PeerAddress> parse(QByteArrayView text);

    [[nodiscard]] QString toString() const;
    [[nodiscard]] bool isLoopback() const;

    /// What limits by address go by: the address, or the /64 an IPv6 subscriber has for himself.
    [[nodiscard]] Bytes limitKey() const;

private:
    [[nodiscard]] bool isMapped() const;

    Bytes m_bytes{};
};

} // namespace recado::relay
