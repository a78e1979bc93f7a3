// Floods of connections that never get as far as a message.
#include "Flood.h"
#include "FloodStage.h"
#include "RawSocket.h"

#include <poll.h>

namespace recado::tests {

namespace {

constexpr int manyConnections = 2'000;

/// Keeps `sockets` open and hands each that is writable to `feed`; counts those the relay ended.
template <typename Feed>
int keepOpen(std::vector<RawSocket>& sockets, Attack& attack, int localHost, Feed feed) {
    int ended = 0;
    while (!attack.isOver()) {
        std::vector<pollfd> polled;
        for (const RawSocket& socket : sockets)
            polled.push_back({socket.descriptor(), POLLIN, 0});
        poll(polled.data(), nfds_t(polled.size()), 20);
        for (std::size_t index = 0; index < sockets.size() && !attack.isOver(); ++index) {
            bool isOver = !sockets[index].isOpen();
            if (polled[index].revents != 0)
                sockets[index].read(isOver);
            if (!isOver && feed(sockets[index]))
                continue;
            ended += sockets[index].isOpen() ? 1 : 0;
            sockets[index].open(attack.port, localHost);
        }
    }
    return ended;
}

std::vector<RawSocket> openMany(Attack& attack, int count, int localHost) {
    std::vector<RawSocket> sockets{std::size_t(count)};
    for (RawSocket& socket : sockets)
        socket.open(attack.port, localHost);
    return sockets;
}

/// How long a newcomer takes to be welcomed; negative when he is not.
double newcomerMs(Attack& attack) {
    const qint64 start = monotonicNs();
    WireClient client;
    const SeededDevice& device = attack.accounts.front();
    if (!client.open(attack.port) || !client.authenticate(device.account, device.authKey))
        return -1;
    return double(monotonicNs() - start) / 1e6;
}

} // namespace

Fate halfOpenFlood(Attack& attack) {
    std::vector<RawSocket> sockets = openMany(attack, manyConnections, 3);
    const double newcomer = newcomerMs(attack);
    const int ended = keepOpen(sockets, attack, 3, [](RawSocket&) { return true; });
    Fate fate;
    fate.text = QStringLiteral("%1 silent connections, %2 ended by the relay; a newcomer was in after %3 ms")
                    .arg(manyConnections)
                    .arg(ended)
                    .arg(newcomer, 0, 'f', 0);
    fate.expect(newcomer >= 0, QStringLiteral("a newcomer was not let in"));
    fate.expect(ended > 0, QStringLiteral("no silent connection was ended"));
    return fate;
}

Fate headerFlood(Attack& attack) {
    std::vector<RawSocket> sockets = openMany(attack, manyConnections, 4);
    const QByteArray head = "GET /v1/socket HTTP/1.1\r\nHost: a\r\nX: " + QByteArray(6'000, 'x');
    for (RawSocket& socket : sockets)
        waitForSocket(socket.descriptor(), POLLOUT, 200) && socket.write(head) >= 0;
    qint64 sent = 0;
    const int ended = keepOpen(sockets, attack, 4, [&](RawSocket& socket) {
        const qint64 more = socket.write(QByteArray(64, 'y'));
        sent += std::max<qint64>(more, 0);
        return more >= 0;
    });
    Fate fate;
    fate.text = QStringLiteral("%1 endless requests, %2 refused or ended").arg(manyConnections).arg(ended);
    fate.expect(ended >= manyConnections / 2, QStringLiteral("endless requests were read on"));
    return fate;
}

Fate addressFlood(Attack& attack) {
    // Everything from one address, as fast as it goes, with limits by address on.
    int tooMany = 0;
    int others = 0;
    while (!attack.isOver()) {
        RawSocket socket;
        if (!socket.open(attack.port, 5))
            continue;
        bool isOver = false;
        QByteArray answer;
        const qint64 begin = monotonicNs();
        while (!isOver && answer.isEmpty() && monotonicNs() - begin < 100'000'000) {
            socket.write(answer.isEmpty() ? "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n" : "");
            if (waitForSocket(socket.descriptor(), POLLIN, 50))
                answer += socket.read(isOver);
        }
        ++(answer.startsWith("HTTP/1.1 429 ") ? tooMany : others);
    }
    const double newcomer = newcomerMs(attack); // from another address
    Fate fate;
    fate.text =
        QStringLiteral("%1 connections served, %2 answered 429; a newcomer from elsewhere was in after %3 ms")
            .arg(others)
            .arg(tooMany)
            .arg(newcomer, 0, 'f', 0);
    fate.expect(tooMany > 0, QStringLiteral("nobody was told that this is too fast"));
    fate.expect(newcomer >= 0, QStringLiteral("another address was refused"));
    return fate;
}

Fate descriptorFlood(Attack& attack) {
    // More than there are descriptors; then the processor's time while it lasts, then the recovery.
    std::vector<RawSocket> sockets = openMany(attack, 400, 6);
    for (RawSocket& socket : sockets)
        waitForSocket(socket.descriptor(), POLLOUT, 200) && socket.write(upgradeRequest()) >= 0;
    const double before = processSeconds(attack.processId);
    const qint64 start = monotonicNs();
    int refused = 0;
    while (!attack.isOver()) {
        for (RawSocket& socket : sockets) {
            bool isOver = !socket.isOpen();
            const QByteArray answer = isOver ? QByteArray() : socket.read(isOver);
            refused += answer.startsWith("HTTP/1.1 503 ") ? 1 : 0;
            if (isOver)
                socket.open(attack.port, 6);
        }
        waitForSocket(sockets.front().descriptor(), POLLPRI, 50);
    }
    const double share = (processSeconds(attack.processId) - before) / (double(monotonicNs() - start) / 1e9);
    for (RawSocket& socket : sockets)
        socket.reset();
    const qint64 freed = monotonicNs();
    double newcomer = -1;
    while (newcomer < 0 && monotonicNs() - freed < 5'000'000'000)
        newcomer = newcomerMs(attack);
    const double recovery = double(monotonicNs() - freed) / 1e6;
    Fate fate;
    fate.text = QStringLiteral("%1 told 503; %2 % of a core meanwhile; a newcomer was in %3 ms after the end")
                    .arg(refused)
                    .arg(100 * share, 0, 'f', 1)
                    .arg(recovery, 0, 'f', 0);
    fate.expect(refused > 0, QStringLiteral("nobody was refused in words"));
    fate.expect(share < (attack.isHurried ? 0.6 : 0.2), QStringLiteral("too much processor time"));
    fate.expect(newcomer >= 0, QStringLiteral("no recovery within 5 s"));
    return fate;
}

} // namespace recado::tests
