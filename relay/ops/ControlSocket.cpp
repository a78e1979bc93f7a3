#include "relay/ops/ControlSocket.h"

#include <QElapsedTimer>
#include <QFile>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace recado::relay::controlSocket {

namespace {

using base::makeError;
using base::Reason;
using base::Result;

constexpr qsizetype longestLine = 16 * 1'024 * 1'024; // a list of very many users
constexpr int writeTimeoutMs = 5'000;
constexpr int controlBacklog = 8;
constexpr char socketName[] = "control";

base::Error controlError(const char* action) {
    return makeError(
        Reason::IoFailed,
        QStringLiteral("control socket: %1: %2").arg(QString::fromLatin1(action), qt_error_string(errno)));
}

/// The socket's address by way of an open descriptor of its directory: socket paths end at 107 bytes, and
/// data directories may well be longer.
struct ControlAddress {
    Descriptor directory;
    sockaddr_un address{};

    [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&address); }
};

Result<ControlAddress> addressIn(const QString& directory) {
    ControlAddress result;
    result.directory =
        Descriptor(open(QFile::encodeName(directory).constData(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!result.directory.isOpen())
        return makeError(Reason::RelayUnreachable, qt_error_string(errno));
    const QByteArray path =
        "/proc/self/fd/" + QByteArray::number(result.directory.get()) + '/' + QByteArray(socketName);
    result.address.sun_family = AF_UNIX;
    std::memcpy(result.address.sun_path, path.constData(), std::size_t(path.size()) + 1);
    return result;
}

Result<Descriptor> newSocket() {
    Descriptor descriptor(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!descriptor.isOpen())
        return controlError("socket");
    return descriptor;
}

} // namespace

Result<Descriptor> listenIn(const QString& directory) {
    removeFrom(directory);
    RECADO_TRY(const ControlAddress address, addressIn(directory));
    RECADO_TRY(Descriptor listening, newSocket());
    // On Linux the file takes its mode from the unbound socket, so that it is never open to others.
    if (fchmod(listening.get(), S_IRUSR | S_IWUSR) != 0)
        return controlError("fchmod");
    if (bind(listening.get(), address.get(), sizeof address.address) != 0)
        return controlError("bind");
    if (listen(listening.get(), controlBacklog) != 0)
        return controlError("listen");
    return listening;
}

Result<Descriptor> connectTo(const QString& directory) {
    RECADO_TRY(const ControlAddress address, addressIn(directory));
    RECADO_TRY(Descriptor descriptor, newSocket());
    if (connect(descriptor.get(), address.get(), sizeof address.address) != 0)
        return makeError(Reason::RelayUnreachable, qt_error_string(errno));
    return descriptor;
}

void removeFrom(const QString& directory) {
    QFile::remove(directory + QLatin1Char('/') + QLatin1String(socketName));
}

Result<QByteArray> readLine(const Descriptor& socket, int timeoutMs) {
    QElapsedTimer timer;
    timer.start();
    QByteArray line;
    while (line.size() < longestLine) {
        pollfd waiting{socket.get(), POLLIN, 0};
        const qint64 left = timeoutMs - timer.elapsed();
        if (left <= 0 || poll(&waiting, 1, int(left)) <= 0)
            return makeError(Reason::Timeout, QStringLiteral("control socket: no line in time"));
        std::array<char, 4'096> buffer{};
        const ssize_t got = recv(socket.get(), buffer.data(), buffer.size(), 0);
        if (got <= 0)
            return makeError(Reason::IoFailed, QStringLiteral("control socket: the other side has gone"));
        line.append(buffer.data(), got);
        if (line.endsWith('\n')) {
            line.chop(1);
            return line;
        }
    }
    return makeError(Reason::FrameTooLarge, QStringLiteral("control socket: the line is too long"));
}

base::Status writeLine(const Descriptor& socket, const QByteArray& line) {
    const QByteArray bytes = line + '\n';
    for (qsizetype sent = 0; sent < bytes.size();) {
        pollfd waiting{socket.get(), POLLOUT, 0};
        if (poll(&waiting, 1, writeTimeoutMs) <= 0)
            return makeError(Reason::Timeout, QStringLiteral("control socket: nobody reads"));
        const ssize_t count =
            send(socket.get(), bytes.constData() + sent, std::size_t(bytes.size() - sent), MSG_NOSIGNAL);
        if (count < 0 && errno != EAGAIN)
            return controlError("send");
        sent += std::max<ssize_t>(count, 0);
    }
    return {};
}

} // namespace recado::relay::controlSocket
