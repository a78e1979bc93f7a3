#include "relay/ops/ServiceNotifier.h"

#include "relay/gateway/Descriptor.h"

#include <QCoreApplication>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>

namespace recado::relay {

ServiceNotifier::ServiceNotifier(const QProcessEnvironment& environment)
    : m_socket(environment.value(QStringLiteral("NOTIFY_SOCKET")).toLocal8Bit()) {
    const QString forProcess = environment.value(QStringLiteral("WATCHDOG_PID"));
    if (forProcess.isEmpty() || forProcess.toLongLong() == getpid())
        m_watchdog = std::chrono::microseconds(
            std::max<qint64>(environment.value(QStringLiteral("WATCHDOG_USEC")).toLongLong(), 0));
}

void ServiceNotifier::ready() {
    send(QByteArrayLiteral("READY=1\nSTATUS=accepting connections"));
}

void ServiceNotifier::stopping() {
    send(QByteArrayLiteral("STOPPING=1\nSTATUS=finishing commits"));
}

void ServiceNotifier::alive() {
    send(QByteArrayLiteral("WATCHDOG=1"));
}

/// Nobody hears of a failure: the manager that did not get the message will say so itself.
void ServiceNotifier::send(const QByteArray& state) {
    sockaddr_un address{};
    const auto length = std::size_t(m_socket.size());
    if (length < 2 || length >= sizeof address.sun_path)
        return;
    address.sun_family = AF_UNIX;
    std::copy(m_socket.begin(), m_socket.end(), address.sun_path);
    if (address.sun_path[0] == '@') // Linux' abstract names begin with a zero
        address.sun_path[0] = '\0';
    const Descriptor descriptor(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!descriptor.isOpen())
        return;
    sendto(descriptor.get(), state.constData(), std::size_t(state.size()), MSG_NOSIGNAL,
           reinterpret_cast<const sockaddr*>(&address), socklen_t(offsetof(sockaddr_un, sun_path) + length));
}

} // namespace recado::relay
