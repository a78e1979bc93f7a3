#include "support/WireClient.h"

#include "protocol/AuthTranscript.h"

#include <QtEndian>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <utility>

namespace recado::tests {

namespace {

constexpr quint8 binaryOpcode = 0x2;
constexpr quint8 closeOpcode = 0x8;
constexpr quint8 pingOpcode = 0x9;
constexpr quint8 pongOpcode = 0xa;

/// A masked client frame (RFC 6455, 5.2); the mask is zero because nothing between us and loopback needs one.
QByteArray maskedFrame(quint8 opcode, const QByteArray& payload) {
    QByteArray frame;
    frame.reserve(payload.size() + 14);
    frame.append(char(0x80 | opcode));
    if (payload.size() < 126) {
        frame.append(char(0x80 | payload.size()));
    } else if (payload.size() <= 0xffff) {
        const quint16 length = qToBigEndian(quint16(payload.size()));
        frame.append(char(0x80 | 126)).append(reinterpret_cast<const char*>(&length), sizeof length);
    } else {
        const quint64 length = qToBigEndian(quint64(payload.size()));
        frame.append(char(0x80 | 127)).append(reinterpret_cast<const char*>(&length), sizeof length);
    }
    frame.append(4, '\0');
    frame.append(payload);
    return frame;
}

bool waitFor(int socket, short events, int timeoutMs) {
    pollfd entry{socket, events, 0};
    return poll(&entry, 1, timeoutMs) == 1;
}

} // namespace

WireClient::WireClient(WireClient&& other) noexcept
    : m_socket(std::exchange(other.m_socket, -1))
    , m_incoming(std::move(other.m_incoming))
    , m_outgoing(std::move(other.m_outgoing)) {}

WireClient& WireClient::operator=(WireClient&& other) noexcept {
    std::swap(m_socket, other.m_socket);
    std::swap(m_incoming, other.m_incoming);
    std::swap(m_outgoing, other.m_outgoing);
    return *this;
}

WireClient::~WireClient() {
    reset();
}

void WireClient::reset() {
    if (m_socket < 0)
        return;
    const linger immediately{1, 0};
    setsockopt(m_socket, SOL_SOCKET, SO_LINGER, &immediately, sizeof immediately);
    close(std::exchange(m_socket, -1));
    m_incoming.clear();
    m_outgoing.clear();
}

bool WireClient::open(quint16 port, int localHost) {
    reset();
    m_socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in local{};
    local.sin_family = AF_INET;
    local.sin_addr.s_addr = htonl(INADDR_LOOPBACK + quint32(localHost - 1));
    sockaddr_in relay = local;
    relay.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    relay.sin_port = htons(port);
    const int on = 1;
    setsockopt(m_socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (bind(m_socket, reinterpret_cast<const sockaddr*>(&local), sizeof local) != 0 ||
        connect(m_socket, reinterpret_cast<const sockaddr*>(&relay), sizeof relay) != 0)
        return false;
    fcntl(m_socket, F_SETFL, fcntl(m_socket, F_GETFL) | O_NONBLOCK);
    m_outgoing = "GET /v1/socket HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
                 "Connection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
                 "Sec-WebSocket-Version: 13\r\n\r\n";
    if (!flush())
        return false;
    while (!m_incoming.contains("\r\n\r\n")) {
        if (!waitFor(m_socket, POLLIN, 5'000) || !fill())
            return false;
    }
    const qsizetype end = m_incoming.indexOf("\r\n\r\n") + 4;
    const bool upgraded = m_incoming.startsWith("HTTP/1.1 101");
    m_incoming.remove(0, end);
    return upgraded;
}

bool WireClient::authenticate(const base::AccountId& account, const base::SigningKey& authKey) {
    protocol::AuthTranscript transcript;
    transcript.version = protocol::protocolVersion;
    transcript.purpose = wire::PURPOSE_AUTHENTICATE;
    transcript.clientNonce =
        base::SecretBytes::random(protocol::AuthTranscript::nonceSize).view().toByteArray();
    transcript.accountId = account.toBytes();
    transcript.deviceId = 1;
    wire::ClientFrame frame;
    frame.set_request_id(1);
    auto* hello = frame.mutable_hello();
    hello->set_version(transcript.version);
    hello->set_client("wire client");
    hello->set_nonce(protocol::fromBytes(transcript.clientNonce));
    hello->set_purpose(wire::PURPOSE_AUTHENTICATE);
    hello->set_account_id(protocol::fromBytes(transcript.accountId));
    hello->set_device_id(transcript.deviceId);
    queue(protocol::encode(frame));
    if (!flush())
        return false;
    const auto answer = readMessage();
    if (!answer || !answer->frames(0).has_challenge())
        return false;
    const wire::Challenge& challenge = answer->frames(0).challenge();
    transcript.relayNonce = protocol::toBytes(challenge.nonce());
    transcript.relayKey = protocol::toBytes(challenge.relay_key());
    transcript.relayName = QString::fromStdString(challenge.relay_name());
    transcript.tlsKeyHash = protocol::toBytes(challenge.tls_key_hash());
    frame.Clear();
    frame.set_request_id(2);
    frame.mutable_authenticate()->set_signature(
        protocol::fromBytes(authKey.sign(protocol::deviceAuthenticationLabel, transcript.toBytes())));
    queue(protocol::encode(frame));
    if (!flush())
        return false;
    const auto welcome = readMessage();
    return welcome && welcome->frames(0).has_welcome();
}

void WireClient::queue(const QByteArray& message) {
    m_outgoing.append(maskedFrame(binaryOpcode, message));
}

bool WireClient::flush() {
    while (!m_outgoing.isEmpty()) {
        const ssize_t written =
            send(m_socket, m_outgoing.constData(), std::size_t(m_outgoing.size()), MSG_NOSIGNAL);
        if (written < 0)
            return errno == EAGAIN;
        m_outgoing.remove(0, written);
    }
    return true;
}

bool WireClient::fill() {
    char buffer[65'536];
    for (;;) {
        const ssize_t got = recv(m_socket, buffer, sizeof buffer, 0);
        if (got < 0)
            return errno == EAGAIN;
        if (got == 0)
            return false;
        m_incoming.append(buffer, got);
        if (got < ssize_t(sizeof buffer))
            return true;
    }
}

/// The next complete binary message in the buffer; control frames on the way are dealt with.
std::optional<QByteArray> WireClient::takeMessage() {
    for (;;) {
        if (m_incoming.size() < 2)
            return std::nullopt;
        const auto opcode = quint8(m_incoming[0] & 0x0f);
        auto length = quint64(m_incoming[1] & 0x7f);
        qsizetype header = 2;
        if (length == 126 && m_incoming.size() >= 4) {
            length = qFromBigEndian<quint16>(m_incoming.constData() + 2);
            header = 4;
        } else if (length == 127 && m_incoming.size() >= 10) {
            length = qFromBigEndian<quint64>(m_incoming.constData() + 2);
            header = 10;
        } else if (length >= 126) {
            return std::nullopt;
        }
        if (quint64(m_incoming.size() - header) < length)
            return std::nullopt;
        const QByteArray payload = m_incoming.mid(header, qsizetype(length));
        m_incoming.remove(0, header + qsizetype(length));
        if (opcode == binaryOpcode)
            return payload;
        if (opcode == pingOpcode)
            m_outgoing.append(maskedFrame(pongOpcode, payload));
        if (opcode == closeOpcode)
            return std::nullopt;
    }
}

QVector<QByteArray> WireClient::readAvailable() {
    QVector<QByteArray> messages;
    if (m_socket < 0 || !fill()) {
        reset();
        return messages;
    }
    while (auto message = takeMessage())
        messages.push_back(*std::move(message));
    return messages;
}

std::optional<wire::RelayMessage> WireClient::readMessage(int timeoutMs) {
    for (;;) {
        if (const auto message = takeMessage()) {
            auto decoded = protocol::decodeRelayMessage(*message);
            return decoded.ok() ? std::optional(*std::move(decoded)) : std::nullopt;
        }
        if (!waitFor(m_socket, POLLIN, timeoutMs) || !fill())
            return std::nullopt;
    }
}

} // namespace recado::tests
