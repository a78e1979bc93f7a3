#pragma once

#include <QByteArray>
#include <QString>

namespace recado::relay {

/// Why a session closes its connection (WebSocket close codes, RFC 6455 section 7.4; 4000 and up are ours).
enum class CloseCode : quint16 {
    Malformed = 1007, // not a message of this protocol
    Policy = 1008,    // authentication failed, too much talk before it, or the device was removed
    Internal = 1011,  // a store did not answer
    /// The same device authenticated on a newer connection; this one must not reconnect by itself.
    Replaced = 4001,
};

/// All that a session knows of its connection. Everything is called on the connection's thread.
class SessionLink {
public:
    virtual ~SessionLink() = default;

    /// Queues one binary message.
    virtual void send(const QByteArray& message) = 0;
    /// Sends what is queued, then closes. The session gets closed() later, not from within this call.
    virtual void close(CloseCode code, const QString& reason) = 0;
    /// Bytes queued but not yet taken by the system.
    [[nodiscard]] virtual qint64 queuedBytes() const = 0;
    /// SHA-256 of the TLS key the other side was shown; empty without TLS of the relay's own.
    [[nodiscard]] virtual QByteArray tlsKeyHash() const { return {}; }
    /// The other side proved who it is: its deadline for authentication is off.
    virtual void markAuthenticated() = 0;
    /// Stops to take bytes from the other side, or goes on; what came already may still be received.
    virtual void setReading(bool) {}
    /// What a stranger does, at the cost of his address.
    enum class Conduct { FailedAuthentication, Registration };
    virtual void note(Conduct) {}
};

} // namespace recado::relay
