#pragma once

#include <QString>

#include <chrono>

namespace recado::relay {

/// Where a gateway listens and what it allows a peer. Every bound holds per connection unless it says
/// otherwise; none of them can be lifted by a peer.
struct GatewayConfig {
    /// A numeric address, or a name that resolves to one.
    QString host = QStringLiteral("127.0.0.1");
    /// 0 asks the system for a free port; Gateway::port() tells which it was.
    quint16 port = 0;
    /// The only path at which a WebSocket upgrade is answered.
    QString path = QStringLiteral("/v1/socket");
    int threads = 1;

    /// Connections of all threads together; further ones are answered 503 and closed.
    int connections = 16'384;
    /// Connections from one address (IPv6: one /64); loopback addresses are not counted.
    int connectionsPerAddress = 256;

    /// A whole request head, and the header fields in it.
    int headerBytes = 8 * 1'024;
    int headerFields = 64;
    /// A WebSocket message, checked against the declared length before anything is kept.
    qint64 messageBytes = 1'280 * 1'024;
    /// The same before a connection is authenticated: strangers, however many, must not fill the memory with
    /// halves of messages. A registration with all its prekeys has about 9 KiB.
    qint64 unauthenticatedMessageBytes = 16 * 1'024;
    int fragmentsPerMessage = 1'024;
    /// Pings, pongs and empty fragments within one second.
    int idleFramesPerSecond = 128;
    /// What may wait for a peer that does not read; one message more and the connection is aborted.
    qint64 queuedBytes = 4 * 1'024 * 1'024;
    /// ConnectionHandler::onWritable() is called when the queue falls to this after having been above it.
    qint64 lowMarkBytes = 64 * 1'024;

    /// From accept to the complete request head.
    std::chrono::milliseconds handshakeDeadline{5'000};
    /// From the upgrade to Connection::markAuthenticated().
    std::chrono::milliseconds authenticationDeadline{5'000};
    /// From the first byte of a message to its last, however steadily bytes trickle in between.
    std::chrono::milliseconds messageDeadline{30'000};
    /// A ping after this long without a frame from the peer, the end after `idleLimit` without one.
    std::chrono::milliseconds pingInterval{30'000};
    std::chrono::milliseconds idleLimit{90'000};
    /// Something is queued and the peer's side has taken no byte of it for this long.
    std::chrono::milliseconds stallDeadline{15'000};
    /// What a peer gets to answer a close frame, or to take the end of an HTTP answer.
    std::chrono::milliseconds closeDeadline{2'000};
};

} // namespace recado::relay
