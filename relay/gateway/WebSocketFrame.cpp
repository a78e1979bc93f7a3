#include "relay/gateway/WebSocketFrame.h"

#include "relay/gateway/Connection.h"

#include <QCryptographicHash>
#include <QtEndian>

namespace recado::relay {

FrameHeader FrameHeader::of(Opcode opcode, quint64 payloadBytes) {
    FrameHeader header;
    header.bytes[0] = char(0x80 | quint8(opcode));
    if (payloadBytes < 126) {
        header.bytes[1] = char(payloadBytes);
        header.size = 2;
    } else if (payloadBytes <= 0xFFFF) {
        header.bytes[1] = 126;
        qToBigEndian(quint16(payloadBytes), header.bytes.data() + 2);
        header.size = 4;
    } else {
        header.bytes[1] = 127;
        qToBigEndian(payloadBytes, header.bytes.data() + 2);
        header.size = 10;
    }
    return header;
}

bool isValidCloseCode(quint16 code) {
    if (code >= 3000)
        return code <= 4999;
    return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014);
}

QByteArray closePayload(quint16 code, const QString& reason) {
    QByteArray payload(2, Qt::Uninitialized);
    qToBigEndian(code, payload.data());
    QByteArray text = reason.toUtf8();
    if (payload.size() + text.size() > maximumControlBytes) {
        qsizetype end = maximumControlBytes - payload.size();
        while (end > 0 && (quint8(text[end]) & 0xC0) == 0x80)
            --end;
        text.truncate(end);
    }
    return payload + text;
}

QByteArray acceptKey(QByteArrayView key) {
    QCryptographicHash hash(QCryptographicHash::Sha1);
    hash.addData(key.toByteArray());
    hash.addData(QByteArrayLiteral("258EAFA5-E914-47DA-95CA-C5AB0DC85B11"));
    return hash.result().toBase64();
}

bool isValidKey(const QByteArray& key) {
    const auto decoded = QByteArray::fromBase64Encoding(key, QByteArray::AbortOnBase64DecodingErrors);
    return decoded && decoded.decoded.size() == 16 && key.size() == 24;
}

} // namespace recado::relay
