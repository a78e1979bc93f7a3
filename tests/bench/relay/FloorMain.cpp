// The floor of `./dev bench relay --limit`: the least that a router on epoll can do for a message. It
// exchanges the four frames of a message at the sizes of Recado's, unmasks what clients mask, finds the
// receiver in an array and sends once a connection and pass. No authentication, no parsing beyond the frame's
// length, no store, no deadlines. usage: recado-bench-floor DELIVER-BYTES ACCEPTED-BYTES; prints `ready
// PORT`.
#include "bench/relay/FloorFrames.h"
#include "bench/relay/WireBytes.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

namespace {

using namespace recado::tests::load;

constexpr int eventsAtOnce = 512;
constexpr std::size_t readBytes = 256 * 1'024;

struct Connection {
    std::unique_ptr<std::string> rest; // the beginning of a frame that has not come whole
    std::string out;                   // keeps its memory: an idle connection never gets any
    bool queued = false;
    bool open = false;
    bool awaitsWrite = false;
};

/// A whole masked frame, unmasked in place. Size 0 while it is not whole.
struct ClientUnit {
    char* payload = nullptr;
    std::size_t payloadSize = 0;
    std::size_t size = 0;
};

ClientUnit takeUnit(char* bytes, std::size_t size) {
    if (size < 6)
        return {};
    const auto shortLength = std::size_t(bytes[1] & 0x7f);
    const std::size_t header = shortLength < 126 ? 6 : 8;
    if (shortLength == 127 || size < header)
        return {};
    const std::size_t length =
        header == 6 ? shortLength : std::size_t(std::uint8_t(bytes[2]) << 8 | std::uint8_t(bytes[3]));
    if (size < header + length)
        return {};
    maskBytes(bytes + header, length);
    return {bytes + header, length, header + length};
}

class Floor {
public:
    Floor(std::size_t deliverBytes, std::size_t acceptedBytes)
        : m_deliverPayload(deliverBytes - 4)
        , m_acceptedPayload(acceptedBytes - 2)
        , m_buffer(readBytes) {}

