#include "protocol/AuthTranscript.h"

#include <QtEndian>

namespace recado::protocol {

namespace {

void appendNumber(QByteArray& out, quint32 number) {
    const quint32 bigEndian = qToBigEndian(number);
    out.append(reinterpret_cast<const char*>(&bigEndian), sizeof bigEndian);
}

void appendBytes(QByteArray& out, const QByteArray& bytes) {
    appendNumber(out, quint32(bytes.size()));
    out.append(bytes);
}

} // namespace

QByteArray AuthTranscript::toBytes() const {
    QByteArray out;
    appendNumber(out, version);
    appendNumber(out, purpose);
    appendBytes(out, clientNonce);
    appendBytes(out, relayNonce);
    appendBytes(out, relayKey);
    appendBytes(out, relayName.toUtf8());
    appendBytes(out, tlsKeyHash);
    appendBytes(out, accountId);
    appendNumber(out, deviceId);
    return out;
}

} // namespace recado::protocol
