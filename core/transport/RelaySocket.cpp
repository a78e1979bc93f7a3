#include "transport/RelaySocket.h"

#include "protocol/Limits.h"
#include "transport/TlsTrust.h"

#include <QAbstractSocket>
#include <QLoggingCategory>
#include <QMetaObject>
#include <QSslError>
#include <QSslSocket>

#include <utility>

namespace recado::transport {

namespace {

Q_LOGGING_CATEGORY(socketLog, "recado.transport")

} // namespace

RelaySocket::RelaySocket(const QUrl& url, Patience patience, Events events, QObject* parent)
    : QObject(parent)
    , m_events(std::move(events))
    , m_patience(patience) {
    setMessageLimit(protocol::Limits().messageBytes);
    connect(&m_socket, &QWebSocket::connected, this, [this] { connected(); });
    connect(&m_socket, &QWebSocket::binaryMessageReceived, this, [this](const QByteArray& bytes) {
        heard();
        auto message = protocol::decodeRelayMessage(bytes);
        if (message)
            m_events.received(std::move(*message));
        else
            m_socket.close(QWebSocketProtocol::CloseCodeWrongDatatype);
    });
    connect(&m_socket, &QWebSocket::pong, this, [this] { heard(); });
    connect(&m_socket, &QWebSocket::bytesWritten, this, [this] { drained(); });
    connect(&m_socket, &QWebSocket::disconnected, this, [this] { gone(); });
#if QT_VERSION >= QT_VERSION_CHECK(6, 5, 0)
    connect(&m_socket, &QWebSocket::errorOccurred, this, [this] { gone(); });
#else
    connect(&m_socket, qOverload<QAbstractSocket::SocketError>(&QWebSocket::error), this, [this] { gone(); });
#endif
    if (url.scheme() == QLatin1String("wss")) {
        m_socket.setSslConfiguration(relayTlsConfiguration());
        connect(&m_socket, &QWebSocket::sslErrors, this, [](const QList<QSslError>& errors) {
            for (const QSslError& error : errors)
                qCWarning(socketLog) << "the relay's certificate is refused:" << error.errorString();
        });
    }
    m_watch.setSingleShot(true);
    connect(&m_watch, &QTimer::timeout, this, [this] { watch(); });
    m_socket.open(url);
}

RelaySocket::~RelaySocket() {
    // Closing, which its destructor does, makes the socket tell of it: to members that are gone by then.
    detach();
}

void RelaySocket::connected() {
    m_wire = m_socket.findChild<QAbstractSocket*>();
    if (m_wire) {
        // Small frames must not wait for the answer to the one before (Nagle).
        m_wire->setSocketOption(QAbstractSocket::LowDelayOption, 1);
        // A large message on a slow line is heard long before it is complete.
        connect(m_wire, &QIODevice::readyRead, this, [this] { heard(); });
    }
    if (auto* secure = qobject_cast<QSslSocket*>(m_wire.data()))
        connect(secure, &QSslSocket::encryptedBytesWritten, this, [this] { drained(); });
    m_quiet.start();
    m_watch.start(m_patience.pingAfterMs);
    m_events.opened();
}

void RelaySocket::send(QByteArray message) {
    m_queuedBytes += message.size();
    m_queue.push_back(std::move(message));
    if (m_queuedBytes > queueBytes) {
        m_queue.clear();
        m_queuedBytes = 0;
        QMetaObject::invokeMethod(
            this, [this] { abort(); }, Qt::QueuedConnection);
        return;
    }
    flush();
}

void RelaySocket::flush() {
    while (!m_queue.empty() && m_socket.isValid() && backlog() < socketBytes) {
        const QByteArray message = std::move(m_queue.front());
        m_queue.pop_front();
        m_queuedBytes -= message.size();
        m_socket.sendBinaryMessage(message);
    }
    m_socket.flush();
}

qint64 RelaySocket::backlog() const {
    // With TLS all bytes count as written at once and wait, encrypted, behind.
    const auto* secure = qobject_cast<const QSslSocket*>(m_wire.data());
    return m_socket.bytesToWrite() + (secure ? secure->encryptedBytesToWrite() : 0);
}

void RelaySocket::setMessageLimit(quint32 bytes) {
    m_socket.setMaxAllowedIncomingFrameSize(bytes);
    m_socket.setMaxAllowedIncomingMessageSize(bytes);
}

QByteArray RelaySocket::tlsKeyHash() const {
    // Not from m_socket: it only knows the configuration it was given.
    const auto* secure = qobject_cast<const QSslSocket*>(m_wire.data());
    return secure != nullptr && secure->isEncrypted() ? transport::tlsKeyHash(secure->peerCertificate())
                                                      : QByteArray();
}

void RelaySocket::silence() {
    detach();
    m_socket.close();
}

void RelaySocket::detach() {
    m_closed = true;
    m_silent = true;
    m_watch.stop();
    disconnect(&m_socket, nullptr, this, nullptr);
    if (m_wire)
        disconnect(m_wire, nullptr, this, nullptr);
}

void RelaySocket::heard() {
    m_asked = false;
    m_quiet.start();
}

void RelaySocket::drained() {
    // What the system takes at once says nothing about the other side. While more waits than it takes, what
    // it took before has arrived there; our question stands behind it.
    if (backlog() > 0)
        m_quiet.start();
    flush();
}

void RelaySocket::watch() {
    const qint64 left = (m_asked ? m_patience.deadAfterMs : m_patience.pingAfterMs) - m_quiet.elapsed();
    if (left > 0) {
        m_watch.start(int(left));
        return;
    }
    if (m_asked) {
        abort();
        return;
    }
    m_asked = true;
    m_quiet.start();
    m_watch.start(m_patience.deadAfterMs);
    m_socket.ping();
}

void RelaySocket::abort() {
    m_socket.abort();
    gone();
}

void RelaySocket::gone() {
    if (std::exchange(m_closed, true))
        return;
    m_watch.stop();
    // Queued: the owner destroys this object, which must not happen inside the socket's own signal.
    QMetaObject::invokeMethod(
        this,
        [this] {
            if (m_silent)
                return;
            const int code = m_socket.closeCode();
            m_events.closed(code == QWebSocketProtocol::CloseCodeNormal ? 1006 : code);
        },
        Qt::QueuedConnection);
}

} // namespace recado::transport
