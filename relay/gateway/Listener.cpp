#include "relay/gateway/Listener.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>

namespace recado::relay {

namespace {

// A burst of newcomers shares the turn with the connections that are there.
constexpr int acceptsPerPass = 16;

bool isLackOfResources(int code) {
    return code == EMFILE || code == ENFILE || code == ENOBUFS || code == ENOMEM;
}

} // namespace

Listener::Listener(EventPoll& poll, Descriptor socket, Accepted accepted, Refused refused)
    : m_poll(poll)
    , m_socket(std::move(socket))
    , m_accepted(std::move(accepted))
    , m_refused(std::move(refused)) {
    openReserve();
}

void Listener::start() {
    m_watching = m_socket.isOpen() && m_poll.add(m_socket.get(), *this, EPOLLIN);
}

void Listener::stop() {
    m_watching = false;
    m_paused = false;
    m_socket.reset();
    m_reserve.reset();
}

void Listener::onEvents(std::uint32_t) {
    for (int count = 0; count < acceptsPerPass && m_watching; ++count) {
        sockaddr_storage address{};
        socklen_t size = sizeof address;
        const int socket = accept4(m_socket.get(), reinterpret_cast<sockaddr*>(&address), &size,
                                   SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (socket >= 0) {
            m_accepted(Descriptor(socket), PeerAddress::of(reinterpret_cast<const sockaddr*>(&address)));
        } else if (isLackOfResources(errno)) {
            refuseOne();
            return; // others may close theirs meanwhile
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            return;
        }
        // Anything else concerns that one connection, which is gone (accept(2), "Error handling").
    }
}

void Listener::tick() {
    if (!m_reserve.isOpen() && m_socket.isOpen())
        openReserve();
    if (m_paused && m_reserve.isOpen()) {
        m_paused = false;
        start();
    }
}

void Listener::refuseOne() {
    m_reserve.reset();
    bool accepted = false;
    {
        const Descriptor socket(accept4(m_socket.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
        accepted = socket.isOpen();
        if (accepted)
            m_refused(socket);
    }
    openReserve();
    if (accepted && m_reserve.isOpen())
        return;
    rest(); // not even that one
}

void Listener::rest() {
    if (!m_watching)
        return;
    m_poll.remove(m_socket.get());
    m_watching = false;
    m_paused = true;
}

void Listener::openReserve() {
    m_reserve = Descriptor(open("/dev/null", O_RDONLY | O_CLOEXEC));
}

} // namespace recado::relay
