#include "bench/relay/LoadSocket.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace recado::tests::load {

namespace {

void switchOn(int socket, int level, int option) {
    const int on = 1;
    setsockopt(socket, level, option, &on, sizeof on);
}

} // namespace

LoadTls::LoadTls()
    : m_context(SSL_CTX_new(TLS_client_method())) {
    SSL_CTX_set_min_proto_version(m_context, TLS1_3_VERSION);
    SSL_CTX_set_verify(m_context, SSL_VERIFY_NONE, nullptr);
    SSL_CTX_set_mode(m_context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                    SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
}

LoadTls::~LoadTls() {
    SSL_CTX_free(m_context);
}

LoadSocket::LoadSocket(LoadSocket&& other) noexcept
    : m_descriptor(std::exchange(other.m_descriptor, -1))
    , m_state(std::exchange(other.m_state, State::Closed))
    , m_wantsToWrite(other.m_wantsToWrite)
    , m_tls(std::exchange(other.m_tls, nullptr)) {}

void LoadSocket::reset() {
    SSL_free(std::exchange(m_tls, nullptr));
    m_state = State::Closed;
    if (m_descriptor < 0)
        return;
    const linger immediately{1, 0};
    setsockopt(m_descriptor, SOL_SOCKET, SO_LINGER, &immediately, sizeof immediately);
    close(std::exchange(m_descriptor, -1));
}

bool LoadSocket::connect(std::uint16_t port, int localHost) {
    reset();
    m_descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (m_descriptor < 0)
        return false;
    switchOn(m_descriptor, IPPROTO_TCP, TCP_NODELAY);
    // The port is chosen when the peer is known: one port serves several peers.
    switchOn(m_descriptor, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT);
    sockaddr_in local{};
    local.sin_family = AF_INET;
    local.sin_addr.s_addr = htonl(INADDR_LOOPBACK + std::uint32_t(localHost - 1));
    sockaddr_in peer = local;
    peer.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    peer.sin_port = htons(port);
    m_state = State::Connecting;
    m_wantsToWrite = true;
    return bind(m_descriptor, reinterpret_cast<const sockaddr*>(&local), sizeof local) == 0 &&
           (::connect(m_descriptor, reinterpret_cast<const sockaddr*>(&peer), sizeof peer) == 0 ||
            errno == EINPROGRESS);
}

LoadSocket::State LoadSocket::proceed(const LoadTls* tls) {
    if (m_state == State::Securing)
        return secure();
    if (m_state != State::Connecting)
        return m_state;
    int error = 0;
    socklen_t size = sizeof error;
    if (getsockopt(m_descriptor, SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error != 0) {
        reset();
        return m_state;
    }
    m_state = State::Open;
    m_wantsToWrite = false;
    if (tls == nullptr)
        return m_state;
    m_tls = SSL_new(tls->context());
    SSL_set_fd(m_tls, m_descriptor);
    SSL_set_connect_state(m_tls);
    m_state = State::Securing;
    return secure();
}

LoadSocket::State LoadSocket::secure() {
    ERR_clear_error();
    const int done = SSL_do_handshake(m_tls);
    if (done == 1) {
        m_state = State::Open;
        m_wantsToWrite = false;
        return m_state;
    }
    const int reason = SSL_get_error(m_tls, done);
    m_wantsToWrite = reason == SSL_ERROR_WANT_WRITE;
    if (reason != SSL_ERROR_WANT_READ && reason != SSL_ERROR_WANT_WRITE)
        reset();
    return m_state;
}

ssize_t LoadSocket::read(char* buffer, std::size_t size) {
    if (m_tls == nullptr) {
        const ssize_t got = recv(m_descriptor, buffer, size, 0);
        if (got > 0)
            return got;
        return got < 0 && errno == EAGAIN ? later : broken;
    }
    ERR_clear_error();
    const int got = SSL_read(m_tls, buffer, int(size));
    if (got > 0)
        return got;
    return SSL_get_error(m_tls, got) == SSL_ERROR_WANT_READ ? later : broken;
}

ssize_t LoadSocket::write(const char* bytes, std::size_t size) {
    if (m_tls == nullptr) {
        const ssize_t sent = send(m_descriptor, bytes, size, MSG_NOSIGNAL);
        if (sent >= 0)
            return sent;
        return errno == EAGAIN ? later : broken;
    }
    ERR_clear_error();
    const int sent = SSL_write(m_tls, bytes, int(size));
    if (sent > 0)
        return sent;
    return SSL_get_error(m_tls, sent) == SSL_ERROR_WANT_WRITE ? later : broken;
}

} // namespace recado::tests::load
