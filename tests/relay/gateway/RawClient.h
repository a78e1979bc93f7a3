#pragma once

#include <QByteArray>

namespace recado::tests {

/// A blocking TCP client on loopback that can misbehave in every way a library forbids. The gateway serves it
/// from threads of its own, so that waiting here holds nobody up.
class RawClient {
public:
    explicit RawClient(quint16 port);
    ~RawClient();
    RawClient(const RawClient&) = delete;
    RawClient& operator=(const RawClient&) = delete;

    [[nodiscard]] bool isConnected() const { return m_socket >= 0; }

    /// A WebSocket request head.
    [[nodiscard]] static QByteArray upgradeRequest();
    /// Sends the WebSocket request head and reads the answer's; true when it was 101.
    [[nodiscard]] bool upgrade();

    /// False when not everything could be sent within `timeoutMs`, or the peer has reset the connection.
    bool write(const QByteArray& bytes, int timeoutMs = 5'000);
    /// Exactly `size` bytes, or what came before the end or the timeout.
    [[nodiscard]] QByteArray read(qsizetype size, int timeoutMs = 5'000);
    /// What came, however much; empty at the end or when the time is up.
    [[nodiscard]] QByteArray readSome(int timeoutMs = 5'000);
    [[nodiscard]] QByteArray readUntil(const QByteArray& end, int timeoutMs = 5'000);
    /// Reads and drops everything; true when the peer ended the connection in time.
    [[nodiscard]] bool waitForEnd(int timeoutMs = 5'000);

    struct Frame {
        int opcode = -1; // -1: none came
        QByteArray payload;

        [[nodiscard]] int closeCode() const;
    };
    [[nodiscard]] Frame readFrame(int timeoutMs = 5'000);
    /// Skips frames until a close frame; its code, or -1.
    [[nodiscard]] int readCloseCode(int timeoutMs = 5'000);

    /// Ends with a reset instead of a farewell.
    void reset();
    void shutdownWriting();

private:
    int m_socket = -1;
};

} // namespace recado::tests
