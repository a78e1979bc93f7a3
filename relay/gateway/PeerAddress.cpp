#include "relay/gateway/PeerAddress.h"

#include <QHostAddress>

#ifdef Q_OS_WIN
#include <ws2tcpip.h>
#else
#include <arpa/inet.h>
#include <netinet/in.h>
#endif

#include <algorithm>

namespace recado::relay {

namespace {

constexpr PeerAddress::Bytes mappedPrefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
constexpr int mappedPrefixSize = 12;

} // namespace

PeerAddress PeerAddress::of(const sockaddr* address) {
    PeerAddress peer;
    if (address->sa_family == AF_INET) {
        const auto* v4 = reinterpret_cast<const sockaddr_in*>(address);
        peer.m_bytes = mappedPrefix;
        const auto* raw = reinterpret_cast<const unsigned char*>(&v4->sin_addr);
        std::copy_n(raw, 4, peer.m_bytes.begin() + mappedPrefixSize);
    } else if (address->sa_family == AF_INET6) {
        const auto* v6 = reinterpret_cast<const sockaddr_in6*>(address);
        std::copy_n(v6->sin6_addr.s6_addr, 16, peer.m_bytes.begin());
    }
    return peer;
}

PeerAddress PeerAddress::of(const QHostAddress& address) {
    PeerAddress peer;
    const Q_IPV6ADDR bytes = address.toIPv6Address(); // IPv4 in its mapped form
    std::copy_n(bytes.c, peer.m_bytes.size(), peer.m_bytes.begin());
    return peer;
}

std::optional<PeerAddress> PeerAddress::parse(QByteArrayView text) {
    QByteArray host = text.trimmed().toByteArray();
    if (host.size() >= 2 && host.startsWith('"') && host.endsWith('"'))
        host = host.mid(1, host.size() - 2);
    if (host.startsWith('[')) {
        const qsizetype end = host.indexOf(']');
        if (end < 0)
            return std::nullopt;
        host = host.mid(1, end - 1);
    } else if (host.count(':') == 1) {
        host.truncate(host.indexOf(':'));
    }
    PeerAddress peer;
    if (inet_pton(AF_INET6, host.constData(), peer.m_bytes.data()) == 1)
        return peer;
    peer.m_bytes = mappedPrefix;
    if (inet_pton(AF_INET, host.constData(), peer.m_bytes.data() + mappedPrefixSize) == 1)
        return peer;
    return std::nullopt;
}

QString PeerAddress::toString() const {
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (isMapped())
        inet_ntop(AF_INET, m_bytes.data() + mappedPrefixSize, text.data(), text.size());
    else
        inet_ntop(AF_INET6, m_bytes.data(), text.data(), text.size());
    return QString::fromLatin1(text.data());
}

bool PeerAddress::isLoopback() const {
    if (isMapped())
        return m_bytes[mappedPrefixSize] == 127;
    constexpr Bytes loopback{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    return m_bytes == loopback;
}

PeerAddress::Bytes PeerAddress::limitKey() const {
    Bytes key = m_bytes;
    if (!isMapped())
        std::fill(key.begin() + 8, key.end(), 0);
    return key;
}

bool PeerAddress::isMapped() const {
    return std::equal(mappedPrefix.begin(), mappedPrefix.begin() + mappedPrefixSize, m_bytes.begin());
}

} // namespace recado::relay
