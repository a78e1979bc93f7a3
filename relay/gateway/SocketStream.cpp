#include "relay/gateway/SocketStream.h"

#include <linux/sockios.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace recado::relay {

SocketStream::SocketStream(EventPoll& poll, PollTarget& target, Descriptor socket)
    : m_poll(poll)
    , m_target(target)
    , m_socket(std::move(socket)) {}

bool SocketStream::watch() {
    return m_poll.add(m_socket.get(), m_target, EPOLLIN);
}

void SocketStream::close() {
    m_socket.reset();
    m_queue.clear();
}

SocketStream::Reading SocketStream::read(std::vector<char>& buffer, QByteArrayView& bytes) {
    const ssize_t got = recv(m_socket.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got > 0) {
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

OutgoingQueue::Flush SocketStream::flush() {
    if (m_blocked)
        return OutgoingQueue::Flush::Blocked;
    const qint64 before = m_queue.bytes();
    const OutgoingQueue::Flush result = m_queue.flush(m_socket.get());
    m_takenBytes += quint64(before - m_queue.bytes());
    if (result == OutgoingQueue::Flush::Blocked) {
        m_blocked = true;
        updateInterest();
    }
    return result;
}

void SocketStream::unblock() {
    m_blocked = false;
    updateInterest();
}

void SocketStream::endSending() {
    if (!std::exchange(m_sendingEnded, true))
        shutdown(m_socket.get(), SHUT_WR);
}

quint64 SocketStream::confirmedBytes() const {
    int underWay = 0;
    if (ioctl(m_socket.get(), SIOCOUTQ, &underWay) != 0)
        underWay = 0;
    return m_takenBytes - std::min(m_takenBytes, quint64(std::max(underWay, 0)));
}

void SocketStream::updateInterest() {
    const std::uint32_t reading = m_ignoresInput ? 0U : std::uint32_t(EPOLLIN);
    const std::uint32_t writing = m_blocked ? std::uint32_t(EPOLLOUT) : 0U;
    m_poll.change(m_socket.get(), m_target, reading | writing);
}

} // namespace recado::relay
