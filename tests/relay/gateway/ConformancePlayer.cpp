#include "ConformancePlayer.h"

#include "ClientFrames.h"

#include <QElapsedTimer>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace recado::tests {

namespace {

constexpr int playPatienceMs = 20'000;
constexpr qsizetype shortCase = 160;

const QByteArray upgradeHead = "GET /v1/socket HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n"
                               "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                               "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

/// What a gateway has sent on one connection, in words. Pongs are told apart from the rest and only by the
/// last one: how many pings one answer stands for, and what it overtakes, is the gateway's choice.
QByteArray toText(QByteArrayView bytes) {
    QByteArray text;
    QByteArray pong;
    const qsizetype headEnd = bytes.indexOf("\r\n\r\n");
    if (!bytes.startsWith("HTTP/1.1 ") || headEnd < 0)
        return "no answer\n";
    const QByteArray head = bytes.first(headEnd).toByteArray();
    text += head.mid(9, 3);
    for (const QByteArray& line : head.split('\n')) {
        if (line.startsWith("Sec-WebSocket-Version") || line.startsWith("Allow"))
            text += ' ' + line.trimmed();
    }
    text += '\n';
    bytes = bytes.sliced(headEnd + 4);
    if (!text.startsWith("101"))
        return text;
    while (bytes.size() >= 2) {
        const int first = quint8(bytes[0]);
        quint64 size = quint8(bytes[1]);
        qsizetype header = 2;
        if (size == 126 && bytes.size() >= 4) {
            size = qFromBigEndian<quint16>(bytes.data() + 2);
            header = 4;
        } else if (size == 127 && bytes.size() >= 10) {
            size = qFromBigEndian<quint64>(bytes.data() + 2);
            header = 10;
        }
        if (quint64(bytes.size() - header) < size)
            break;
        const QByteArray payload = bytes.sliced(header, qsizetype(size)).toByteArray();
        bytes = bytes.sliced(header + qsizetype(size));
        if (first == (0x80 | pongFrame))
            pong = "pong " + digest(payload) + '\n';
        else if (first == (0x80 | binaryFrame))
            text += "echo " + digest(payload) + '\n';
        else if (first == 0x88)
            text +=
                pong + "close " +
                QByteArray::number(payload.size() < 2 ? 1005 : qFromBigEndian<quint16>(payload.constData())) +
                '\n';
        else
            text += "first byte " + QByteArray::number(first, 16) + '\n';
    }
    if (!bytes.isEmpty())
        text += "and half a frame\n";
    return text;
}

class Player {
public:
    Player(Performance& performance, quint16 port)
        : m_performance(performance)
        , m_socket(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        if (performance.act->begin == ConformanceCase::Begin::AfterUpgrade)
            m_performance.segments.prepend(upgradeHead);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        const int yes = 1;
        setsockopt(m_socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        m_ended = connect(m_socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0;
    }
    Player(const Player&) = delete;
    Player& operator=(const Player&) = delete;
    ~Player() {
        const linger atOnce{1, 0}; // thousands of them: no port shall rest
        setsockopt(m_socket, SOL_SOCKET, SO_LINGER, &atOnce, sizeof atOnce);
        close(m_socket);
    }

    void next() {
        if (m_segment < m_performance.segments.size())
            m_outgoing += m_performance.segments[m_segment++];
    }
    [[nodiscard]] bool hasMore() const { return m_segment < m_performance.segments.size(); }
    [[nodiscard]] bool hasEnded() const { return m_ended; }
    [[nodiscard]] quint64 sentBytes() const { return m_sent; }
    [[nodiscard]] bool isWriting() const { return m_offset < m_outgoing.size() && !m_broken; }
    [[nodiscard]] pollfd interest() const {
        return {m_ended ? -1 : m_socket, short(POLLIN | (isWriting() ? POLLOUT : 0)), 0};
    }

    void write() {
        while (isWriting()) {
            const ssize_t count =
                send(m_socket, m_outgoing.constData() + m_offset, std::size_t(m_outgoing.size() - m_offset),
                     MSG_NOSIGNAL | MSG_DONTWAIT);
            if (count < 0) {
                m_broken = errno != EAGAIN;
                return;
            }
            m_offset += count;
            m_sent += quint64(count);
        }
    }
    void read() {
        std::array<char, 65'536> buffer{};
        ssize_t count = 0;
        while ((count = recv(m_socket, buffer.data(), buffer.size(), MSG_DONTWAIT)) > 0)
            m_received.append(buffer.data(), count);
        m_ended = m_ended || count == 0 || errno != EAGAIN;
    }
    void report() {
        QByteArray text = toText(m_received);
        if (m_performance.act->begin == ConformanceCase::Begin::AfterUpgrade && text.startsWith("101\n"))
            text = text.sliced(4);
        m_performance.seen = text;
    }

private:
    Performance& m_performance;
    const int m_socket;
    qsizetype m_segment = 0;
    QByteArray m_outgoing;
    qsizetype m_offset = 0;
    quint64 m_sent = 0;
    QByteArray m_received;
    bool m_ended = false;
    bool m_broken = false;
};

using Players = std::vector<std::unique_ptr<Player>>;

bool pumpUntil(Players& players, const std::function<bool()>& condition) {
    QElapsedTimer timer;
    timer.start();
    std::vector<pollfd> waiting(players.size());
    while (timer.elapsed() < playPatienceMs) {
        for (std::size_t index = 0; index < players.size(); ++index) {
            players[index]->write();
            waiting[index] = players[index]->interest();
        }
        if (condition())
            return true;
        poll(waiting.data(), waiting.size(), 1);
        for (std::size_t index = 0; index < players.size(); ++index) {
            if ((waiting[index].revents & ~POLLOUT) != 0)
                players[index]->read();
        }
    }
    return false;
}

} // namespace

QByteArray digest(const QByteArray& payload) {
    return QByteArray::number(payload.size()) + ':' + QByteArray::number(qChecksum(payload), 16);
}

QVector<QByteArray> wholeOf(const QByteArray& bytes) {
    return {bytes};
}

/// Of a long case only the beginning and the end go byte by byte.
QVector<QByteArray> singleBytesOf(const QByteArray& bytes) {
    const qsizetype edge = bytes.size() <= shortCase ? bytes.size() : 20;
    QVector<QByteArray> segments;
    for (qsizetype index = 0; index < edge; ++index)
        segments.append(bytes.sliced(index, 1));
    if (edge == bytes.size())
        return segments;
    segments.append(bytes.sliced(edge, bytes.size() - 2 * edge));
    for (qsizetype index = bytes.size() - edge; index < bytes.size(); ++index)
        segments.append(bytes.sliced(index, 1));
    return segments;
}

std::vector<QVector<QByteArray>> cutsOf(const QByteArray& bytes) {
    std::vector<QVector<QByteArray>> cuts;
    const bool isShort = bytes.size() <= shortCase;
    for (qsizetype at = 1; at < bytes.size();) {
        cuts.push_back({bytes.first(at), bytes.sliced(at)});
        const bool isEdge = at < 16 || bytes.size() - at <= 16;
        at += isShort || isEdge ? 1 : std::min(bytes.size() / 12, bytes.size() - at - 16);
    }
    return cuts;
}

bool play(std::vector<Performance>& performances, quint16 port, const std::function<quint64()>& bytesRead) {
    const quint64 before = bytesRead();
    Players players;
    for (Performance& performance : performances)
        players.push_back(std::make_unique<Player>(performance, port));
    const auto isRead = [&] {
        quint64 sent = 0;
        for (const auto& player : players) {
            if (player->isWriting())
                return false;
            sent += player->sentBytes();
        }
        return bytesRead() - before >= sent;
    };
    const auto hasMore = [](const auto& player) { return player->hasMore(); };
    while (std::any_of(players.begin(), players.end(), hasMore)) {
        for (const auto& player : players)
            player->next();
        if (!pumpUntil(players, isRead))
            return false;
    }
    const bool haveEnded = pumpUntil(players, [&] {
        return std::all_of(players.begin(), players.end(),
                           [](const auto& player) { return player->hasEnded(); });
    });
    for (const auto& player : players)
        player->report();
    return haveEnded;
}

} // namespace recado::tests
