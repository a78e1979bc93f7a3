#pragma once

#include <QString>

#include <atomic>
#include <chrono>
#include <memory>

namespace recado::relay {

class TlsIdentity;

/// The field in which a proxy says for whom it asks; only the last address in it is the proxy's own word.
enum class ForwardedField {
    None,          ///< no proxy: the peer is whoever connected
    XForwardedFor, ///< de facto standard
    Forwarded,     ///< RFC 7239
};

/// Who serves the connections.
enum class GatewayDriver {
    Epoll,    ///< Linux: our own sessions on epoll descriptors
    Portable, ///< every system: QTcpSocket, QSslSocket and QWebSocketServer
};

#ifdef RECADO_EPOLL_GATEWAY
constexpr GatewayDriver defaultGatewayDriver = GatewayDriver::Epoll;
#else
constexpr GatewayDriver defaultGatewayDriver = GatewayDriver::Portable;
#endif

/// Where a gateway listens and what it allows a peer. Every bound holds per connection unless it says
/// otherwise; none of them can be lifted by a peer.
struct GatewayConfig {
    GatewayDriver driver = defaultGatewayDriver;
    /// A numeric address, or a name that resolves to one.
    QString host = QStringLiteral("127.0.0.1");
    /// 0 asks the system for a free port; Gateway::port() tells which it was.
    quint16 port = 0;
    /// The only path at which a WebSocket upgrade is answered.
    QString path = QStringLiteral("/v1/socket");
    int threads = 1;
    /// What is shown in TLS handshakes; null listens without TLS.
    std::shared_ptr<TlsIdentity> tls;
    /// TLS handshakes under way, which keep three times the memory of a connection; for one more the oldest
    /// goes.
    int handshakes = 2'048;

    /// Connections of all threads together; further ones are answered 503 and closed. Fewer where the system
    /// gives the process fewer descriptors.
    int connections = 20'000;
    /// Connections from one address (IPv6: one /64); loopback addresses are not counted.
    int connectionsPerAddress = 256;
    /// New ones from one address: at once, and a second on the long run. Further ones are answered 429.
    double connectionBurstPerAddress = 512;
    double connectionsPerSecondPerAddress = 32;
    /// What else strangers pay for out of the same account, in connections.
    double failurePrice = 16;
    double registrationPrice = 8;
    /// Whether all of this holds for loopback addresses as well.
    bool limitLoopback = false;
    /// Where to find the peer's address behind a proxy, which itself is not limited then.
    ForwardedField forwardedField = ForwardedField::None;
    /// Connections that are not authenticated; when there are more, the oldest of them goes: an honest one is
    /// through in a moment.
    int strangers = 4'096;
    /// Connections beyond the last place that hear so, a second; the others wait in the system's queue.
    int refusalsPerSecond = 256;
    /// No WebSocket is opened while a thread's loop is this late, or `overloaded` is set (borrowed; may be
    /// null): 503.
    std::chrono::milliseconds overloadLag{1'000};
    const std::atomic<bool>* overloaded = nullptr;
    /// What such an answer says to wait.
    std::chrono::seconds refusalRetry{2};

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
    /// What may wait for all peers whose queues are above `lowMarkBytes`: one message more, and its receiver
    /// is aborted.
    qint64 outgoingBytes = 64 * 1'024 * 1'024;
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
