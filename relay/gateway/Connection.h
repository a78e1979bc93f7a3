#pragma once

#include <QByteArray>
#include <QString>

#include <functional>
#include <memory>

namespace recado::base {
class Inbox;
}

namespace recado::relay {

/// Close codes of RFC 6455 section 7.4.1 that the relay uses itself.
enum WebSocketClose : quint16 {
    closeNormal = 1000,
    closeGoingAway = 1001,
    closeProtocolError = 1002,
    closeUnsupportedData = 1003,
    /// Never sent: the peer's close frame had no code.
    closeNoStatus = 1005,
    /// Never sent: the connection ended without a close frame.
    closeAbnormal = 1006,
    closeInvalidText = 1007,
    closePolicyViolation = 1008,
    closeMessageTooBig = 1009,
    closeInternalError = 1011,
    closeTryAgainLater = 1013,
};

/// One upgraded WebSocket connection as its session sees it. Lives on one I/O thread and may only be touched
/// there; other threads post to inbox(). The reference handed to the handler factory stays valid until
/// ConnectionHandler::onClosed() has returned.
class Connection {
public:
    virtual ~Connection() = default;

    /// Queues one binary message. What was queued in one turn of the event loop leaves together at its end.
    /// Exceeding GatewayConfig::queuedBytes aborts the connection. Ignored once it is closing.
    virtual void send(QByteArray message) = 0;

    /// Bytes queued here and not yet taken by the system, frame headers included.
    [[nodiscard]] virtual qint64 queuedBytes() const = 0;

    /// Sends what is queued and then a close frame; the gateway completes the closing handshake by itself.
    /// No onMessage() follows; onClosed(code) does, in a later turn or at the end of this one. `reason` is
    /// cut to 123 UTF-8 bytes.
    virtual void close(quint16 code, const QString& reason) = 0;

    /// Ends the connection at once and drops what is queued; onClosed(closeAbnormal) follows as for close().
    virtual void abort() = 0;

    /// Lifts the authentication deadline.
    virtual void markAuthenticated() = 0;

    /// Stops reading, or goes on: a peer that sends faster than it is served waits in its own system. What
    /// was read already still comes. A driver that cannot stop goes on reading.
    virtual void setReading(bool) {}

    /// What a peer that is not authenticated does, at the cost of its address (GatewayConfig).
    enum class Conduct { FailedAuthentication, Registration };
    virtual void note(Conduct) {}

    /// The peer's numeric address without its port.
    [[nodiscard]] virtual QString peerAddress() const = 0;

    /// SHA-256 of the SubjectPublicKeyInfo of the certificate this connection's handshake showed; empty
    /// without TLS of our own.
    [[nodiscard]] virtual QByteArray tlsKeyHash() const { return {}; }

    /// Unique within the process; grows.
    [[nodiscard]] virtual quint64 id() const = 0;

    /// The inbox of the I/O thread; outlives the connection.
    [[nodiscard]] virtual base::Inbox& inbox() const = 0;
};

/// What a connection tells its session, always on the I/O thread and never from within a call to Connection.
class ConnectionHandler {
public:
    virtual ~ConnectionHandler() = default;

    /// A whole binary message.
    virtual void onMessage(QByteArray message) = 0;

    /// The queue has drained to GatewayConfig::lowMarkBytes after having been above it.
    virtual void onWritable() = 0;

    /// The last call: the handler is destroyed when it returns. `code` is the peer's close code, the one
    /// given to close(), or the one the gateway found (closeAbnormal when the connection just broke).
    virtual void onClosed(quint16 code) = 0;
};

/// Makes the session of a new connection; called on its I/O thread, must not return null.
using ConnectionHandlerFactory = std::function<std::unique_ptr<ConnectionHandler>(Connection&)>;

} // namespace recado::relay
