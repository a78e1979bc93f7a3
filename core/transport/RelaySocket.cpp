#include "transport/RelaySocket.h"

#include "protocol/Limits.h"

#include <QAbstractSocket>
#include <QCryptographicHash>
#include <QMetaObject>
#include <QSslCertificate>
#include <QSslConfiguration>
#include <QSslKey>

namespace recado::transport {

RelaySocket::RelaySocket(const QUrl& url, Events events, QObject* parent)
    : QObject(parent)
    , m_events(std::move(events)) {
    setMessageLimit(protocol::Limits().messageBytes);
    connect(&m_socket, &QWebSocket::connected, this, [this] {
        // Small frames must not wait for the answer to the one before (Nagle); QWebSocket hides its socket.
        if (auto* inner = m_socket.findChild<QAbstractSocket*>())
            inner->setSocketOption(QAbstractSocket::LowDelayOption, 1);
        m_ping.start(pingIntervalMs);
        m_events.opened();
    });
    connect(&m_socket, &QWebSocket::binaryMessageReceived, this, [this](const QByteArray& bytes) {
        m_dead.stop();
        auto message = protocol::decodeRelayMessage(bytes);
        if (message)
            m_events.received(std::move(*message));
        else
            m_socket.close(QWebSocketProtocol::CloseCodeWrongDatatype);
    });
    connect(&m_socket, &QWebSocket::pong, this, [this] { m_dead.stop(); });
    connect(&m_socket, &QWebSocket::bytesWritten, this, [this] { flush(); });
    connect(&m_socket, &QWebSocket::disconnected, this, [this] { gone(); });
#if QT_VERSION >= QT_VERSION_CHECK(6, 5, 0)
    connect(&m_socket, &QWebSocket::errorOccurred, this, [this] { gone(); });
#else
    connect(&m_socket, qOverload<QAbstractSocket::SocketError>(&QWebSocket::error), this, [this] { gone(); });
#endif
    connect(&m_ping, &QTimer::timeout, this, [this] { keepAlive(); });
    m_dead.setSingleShot(true);
    connect(&m_dead, &QTimer::timeout, this, [this] { m_socket.abort(); });
    m_socket.open(url);
}

void RelaySocket::send(QByteArray message) {
    m_queuedBytes += message.size();
    m_queue.push_back(std::move(message));
    if (m_queuedBytes > queueBytes) {
        m_queue.clear();
        m_queuedBytes = 0;
        QMetaObject::invokeMethod(
            this, [this] { m_socket.abort(); }, Qt::QueuedConnection);
        return;
    }
    flush();
}

void RelaySocket::flush() {
    while (!m_queue.empty() && m_socket.isValid() && m_socket.bytesToWrite() < socketBytes) {
        const QByteArray message = std::move(m_queue.front());
        m_queue.pop_front();
        m_queuedBytes -= message.size();
        m_socket.sendBinaryMessage(message);
    }
    m_socket.flush();
}

void RelaySocket::setMessageLimit(quint32 bytes) {
    m_socket.setMaxAllowedIncomingFrameSize(bytes);
    m_socket.setMaxAllowedIncomingMessageSize(bytes);
}

QByteArray RelaySocket::tlsKeyHash() const {
    const QSslCertificate certificate = m_socket.sslConfiguration().peerCertificate();
    if (certificate.isNull())
        return {};
    return QCryptographicHash::hash(certificate.publicKey().toDer(), QCryptographicHash::Sha256);
}

void RelaySocket::silence() {
    m_closed = true;
    m_ping.stop();
    m_dead.stop();
    m_events = {.opened = [] {}, .received = [](const wire::RelayMessage&) {}, .closed = [](int) {}};
    m_socket.close();
}

void RelaySocket::keepAlive() {
    m_socket.ping();
    if (!m_dead.isActive())
        m_dead.start(deadAfterMs);
}

void RelaySocket::gone() {
    if (std::exchange(m_closed, true))
        return;
    m_ping.stop();
    m_dead.stop();
    // Queued: the owner destroys this object, which must not happen inside the socket's own signal.
    QMetaObject::invokeMethod(
        this,
        [this] {
            const int code = m_socket.closeCode();
            m_events.closed(code == QWebSocketProtocol::CloseCodeNormal ? 1006 : code);
        },
        Qt::QueuedConnection);
}

} // namespace recado::transport
