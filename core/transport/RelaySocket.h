#pragma once

#include "protocol/FrameCodec.h"

#include <QByteArray>
#include <QObject>
#include <QTimer>
#include <QUrl>
#include <QWebSocket>

#include <deque>
#include <functional>

namespace recado::transport {

/// One WebSocket to a relay: messages in and out, bounded both ways, kept alive, and given up when dead. All
/// on the network thread; callbacks never come from within a call.
class RelaySocket : public QObject {
    Q_OBJECT
public:
    struct Events {
        std::function<void()> opened;
        std::function<void(wire::RelayMessage message)> received;
        /// The last one. `code` is the close code, 1006 when the connection just broke or was never there.
        std::function<void(int code)> closed;
    };

    static constexpr int pingIntervalMs = 30'000;
    /// Silence after a ping that means the other side is gone.
    static constexpr int deadAfterMs = 15'000;
    /// Bytes handed to the system's socket before the rest waits here.
    static constexpr qint64 socketBytes = 1024 * 1024;
    /// Bytes waiting here that end the connection: nobody is reading.
    static constexpr qint64 queueBytes = 64LL * 1024 * 1024;

    RelaySocket(const QUrl& url, Events events, QObject* parent);

    /// One message; waits while the socket is full.
    void send(QByteArray message);
    /// The largest message accepted from the relay, and the largest this side makes.
    void setMessageLimit(quint32 bytes);
    /// SHA-256 of the peer certificate's SubjectPublicKeyInfo; empty without TLS.
    [[nodiscard]] QByteArray tlsKeyHash() const;
    /// Closes the connection; no event follows.
    void silence();

private:
    void flush();
    void keepAlive();
    void gone();

    QWebSocket m_socket;
    Events m_events;
    QTimer m_ping;
    QTimer m_dead;
    std::deque<QByteArray> m_queue;
    qint64 m_queuedBytes = 0;
    bool m_closed = false;
};

} // namespace recado::transport
