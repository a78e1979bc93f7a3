#pragma once

#include "base/Result.h"
#include "wire.pb.h"

#include <QByteArray>
#include <QByteArrayView>

namespace recado::protocol {

/// The protocol version this code speaks (Hello.version, Challenge.version).
constexpr quint32 protocolVersion = 1;
/// Frames one WebSocket message may carry; bounds the work of a single read.
constexpr int maximumFramesPerMessage = 1'024;

/// Appends the frame to `message`, which afterwards is one valid WebSocket message of all frames appended.
void appendFrame(QByteArray& message, const wire::ClientFrame& frame);
void appendFrame(QByteArray& message, const wire::RelayFrame& frame);

/// A WebSocket message of that one frame.
QByteArray encode(const wire::ClientFrame& frame);
QByteArray encode(const wire::RelayFrame& frame);

/// Reads one WebSocket message. Errors: MalformedFrame when it is no such message or has too many frames.
/// Unknown fields are kept out of the way; a frame of an unknown type arrives with BODY_NOT_SET, to be
/// answered with `unknown_frame`.
base::Result<wire::ClientMessage> decodeClientMessage(QByteArrayView message);
base::Result<wire::RelayMessage> decodeRelayMessage(QByteArrayView message);

/// A RelayFrame that carries `error` as the answer to `requestId`.
wire::RelayFrame errorFrame(quint64 requestId, const base::Error& error, quint64 retryAfterMs = 0);

// Protobuf holds bytes in std::string, Recado in QByteArray.
inline QByteArray toBytes(const std::string& bytes) {
    return QByteArray(bytes.data(), qsizetype(bytes.size()));
}
inline std::string fromBytes(QByteArrayView bytes) {
    return std::string(bytes.data(), std::size_t(bytes.size()));
}

} // namespace recado::protocol
