#include "relay/gateway/QtWebSocketEnd.h"

#include "relay/gateway/WebSocketFrame.h"

#include <QWebSocket>
#include <QWebSocketServer>

#include <limits>
#include <utility>

namespace recado::relay {

QtWebSocketEnd::QtWebSocketEnd(QWebSocketServer& server, const GatewayConfig& config,
                               VettedSocket::Writer writer)
    : m_server(server)
    , m_config(config)
    , m_socket(std::make_unique<VettedSocket>(std::move(writer))) {}

QtWebSocketEnd::~QtWebSocketEnd() {
    m_socket->silence(); // else a QWebSocket says "going away" by itself
    m_webSocket.reset();
}

/// The request was checked and is not repeated to Qt word by word: it knows fewer forms of it than the
/// standard allows.
bool QtWebSocketEnd::upgrade(const QByteArray& host, const QByteArray& key) {
    const QByteArray head = "GET " + m_config.path.toUtf8() + " HTTP/1.1\r\nHost: " + host +
                            "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: " + key +
                            "\r\nSec-WebSocket-Version: 13\r\n\r\n";
    m_server.handleConnection(m_socket.get());
    m_socket->deliver(head, m_server);
    m_webSocket.reset(m_server.nextPendingConnection());
    if (!m_webSocket)
        return false;
    m_webSocket->setParent(nullptr);
    m_webSocket->setMaxAllowedIncomingFrameSize(quint64(m_config.messageBytes));
    m_webSocket->setMaxAllowedIncomingMessageSize(quint64(m_config.messageBytes));
    // A message goes in one frame, as with the other driver.
    m_webSocket->setOutgoingFrameSize(QWebSocket::maxOutgoingFrameSize());
    QObject::connect(m_webSocket.get(), &QWebSocket::binaryMessageReceived, m_socket.get(),
                     [this](const QByteArray& message) { m_found.append(message); });
    return true;
}

QVector<QByteArray> QtWebSocketEnd::deliver(const QByteArray& frames) {
    m_socket->deliver(frames, *m_webSocket);
    return std::exchange(m_found, {});
}

void QtWebSocketEnd::send(const QByteArray& message) {
    m_webSocket->sendBinaryMessage(message);
}

void QtWebSocketEnd::ping() {
    m_webSocket->ping();
}

void QtWebSocketEnd::close(quint16 code, const QString& reason) {
    // Qt puts any reason into the frame, however long.
    const QByteArray fitting = closePayload(code, reason).sliced(2);
    m_webSocket->close(QWebSocketProtocol::CloseCode(code), QString::fromUtf8(fitting));
}

} // namespace recado::relay
