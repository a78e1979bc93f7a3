#pragma once

#include <QByteArray>
#include <QByteArrayView>
#include <QString>

#include <array>

namespace recado::relay {

/// Opcodes of RFC 6455 section 5.2.
enum class Opcode : quint8 {
    Continuation = 0x0,
    Text = 0x1,
    Binary = 0x2,
    Close = 0x8,
    Ping = 0x9,
    Pong = 0xA,
};

constexpr int maximumControlBytes = 125;

/// The header of a server's (unmasked, unfragmented) frame: 2 to 10 bytes.
struct FrameHeader {
    std::array<char, 10> bytes{};
    quint8 size = 0;

    static FrameHeader of(Opcode opcode, quint64 payloadBytes);
};

/// Whether a peer may put this code into a close frame (RFC 6455 section 7.4 and the IANA registry).
bool isValidCloseCode(quint16 code);

/// The payload of a close frame; the reason is cut at a character so that it fits.
QByteArray closePayload(quint16 code, const QString& reason);

/// Sec-WebSocket-Accept for a Sec-WebSocket-Key (RFC 6455 section 4.2.2).
QByteArray acceptKey(QByteArrayView key);

/// Whether `key` is the base64 form of 16 bytes.
bool isValidKey(const QByteArray& key);

} // namespace recado::relay