    /// The port, or 0.
    int listenOnLoopback() {
        m_listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        m_epoll = epoll_create1(EPOLL_CLOEXEC);
        sockaddr_in address{};
        socklen_t size = sizeof address;
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (bind(m_listener, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
            listen(m_listener, 4'096) != 0 ||
            getsockname(m_listener, reinterpret_cast<sockaddr*>(&address), &size) != 0)
            return 0;
        watch(m_listener, EPOLLIN, EPOLL_CTL_ADD);
        return ntohs(address.sin_port);
    }

    [[noreturn]] void run() {
        epoll_event events[eventsAtOnce];
        for (;;) {
            const int count = epoll_wait(m_epoll, events, eventsAtOnce, -1);
            for (int index = 0; index < count; ++index) {
                const int socket = events[index].data.fd;
                if (socket == m_listener)
                    acceptAll();
                else
                    serve(socket, events[index].events);
            }
            for (const int socket : m_queued)
                flush(socket);
            m_queued.clear();
        }
    }

private:
    void watch(int socket, std::uint32_t events, int operation) {
        epoll_event event{};
        event.events = events;
        event.data.fd = socket;
        epoll_ctl(m_epoll, operation, socket, &event);
    }

    void acceptAll() {
        for (;;) {
            const int socket = accept4(m_listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
            if (socket < 0)
                return;
            const int on = 1;
            setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
            if (std::size_t(socket) >= m_connections.size())
                m_connections.resize(std::size_t(socket) + 1'024);
            m_connections[std::size_t(socket)] = {};
            m_connections[std::size_t(socket)].open = true;
            watch(socket, EPOLLIN, EPOLL_CTL_ADD);
        }
    }

    void serve(int socket, std::uint32_t events) {
        if (events & EPOLLOUT)
            queue(socket);
        if (events & (EPOLLIN | EPOLLHUP | EPOLLERR))
            receive(socket);
    }

    void end(int socket) {
        m_connections[std::size_t(socket)] = {};
        close(socket);
    }

    void receive(int socket) {
        Connection& connection = m_connections[std::size_t(socket)];
        std::size_t kept = 0;
        if (connection.rest) {
            kept = connection.rest->copy(m_buffer.data(), connection.rest->size());
            connection.rest.reset();
        }
        const ssize_t got = recv(socket, m_buffer.data() + kept, m_buffer.size() - kept, 0);
        if (got <= 0) {
            end(socket);
            return;
        }
        const std::size_t size = kept + std::size_t(got);
        std::size_t used = 0;
        for (ClientUnit unit = takeUnit(m_buffer.data(), size); unit.size > 0;
             unit = takeUnit(m_buffer.data() + used, size - used)) {
            used += unit.size;
            take(socket, unit);
        }
        if (used < size)
            connection.rest = std::make_unique<std::string>(m_buffer.data() + used, size - used);
    }

    void take(int socket, const ClientUnit& unit) {
        const char* payload = unit.payload;
        switch (payload[0]) {
        case floor::Submit: {
            char* out = append(m_sockets[floor::numberAt(payload, 0)], m_deliverPayload);
            std::memcpy(out, payload + unit.payloadSize - m_deliverPayload, m_deliverPayload);
            out[0] = floor::Deliver;
            floor::putNumber(out, 0, floor::numberAt(payload, 1));
            floor::putNumber(out, 1, floor::numberAt(payload, 2));
            return;
        }
        case floor::Acknowledge: {
            char* out = append(m_sockets[floor::numberAt(payload, 0)], m_acceptedPayload);
            out[0] = floor::Accepted;
            floor::putNumber(out, 0, floor::numberAt(payload, 1));
            return;
        }
        case floor::Hello: {
            const std::size_t client = floor::numberAt(payload, 0);
            if (client >= m_sockets.size())
                m_sockets.resize(client + 1'024, -1);
            m_sockets[client] = socket;
            append(socket, floor::helloPayload)[0] = floor::Hello;
            return;
        }
        default:
            std::abort(); // the generator sends nothing else
        }
    }

    /// Room for one frame's payload at the end of what this connection is to be sent.
    char* append(int socket, std::size_t payload) {
        std::string& out = m_connections[std::size_t(socket)].out;
        const std::size_t header = payload < 126 ? 2 : 4;
        const std::size_t start = out.size();
        out.resize(start + header + payload);
        out[start] = char(0x80 | binaryOpcode);
        out[start + 1] = char(header == 2 ? payload : 126);
        if (header == 4) {
            out[start + 2] = char(payload >> 8);
            out[start + 3] = char(payload);
        }
        queue(socket);
        return out.data() + start + header;
    }

    void queue(int socket) {
        Connection& connection = m_connections[std::size_t(socket)];
        if (!connection.queued)
            m_queued.push_back(socket);
        connection.queued = true;
    }

    void flush(int socket) {
        Connection& connection = m_connections[std::size_t(socket)];
        connection.queued = false;
        if (!connection.open || connection.out.empty())
            return;
        const ssize_t sent = send(socket, connection.out.data(), connection.out.size(), MSG_NOSIGNAL);
        if (sent == ssize_t(connection.out.size()))
            connection.out.clear();
        else if (sent > 0)
            connection.out.erase(0, std::size_t(sent));
        if (connection.awaitsWrite == connection.out.empty()) {
            connection.awaitsWrite = !connection.out.empty();
            watch(socket, connection.awaitsWrite ? EPOLLIN | EPOLLOUT : EPOLLIN, EPOLL_CTL_MOD);
        }
    }

    std::size_t m_deliverPayload;
    std::size_t m_acceptedPayload;
    std::vector<char> m_buffer;
    std::vector<Connection> m_connections; // by socket
    std::vector<int> m_sockets;            // by client
    std::vector<int> m_queued;
    int m_listener = -1;
    int m_epoll = -1;
};

} // namespace

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);
    if (argc != 3)
        return 2;
    Floor floorServer(std::size_t(std::atoi(argv[1])), std::size_t(std::atoi(argv[2])));
    const int port = floorServer.listenOnLoopback();
    if (port == 0)
        return 1;
    std::printf("ready %d\n", port);
    std::fflush(stdout);
    floorServer.run();
}
