#include "relay/gateway/SocketStream.h"

#include <linux/sockios.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace recado::relay {

SocketStream::SocketStream(EventPoll& poll, PollTarget& target, Descriptor socket,
                           std::unique_ptr<TlsSession> tls)
    : m_poll(poll)
    , m_target(target)
    , m_tls(std::move(tls))
    , m_socket(std::move(socket)) {}

bool SocketStream::watch() {
    return m_poll.add(m_socket.get(), m_target, EPOLLIN);
}

void SocketStream::close() {
    // A last word for who may still hear it, if it costs no waiting.
    if (m_tls && m_socket.isOpen() && !m_sendingEnded && m_tls->waitingBytes() == 0) {
        m_tls->sayGoodbye();
        m_queue.clear();
        m_tls->flush(m_socket.get(), m_queue);
    }
    m_socket.reset();
    m_queue.clear();
    m_tls.reset();
}

SocketStream::Reading SocketStream::read(std::vector<char>& buffer, QByteArrayView& bytes) {
    if (m_tls) {
        const quint64 before = m_tls->receivedBytes();
        const Reading reading = m_tls->receive(m_socket.get(), bytes);
        m_receivedBytes += m_tls->receivedBytes() - before;
        return reading;
    }
    const ssize_t got = recv(m_socket.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got > 0) {
        m_receivedBytes += quint64(got);
        bytes = QByteArrayView(buffer.data(), got);
        return Reading::Bytes;
    }
    if (got == 0)
        return Reading::Ended;
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? Reading::NothingYet : Reading::Broken;
}

void SocketStream::ignoreInput() {
    m_ignoresInput = true;
    updateInterest();
}

bool SocketStream::refuseHandshake() {
    if (m_tls)
        m_tls->refuse();
    return m_tls != nullptr;
}

OutgoingQueue::Flush SocketStream::flush() {
    if (m_blocked)
        return OutgoingQueue::Flush::Blocked;
    OutgoingQueue::Flush result = OutgoingQueue::Flush::Drained;
    if (m_tls) {
        const quint64 before = m_tls->takenBytes();
        result = m_tls->flush(m_socket.get(), m_queue);
        m_takenBytes += m_tls->takenBytes() - before;
    } else {
        const qint64 before = m_queue.bytes();
        result = m_queue.flush(m_socket.get());
        m_takenBytes += quint64(before - m_queue.bytes());
    }
    if (result == OutgoingQueue::Flush::Blocked) {
        m_blocked = true;
        updateInterest();
    }
    if (result == OutgoingQueue::Flush::Drained && m_sendingEnded && !std::exchange(m_shutDown, true))
        shutdown(m_socket.get(), SHUT_WR);
    return result;
}

void SocketStream::unblock() {
    m_blocked = false;
    updateInterest();
}

void SocketStream::endSending() {
    if (std::exchange(m_sendingEnded, true))
        return;
    if (m_tls)
        m_tls->sayGoodbye();
    flush();
}

quint64 SocketStream::confirmedBytes() const {
    int underWay = 0;
    if (ioctl(m_socket.get(), SIOCOUTQ, &underWay) != 0)
        underWay = 0;
    return m_takenBytes - std::min(m_takenBytes, quint64(std::max(underWay, 0)));
}

void SocketStream::dropUnsent() {
    const linger atOnce{1, 0};
    setsockopt(m_socket.get(), SOL_SOCKET, SO_LINGER, &atOnce, sizeof atOnce);
}

void SocketStream::setReading(bool reading) {
    if (std::exchange(m_reading, reading) != reading && m_socket.isOpen())
        updateInterest();
}

std::uint32_t SocketStream::interest() const {
    const std::uint32_t reading = isReading() ? std::uint32_t(EPOLLIN) : 0U;
    const std::uint32_t writing = m_blocked ? std::uint32_t(EPOLLOUT) : 0U;
    return reading | writing;
}

void SocketStream::updateInterest() {
    m_poll.change(m_socket.get(), m_target, interest());
}

} // namespace recado::relay
