#pragma once

#include <QByteArray>

namespace recado::tests {

/// A non-blocking TCP connection to loopback that sends what it is told and nothing else. Ends with a reset,
/// so that no port rests.
class RawSocket {
public:
    RawSocket() = default;
    RawSocket(const RawSocket&) = delete;
    RawSocket& operator=(const RawSocket&) = delete;
    RawSocket(RawSocket&& other) noexcept;
    RawSocket& operator=(RawSocket&& other) noexcept;
    ~RawSocket() { reset(); }

    /// Begins to connect from 127.0.0.`localHost`.
    bool open(quint16 port, int localHost);
    void reset();
    [[nodiscard]] bool isOpen() const { return m_socket >= 0; }
    [[nodiscard]] int descriptor() const { return m_socket; }

    /// Bytes the system took now; -1 when the connection is over.
    qint64 write(const QByteArray& bytes);
    /// What is there now; `isOver` tells whether more can come.
    QByteArray read(bool& isOver);
    /// Waits, reading and dropping, until the other side ends; false when it does not within `timeoutMs`.
    bool waitForEnd(int timeoutMs);

private:
    int m_socket = -1;
};

/// Waits until the socket can be read or written.
bool waitForSocket(int socket, short events, int timeoutMs);

/// The head of a request for a WebSocket.
QByteArray upgradeRequest();

/// A client's WebSocket frame whose mask is zero; `first` is the whole first byte.
QByteArray rawFrame(quint8 first, const QByteArray& payload);

} // namespace recado::tests
