#pragma once

#include "base/Ids.h"
#include "base/SigningKey.h"
#include "protocol/FrameCodec.h"

#include <QByteArray>
#include <QString>
#include <QVector>

#include <optional>

namespace recado::tests {

/// A device reduced to its socket: speaks the wire protocol to a real relay without Qt's event loop, without
/// a database and without Signal sessions. For load and for misbehaviour; what it sends as ciphertext is
/// filler.
class WireClient {
public:
    WireClient() = default;
    WireClient(const WireClient&) = delete;
    WireClient& operator=(const WireClient&) = delete;
    WireClient(WireClient&& other) noexcept;
    WireClient& operator=(WireClient&& other) noexcept;
    ~WireClient();

    /// Connects to 127.0.0.1 and upgrades; false when refused. `localHost` is the last number of the local
    /// 127.0.0.x address, so that many connections do not run out of ports.
    bool open(quint16 port, int localHost = 1);
    /// Hello, Challenge, Authenticate, Welcome. False when the relay refuses.
    bool authenticate(const base::AccountId& account, const base::SigningKey& authKey);
    /// Ends the connection without a word (a reset, so that no port rests).
    void reset();

    [[nodiscard]] bool isOpen() const { return m_socket >= 0; }
    [[nodiscard]] int descriptor() const { return m_socket; }

    /// Queues one WebSocket message; flush() writes what the socket takes.
    void queue(const QByteArray& message);
    /// False when the connection broke.
    bool flush();
    [[nodiscard]] bool wantsToWrite() const { return !m_outgoing.isEmpty(); }

    /// Reads what is there without waiting and returns the complete messages; answers pings.
    QVector<QByteArray> readAvailable();
    /// Waits for the next message.
    std::optional<wire::RelayMessage> readMessage(int timeoutMs = 5'000);

private:
    bool fill();
    std::optional<QByteArray> takeMessage();

    int m_socket = -1;
    QByteArray m_incoming;
    QByteArray m_outgoing;
};

} // namespace recado::tests
