#include "relay/gateway/ListenSockets.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <memory>

namespace recado::relay {

namespace {

using base::makeError;
using base::Reason;
using base::Result;
using AddressList = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

constexpr int listenBacklog = 4'096; // or what the system allows
// What may lie unsent in the system's buffer of one connection; the rest waits where it is counted.
constexpr int unsentLowMark = 128 * 1'024;

Result<AddressList> resolve(const QString& host, quint16 port) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
    addrinfo* found = nullptr;
    const QByteArray service = QByteArray::number(port);
    const int code = getaddrinfo(host.toUtf8().constData(), service.constData(), &hints, &found);
    if (code != 0)
        return makeError(
            Reason::Configuration,
            QStringLiteral("cannot resolve %1: %2").arg(host, QString::fromUtf8(gai_strerror(code))));
    return AddressList(found, &freeaddrinfo);
}

enum class Sharing { Alone, WithOtherThreads };

void setOption(int socket, int level, int name, int value) {
    // Each of them only tunes; a socket without it still serves.
    setsockopt(socket, level, name, &value, sizeof value);
}

Result<Descriptor> bindSocket(const addrinfo& address, quint16 port, Sharing sharing) {
    Descriptor socket(
        ::socket(address.ai_family, address.ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, address.ai_protocol));
    if (!socket.isOpen())
        return makeError(Reason::IoFailed, QStringLiteral("no socket: %1").arg(qt_error_string(errno)));
    setOption(socket.get(), SOL_SOCKET, SO_REUSEADDR, 1);
    if (sharing == Sharing::WithOtherThreads)
        setOption(socket.get(), SOL_SOCKET, SO_REUSEPORT, 1);
    // Accepted sockets inherit these.
    setOption(socket.get(), IPPROTO_TCP, TCP_NODELAY, 1);
    setOption(socket.get(), IPPROTO_TCP, TCP_NOTSENT_LOWAT, unsentLowMark);
    sockaddr_storage target{};
    std::memcpy(&target, address.ai_addr, address.ai_addrlen);
    if (target.ss_family == AF_INET6)
        reinterpret_cast<sockaddr_in6*>(&target)->sin6_port = htons(port);
    else
        reinterpret_cast<sockaddr_in*>(&target)->sin_port = htons(port);
    if (bind(socket.get(), reinterpret_cast<const sockaddr*>(&target), address.ai_addrlen) != 0)
        return makeError(Reason::IoFailed,
                         QStringLiteral("cannot bind port %1: %2").arg(port).arg(qt_error_string(errno)));
    return socket;
}

Result<quint16> boundPort(const Descriptor& socket) {
    sockaddr_storage bound{};
    socklen_t size = sizeof bound;
    if (getsockname(socket.get(), reinterpret_cast<sockaddr*>(&bound), &size) != 0)
        return makeError(Reason::IoFailed, QStringLiteral("getsockname: %1").arg(qt_error_string(errno)));
    const in_port_t port = bound.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6*>(&bound)->sin6_port
                                                       : reinterpret_cast<sockaddr_in*>(&bound)->sin_port;
    return quint16(ntohs(port));
}

base::Status listenOn(const Descriptor& socket, quint16 port) {
    if (listen(socket.get(), listenBacklog) != 0)
        return makeError(
            Reason::IoFailed,
            QStringLiteral("cannot listen on port %1: %2").arg(port).arg(qt_error_string(errno)));
    return {};
}

} // namespace

Result<ListenSockets> openListenSockets(const QString& host, quint16 port, int count) {
    RECADO_TRY(const AddressList addresses, resolve(host, port));
    const addrinfo& address = *addresses;
    ListenSockets result;
    RECADO_TRY(Descriptor alone, bindSocket(address, port, Sharing::Alone));
    RECADO_TRY(result.port, boundPort(alone));
    if (count == 1) {
        RECADO_CHECK(listenOn(alone, result.port));
        result.sockets.push_back(std::move(alone));
        return result;
    }
    alone.reset();
    for (int index = 0; index < count; ++index) {
        RECADO_TRY(Descriptor shared, bindSocket(address, result.port, Sharing::WithOtherThreads));
        RECADO_CHECK(listenOn(shared, result.port));
        result.sockets.push_back(std::move(shared));
    }
    return result;
}

} // namespace recado::relay
