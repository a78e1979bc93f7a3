#pragma once

#include <QByteArray>
#include <QtEndian>

namespace recado::tests {

enum class Final { No, Yes };

/// A client's frame: masked, its length in the shortest form (RFC 6455 section 5.2).
inline QByteArray clientFrame(int opcode, const QByteArray& payload, Final final) {
    const QByteArray mask("\x1b\x2c\x3d\x4e", 4);
    QByteArray frame(1, char((final == Final::Yes ? 0x80 : 0) | opcode));
    if (payload.size() < 126) {
        frame += char(0x80 | payload.size());
    } else if (payload.size() <= 0xFFFF) {
        frame += char(0x80 | 126);
        frame.resize(4);
        qToBigEndian(quint16(payload.size()), frame.data() + 2);
    } else {
        frame += char(0x80 | 127);
        frame.resize(10);
        qToBigEndian(quint64(payload.size()), frame.data() + 2);
    }
    frame += mask;
    for (qsizetype index = 0; index < payload.size(); ++index)
        frame += char(payload[index] ^ mask[index % 4]);
    return frame;
}

/// The first two bytes of a close frame's payload.
inline QByteArray closeBody(quint16 code) {
    QByteArray body(2, Qt::Uninitialized);
    qToBigEndian(code, body.data());
    return body;
}

constexpr int binaryFrame = 0x2;
constexpr int pingFrame = 0x9;
constexpr int pongFrame = 0xA;

/// A binary message in one frame.
inline QByteArray wholeFrame(const QByteArray& payload) {
    return clientFrame(binaryFrame, payload, Final::Yes);
}

} // namespace recado::tests
