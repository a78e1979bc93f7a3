#include "RawClient.h"

#include <QElapsedTimer>
#include <QtEndian>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

namespace recado::tests {

RawClient::RawClient(quint16 port)
    : m_socket(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(m_socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        close(m_socket);
        m_socket = -1;
    }
}

RawClient::~RawClient() {
    if (m_socket >= 0)
        close(m_socket);
}

QByteArray RawClient::upgradeRequest() {
    return "GET /v1/socket HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
}

bool RawClient::upgrade() {
    write(upgradeRequest());
    const QByteArray head = readUntil("\r\n\r\n");
    return head.startsWith("HTTP/1.1 101 ") && head.contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

bool RawClient::write(const QByteArray& bytes, int timeoutMs) {
    QElapsedTimer timer;
    timer.start();
    for (qsizetype sent = 0; sent < bytes.size();) {
        pollfd waiting{m_socket, POLLOUT, 0};
        const qint64 left = timeoutMs - timer.elapsed();
        if (left <= 0 || poll(&waiting, 1, int(left)) <= 0)
            return false;
        const ssize_t count = send(m_socket, bytes.constData() + sent, std::size_t(bytes.size() - sent),
                                   MSG_NOSIGNAL | MSG_DONTWAIT);
        if (count < 0 && errno != EAGAIN)
            return false;
        sent += std::max<ssize_t>(count, 0);
    }
    return true;
}

QByteArray RawClient::read(qsizetype size, int timeoutMs) {
    QElapsedTimer timer;
    timer.start();
    QByteArray bytes;
    while (bytes.size() < size) {
        pollfd waiting{m_socket, POLLIN, 0};
        const qint64 left = timeoutMs - timer.elapsed();
        if (left <= 0 || poll(&waiting, 1, int(left)) <= 0)
            break;
        std::array<char, 16'384> buffer{};
        const auto wanted = std::min<qsizetype>(size - bytes.size(), qsizetype(buffer.size()));
        const ssize_t count = recv(m_socket, buffer.data(), std::size_t(wanted), 0);
        if (count <= 0)
            break;
        bytes.append(buffer.data(), count);
    }
    return bytes;
}

QByteArray RawClient::readSome(int timeoutMs) {
    pollfd waiting{m_socket, POLLIN, 0};
    if (poll(&waiting, 1, timeoutMs) <= 0)
        return {};
    QByteArray bytes(64 * 1'024, Qt::Uninitialized);
    bytes.resize(std::max<qsizetype>(recv(m_socket, bytes.data(), std::size_t(bytes.size()), 0), 0));
    return bytes;
}

QByteArray RawClient::readUntil(const QByteArray& end, int timeoutMs) {
    QByteArray bytes;
    while (!bytes.endsWith(end)) {
        const QByteArray next = read(1, timeoutMs);
        if (next.isEmpty())
            break;
        bytes += next;
    }
    return bytes;
}

bool RawClient::waitForEnd(int timeoutMs) {
    QElapsedTimer timer;
    timer.start();
    while (true) {
        pollfd waiting{m_socket, POLLIN, 0};
        const qint64 left = timeoutMs - timer.elapsed();
        if (left <= 0 || poll(&waiting, 1, int(left)) <= 0)
            return false;
        std::array<char, 16'384> buffer{};
        if (recv(m_socket, buffer.data(), buffer.size(), 0) <= 0)
            return true;
    }
}

int RawClient::Frame::closeCode() const {
    if (opcode != 0x8)
        return -1;
    return payload.size() < 2 ? 1005 : qFromBigEndian<quint16>(payload.constData());
}

RawClient::Frame RawClient::readFrame(int timeoutMs) {
    const QByteArray header = read(2, timeoutMs);
    if (header.size() < 2)
        return {};
    quint64 size = quint8(header[1]); // a server's frame is never masked
    if (size == 126)
        size = qFromBigEndian<quint16>(read(2, timeoutMs).constData());
    else if (size == 127)
        size = qFromBigEndian<quint64>(read(8, timeoutMs).constData());
    return Frame{header[0] & 0x0F, read(qsizetype(size), timeoutMs)};
}

int RawClient::readCloseCode(int timeoutMs) {
    while (true) {
        const Frame frame = readFrame(timeoutMs);
        if (frame.opcode == 0x8 || frame.opcode < 0)
            return frame.closeCode();
    }
}

void RawClient::reset() {
    const linger atOnce{1, 0};
    setsockopt(m_socket, SOL_SOCKET, SO_LINGER, &atOnce, sizeof atOnce);
    close(std::exchange(m_socket, -1));
}

void RawClient::shutdownWriting() {
    shutdown(m_socket, SHUT_WR);
}

} // namespace recado::tests
