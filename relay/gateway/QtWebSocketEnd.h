#pragma once

#include "relay/gateway/GatewayConfig.h"
#include "relay/gateway/VettedSocket.h"

#include <QVector>

#include <memory>

class QWebSocket;
class QWebSocketServer;

namespace recado::relay {

/// The WebSocket of one connection as Qt implements it: it answers the upgrade, joins and unmasks what comes,
/// frames what goes, and answers pings. It only sees what the gateway has checked before.
class QtWebSocketEnd {
public:
    /// `server` (which never listens itself) and the configuration are borrowed; `writer` gets what is to be
    /// sent.
    QtWebSocketEnd(QWebSocketServer& server, const GatewayConfig& config, VettedSocket::Writer writer);
    QtWebSocketEnd(const QtWebSocketEnd&) = delete;
    QtWebSocketEnd& operator=(const QtWebSocketEnd&) = delete;
    ~QtWebSocketEnd();

    /// Gives Qt a request with this Sec-WebSocket-Key, to which it writes the answer. False when it does not
    /// agree that this is an upgrade.
    [[nodiscard]] bool upgrade(const QByteArray& host, const QByteArray& key);

    /// Gives Qt whole frames; the binary messages it has found in them.
    [[nodiscard]] QVector<QByteArray> deliver(const QByteArray& frames);

    void send(const QByteArray& message);
    void ping();
    /// The last that is written.
    void close(quint16 code, const QString& reason);

private:
    QWebSocketServer& m_server;
    const GatewayConfig& m_config;
    QVector<QByteArray> m_found;
    std::unique_ptr<VettedSocket> m_socket;
    std::unique_ptr<QWebSocket> m_webSocket;
};

} // namespace recado::relay
