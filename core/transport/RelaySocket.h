#pragma once

#include "protocol/FrameCodec.h"

#include <QByteArray>
#include <QElapsedTimer>
#include <QObject>
#include <QPointer>
#include <QTimer>
#include <QUrl>
#include <QWebSocket>

#include <deque>
#include <functional>

class QAbstractSocket;

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

    /// How a connection that died without a word is found out: within both times together. Bytes of any kind
    /// that arrive are a sign of life, and so is a backlog that still drains: slow is not dead.
    struct Patience {
        /// Silence after which the relay is asked whether it is there (a ping).
        int pingAfterMs = 15'000;
        /// Silence after that question that ends the connection.
        int deadAfterMs = 15'000;
    };

    /// Bytes handed to the system's socket before the rest waits here.
    static constexpr qint64 socketBytes = 1024 * 1024;
    /// Bytes waiting here that end the connection: nobody is reading.
    static constexpr qint64 queueBytes = 64LL * 1024 * 1024;

    RelaySocket(const QUrl& url, Patience patience, Events events, QObject* parent);
    /// No event follows.
    ~RelaySocket() override;

    /// One message; waits while the socket is full.
    void send(QByteArray message);
    /// The largest message accepted from the relay.
    void setMessageLimit(quint32 bytes);
    /// SHA-256 of the peer certificate's SubjectPublicKeyInfo; empty without TLS.
    [[nodiscard]] QByteArray tlsKeyHash() const;
    /// Closes the connection; no event follows.
    void silence();

private:
    void connected();
    void flush();
    void heard();
    void drained();
    void watch();
    void abort();
    void gone();
    void detach();
    [[nodiscard]] qint64 backlog() const;

    QWebSocket m_socket;
    QPointer<QAbstractSocket> m_wire; // inside m_socket, which hides it
    Events m_events;
    Patience m_patience;
    QTimer m_watch;
    QElapsedTimer m_quiet; // since the latest sign of life, or since the question
    bool m_asked = false;
    std::deque<QByteArray> m_queue;
    qint64 m_queuedBytes = 0;
    bool m_closed = false;
    bool m_silent = false;
};

} // namespace recado::transport
