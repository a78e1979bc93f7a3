#pragma once

#include "RawClient.h"

#include <QByteArray>

struct ssl_ctx_st; // OpenSSL's
struct ssl_st;

namespace recado::tests {

/// A TLS client whose bytes pass through the test's hands: encrypted and decrypted here, sent and received by
/// a RawClient, whole, in pieces or not at all. Trusts every certificate.
class TlsRawClient {
public:
    enum class Newest { Tls12, Tls13 };
    explicit TlsRawClient(quint16 port, Newest newest = Newest::Tls13);
    ~TlsRawClient();
    TlsRawClient(const TlsRawClient&) = delete;
    TlsRawClient& operator=(const TlsRawClient&) = delete;

    /// The connection beneath, for what goes over it as it is.
    [[nodiscard]] RawClient& wire() { return m_wire; }

    /// Moves the handshake on as far as what was received allows; the bytes to send next, empty once it is
    /// complete or has failed.
    [[nodiscard]] QByteArray nextFlight();
    [[nodiscard]] bool isEstablished() const;
    /// Waits for some bytes from the other side; false at its end.
    bool receive(int timeoutMs = 5'000);
    /// The whole handshake.
    [[nodiscard]] bool shakeHands();

    /// What goes over the wire for these bytes.
    [[nodiscard]] QByteArray encrypted(const QByteArray& plain);
    bool write(const QByteArray& plain) { return m_wire.write(encrypted(plain)); }
    /// Exactly `size` bytes, or what came before the end or the timeout.
    [[nodiscard]] QByteArray read(qsizetype size, int timeoutMs = 5'000);
    [[nodiscard]] QByteArray readUntil(const QByteArray& end);
    /// Handshake and upgrade request; true when the answer was 101.
    [[nodiscard]] bool upgrade();
    /// The payload of the next frame.
    [[nodiscard]] QByteArray readPayload();

    /// Our farewell as bytes; no more is sent then.
    [[nodiscard]] QByteArray farewell();
    /// The other side said farewell rather than just ending.
    [[nodiscard]] bool heardFarewell();
    /// A request for new keys on both sides, as bytes.
    [[nodiscard]] QByteArray keyUpdate();
    /// SHA-256 of the SubjectPublicKeyInfo we were shown.
    [[nodiscard]] QByteArray peerKeyHash() const;

private:
    [[nodiscard]] QByteArray takeOutput();

    RawClient m_wire;
    ssl_ctx_st* m_context;
    ssl_st* m_ssl;
};

} // namespace recado::tests
