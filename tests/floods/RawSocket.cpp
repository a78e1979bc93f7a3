#include "RawSocket.h"

#include <QtEndian>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

namespace recado::tests {

RawSocket::RawSocket(RawSocket&& other) noexcept
    : m_socket(std::exchange(other.m_socket, -1)) {}

RawSocket& RawSocket::operator=(RawSocket&& other) noexcept {
    std::swap(m_socket, other.m_socket);
    return *this;
}

bool RawSocket::open(quint16 port, int localHost) {
    reset();
    m_socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    sockaddr_in local{};
    local.sin_family = AF_INET;
    local.sin_addr.s_addr = htonl(INADDR_LOOPBACK + quint32(localHost - 1));
    sockaddr_in relay = local;
    relay.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    relay.sin_port = htons(port);
    if (m_socket >= 0 && bind(m_socket, reinterpret_cast<const sockaddr*>(&local), sizeof local) == 0 &&
        (connect(m_socket, reinterpret_cast<const sockaddr*>(&relay), sizeof relay) == 0 ||
         errno == EINPROGRESS))
        return true;
    reset();
    return false;
}

void RawSocket::reset() {
    if (m_socket < 0)
        return;
    const linger immediately{1, 0};
    setsockopt(m_socket, SOL_SOCKET, SO_LINGER, &immediately, sizeof immediately);
    close(std::exchange(m_socket, -1));
}

qint64 RawSocket::write(const QByteArray& bytes) {
    const ssize_t sent = send(m_socket, bytes.constData(), std::size_t(bytes.size()), MSG_NOSIGNAL);
    if (sent >= 0)
        return sent;
    return errno == EAGAIN || errno == ENOTCONN ? 0 : -1;
}

QByteArray RawSocket::read(bool& isOver) {
    std::array<char, 16'384> buffer{};
    const ssize_t got = recv(m_socket, buffer.data(), buffer.size(), 0);
    isOver = got == 0 || (got < 0 && errno != EAGAIN && errno != ENOTCONN);
    return got > 0 ? QByteArray(buffer.data(), got) : QByteArray();
}

bool RawSocket::waitForEnd(int timeoutMs) {
    bool isOver = false;
    while (waitForSocket(m_socket, POLLIN, timeoutMs)) {
        read(isOver);
        if (isOver)
            return true;
    }
    return false;
}

bool waitForSocket(int socket, short events, int timeoutMs) {
    pollfd entry{socket, events, 0};
    return poll(&entry, 1, timeoutMs) == 1;
}

QByteArray upgradeRequest() {
    return "GET /v1/socket HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n";
}

QByteArray rawFrame(quint8 first, const QByteArray& payload) {
    QByteArray frame(1, char(first));
    if (payload.size() < 126) {
        frame += char(0x80 | payload.size());
    } else if (payload.size() <= 0xffff) {
        frame += char(0x80 | 126);
        frame.resize(4);
        qToBigEndian(quint16(payload.size()), frame.data() + 2);
    } else {
        frame += char(0x80 | 127);
        frame.resize(10);
        qToBigEndian(quint64(payload.size()), frame.data() + 2);
    }
    return frame + QByteArray(4, '\0') + payload;
}

} // namespace recado::tests
