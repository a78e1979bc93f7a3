// Floods below the protocol's messages: WebSocket frames that carry nothing, are wrong, or never end.
#include "Flood.h"
#include "RawSocket.h"
#include "support/ChildProcess.h"

#include <poll.h>
#include <sys/socket.h>

namespace recado::tests {

namespace {

constexpr int frameConnections = 16;

/// Upgraded, then nothing is read any more but the end. `authenticated`: as that account.
bool enter(WireClient& client, Attack& attack, const SeededDevice* device, int localHost) {
    return client.open(attack.port, localHost) &&
           (device == nullptr || client.authenticate(device->account, device->authKey));
}

/// Half strangers, half accounts; each sends `bytes` as fast as it can and reads nothing.
Fate sendWithoutReading(Attack& attack, const QByteArray& bytes, const QString& what, int localHost) {
    std::vector<WireClient> clients(frameConnections);
    qint64 sent = 0;
    int ended = 0;
    while (!attack.isOver()) {
        for (std::size_t index = 0; index < clients.size() && !attack.isOver(); ++index) {
            WireClient& client = clients[index];
            const bool isStranger = index % 2 == 0;
            if (!client.isOpen() &&
                !enter(client, attack, isStranger ? nullptr : &attack.accounts[index / 2], localHost))
                continue;
            const ssize_t took =
                send(client.descriptor(), bytes.constData(), std::size_t(bytes.size()), MSG_NOSIGNAL);
            sent += std::max<ssize_t>(took, 0);
            if (took >= 0 || errno == EAGAIN)
                continue;
            ++ended;
            client.reset();
        }
    }
    Fate fate;
    fate.text = QStringLiteral("%1 MB of %2, %3 connections ended by the relay")
                    .arg(double(sent) / 1e6, 0, 'f', 1)
                    .arg(what)
                    .arg(ended);
    fate.expect(ended > 0, QStringLiteral("nobody was stopped"));
    return fate;
}

QByteArray repeated(const QByteArray& frame, qsizetype size) {
    QByteArray many;
    while (many.size() < size)
        many += frame;
    return many;
}

} // namespace

Fate pingFlood(Attack& attack) {
    return sendWithoutReading(attack, repeated(rawFrame(0x89, QByteArray(125, 'p')), 32'768),
                              QStringLiteral("pings"), 7);
}

Fate emptyFragmentFlood(Attack& attack) {
    return sendWithoutReading(attack, rawFrame(0x02, "x") + repeated(rawFrame(0x00, {}), 32'768),
                              QStringLiteral("empty fragments"), 8);
}

Fate invalidFrameFlood(Attack& attack) {
    const QByteArray unmasked("\x82\x01x", 3);
    const QByteArray wrong[] = {unmasked,
                                rawFrame(0xF2, "x"),
                                rawFrame(0x83, "x"),
                                rawFrame(0x09, "x"),
                                rawFrame(0x80, "x"),
                                rawFrame(0x81, "\xff\xfe"),
                                rawFrame(0x82, "\x0a\x7f"),
                                rawFrame(0x82, QByteArray(17'000, 'x'))};
    int closed = 0;
    int tries = 0;
    while (!attack.isOver()) {
        WireClient client;
        if (!client.open(attack.port, 9))
            continue;
        const QByteArray& bytes = wrong[std::size_t(tries++) % std::size(wrong)];
        send(client.descriptor(), bytes.constData(), std::size_t(bytes.size()), MSG_NOSIGNAL);
        char buffer[512];
        bool gotClose = false;
        while (!gotClose && waitForSocket(client.descriptor(), POLLIN, 1'000)) {
            const ssize_t got = recv(client.descriptor(), buffer, sizeof buffer, 0);
            if (got <= 0)
                break;
            gotClose = QByteArrayView(buffer, got).indexOf('\x88') >= 0;
        }
        closed += gotClose ? 1 : 0;
    }
    Fate fate;
    fate.text = QStringLiteral("%1 of %2 answered with a close frame").arg(closed).arg(tries);
    fate.expect(tries > 0 && closed >= tries - 1, QStringLiteral("an invalid frame was not answered"));
    return fate;
}

Fate trickleFlood(Attack& attack) {
    // The relay's patience with a message, 30 s of it by default, is shortened in the suite. In the long form
    // what counts is the memory and the others; the end is seen there as well when it lasts long enough.
    constexpr int tricklers = 200;
    std::vector<WireClient> clients(tricklers);
    int entered = 0;
    const QByteArray head = rawFrame(0x82, QByteArray(1'000, 'x')).left(8);
    for (int index = 0; index < tricklers; ++index) {
        WireClient& client = clients[std::size_t(index)];
        if (!enter(client, attack, &attack.accounts[std::size_t(index) % attack.accounts.size()], 10))
            continue;
        ++entered;
        send(client.descriptor(), head.constData(), std::size_t(head.size()), MSG_NOSIGNAL);
        if (index + 1 >= int(attack.accounts.size()))
            break; // one connection a device
    }
    const qint64 intervalNs = attack.isHurried ? 100'000'000 : 4'000'000'000;
    attack.untilNs = monotonicNs() + (attack.isHurried ? 700'000'000 : 36'000'000'000);
    int ended = 0;
    qint64 next = monotonicNs();
    while (!attack.isOver()) {
        waitForSocket(clients.front().descriptor(), POLLPRI, 20);
        if (monotonicNs() < next)
            continue;
        next += intervalNs;
        for (WireClient& client : clients) {
            if (!client.isOpen())
                continue;
            char said[4'096];
            const ssize_t got = recv(client.descriptor(), said, sizeof said, 0);
            const bool isClosed = got > 0 && QByteArrayView(said, got).indexOf('\x88') >= 0;
            const bool isOver = send(client.descriptor(), "x", 1, MSG_NOSIGNAL) < 0 && errno != EAGAIN;
            if (isClosed || isOver) {
                ++ended;
                client.reset();
            }
        }
    }
    Fate fate;
    fate.text = QStringLiteral("%1 trickled, %2 ended by the relay").arg(entered).arg(ended);
    fate.expect(entered > 0 && ended >= entered / 2, QStringLiteral("a trickle was waited for"));
    return fate;
}

} // namespace recado::tests
