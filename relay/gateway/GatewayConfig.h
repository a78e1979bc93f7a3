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

    /// Connections of all threads together; further ones are answered 503 and closed. Fewer where the system
    /// gives the process fewer descriptors.
    int connections = 20'000;
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
    /// What all connections together may keep of messages that are not complete yet. Whoever goes beyond it
    /// with more than a trifle of his own is told to try again later.
    qint64 incompleteBytes = 128 * 1'024 * 1'024;
    int fragmentsPerMessage = 1'024;
    /// Pings, pongs and empty fragments within one second.
    int idleFramesPerSecond = 128;
    /// What may wait for a peer that does not read; one message more and the connection is aborted. A message
    /// that finds nothing waiting may be larger.
    qint64 queuedBytes = 1'024 * 1'024;
    /// ConnectionHandler::onWritable() is called when the queue falls to this after having been above it.
    /// Above it, `stallDeadline` holds.
    qint64 lowMarkBytes = 64 * 1'024;

    /// From accept to the complete request head.
    std::chrono::milliseconds handshakeDeadline{5'000};
    /// From accept to Connection::markAuthenticated(), whatever trickles in between.
    std::chrono::milliseconds authenticationDeadline{5'000};
    /// From the first byte of a message to its last, and a second more for every `messageBytesPerSecond` that
    /// came: a trickle ends, a large message over a slow line does not.
    std::chrono::milliseconds messageDeadline{30'000};
    qint64 messageBytesPerSecond = 4 * 1'024;
    /// A ping after this long without a frame from the peer, and again; the end after `idleLimit` without a
    /// frame and without a byte taken of what is queued.
    std::chrono::milliseconds pingInterval{30'000};
    std::chrono::milliseconds idleLimit{90'000};
    /// More than `lowMarkBytes` is queued and nothing sent has arrived at the peer's system for this long.
    /// With the granularity of the check a stalled reader is gone within two seconds.
    std::chrono::milliseconds stallDeadline{1'500};
    /// What a peer gets to answer a close frame, or to take the end of an HTTP answer.
    std::chrono::milliseconds closeDeadline{2'000};
};

} // namespace recado::relay
