#include "relay/gateway/PortableSocket.h"

#include <QHostAddress>
#include <QMetaObject>
#include <QSslSocket>

#ifdef Q_OS_WIN
#include <winsock2.h>
#else
#include <sys/socket.h>
#endif

#include <utility>

namespace recado::relay {

namespace {

// What Qt reads ahead of us: bounds the memory of a connection, and what one of them does in a turn.
constexpr qint64 readAhead = 64 * 1'024;
// What may lie unsent in the system's buffer of one connection; the rest waits where it is counted.
constexpr int systemSendBuffer = 128 * 1'024;

void endWriting(qintptr descriptor) {
#ifdef Q_OS_WIN
    ::shutdown(SOCKET(descriptor), SD_SEND);
#else
    ::shutdown(int(descriptor), SHUT_WR);
#endif
}

} // namespace

PortableSocket::PortableSocket(qintptr descriptor, const QSslConfiguration* tls, Signals listener)
    : m_signals(std::move(listener)) {
    if (tls != nullptr) {
        auto encrypting = std::make_unique<QSslSocket>();
        m_tls = encrypting.get();
        m_socket = std::move(encrypting);
    } else {
        m_socket = std::make_unique<QTcpSocket>();
    }
    QTcpSocket& socket = *m_socket;
    QObject::connect(&socket, &QTcpSocket::readyRead, &socket, [this] { receive(); });
    QObject::connect(&socket, &QTcpSocket::disconnected, &socket, [this] {
        if (!std::exchange(m_ended, true))
            m_signals.ended();
    });
    socket.setReadBufferSize(readAhead);
    if (!socket.setSocketDescriptor(descriptor)) {
        m_ended = true;
        return;
    }
    socket.setSocketOption(QAbstractSocket::LowDelayOption, 1);
    socket.setSocketOption(QAbstractSocket::SendBufferSizeSocketOption, systemSendBuffer);
    if (m_tls == nullptr) {
        QObject::connect(&socket, &QTcpSocket::bytesWritten, &socket, m_signals.sent);
    } else {
        QObject::connect(m_tls, &QSslSocket::encryptedBytesWritten, m_tls, m_signals.sent);
        QObject::connect(m_tls, &QSslSocket::encrypted, m_tls, m_signals.encrypted);
        m_tls->setSslConfiguration(*tls);
        m_tls->startServerEncryption();
    }
}

PortableSocket::~PortableSocket() {
    abort();
}

PeerAddress PortableSocket::peer() const {
    return PeerAddress::of(m_socket->peerAddress());
}

bool PortableSocket::hasTlsTrouble() const {
    const QAbstractSocket::SocketError error = m_socket->error();
    return error == QAbstractSocket::SslHandshakeFailedError || error == QAbstractSocket::SslInternalError ||
           error == QAbstractSocket::SslInvalidUserDataError;
}

void PortableSocket::write(const QByteArray& bytes) {
    if (m_ended)
        return;
    m_socket->write(bytes);
}

void PortableSocket::flush() {
    if (!m_ended)
        m_socket->flush();
}

qint64 PortableSocket::queuedBytes() const {
    if (m_ended)
        return 0;
    return m_socket->bytesToWrite() + (m_tls != nullptr ? m_tls->encryptedBytesToWrite() : 0);
}

void PortableSocket::setReading(bool reading) {
    if (std::exchange(m_reading, reading) == reading || !reading)
        return;
    // What Qt has read meanwhile is announced no more.
    QMetaObject::invokeMethod(
        m_socket.get(), [this] { receive(); }, Qt::QueuedConnection);
}

void PortableSocket::endSending() {
    if (m_ended)
        return;
    if (m_tls != nullptr)
        m_tls->disconnectFromHost(); // says so under the encryption as well, which needs the whole socket
    else
        endWriting(m_socket->socketDescriptor());
}

void PortableSocket::abort() {
    m_ended = true;
    m_socket->disconnect();
    m_socket->abort();
}

void PortableSocket::receive() {
    if (!m_reading || m_ended)
        return;
    const QByteArray bytes = m_socket->read(readAhead);
    if (!bytes.isEmpty())
        m_signals.received(bytes);
}

} // namespace recado::relay
