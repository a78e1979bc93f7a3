#include "protocol/FrameCodec.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/stubs/logging.h>
#include <google/protobuf/wire_format_lite.h>

namespace recado::protocol {

namespace {

// Field 1, length-delimited: the key that starts every frame of a ClientMessage or RelayMessage.
constexpr char frameKey = 0x0a;

template <typename Frame>
void appendOne(QByteArray& message, const Frame& frame) {
    using google::protobuf::io::CodedOutputStream;
    const auto size = quint32(frame.ByteSizeLong());
    const auto header = 1 + CodedOutputStream::VarintSize32(size);
    const qsizetype before = message.size();
    message.resize(before + qsizetype(header) + qsizetype(size));
    auto* out = reinterpret_cast<google::protobuf::uint8*>(message.data() + before);
    *out++ = frameKey;
    out = CodedOutputStream::WriteVarint32ToArray(size, out);
    frame.SerializeWithCachedSizesToArray(out);
}

/// The library prints a line for every string that is not UTF-8: a peer could fill the disk with our own log.
void silenceProtobuf() {
    static const bool silenced = [] {
        google::protobuf::SetLogHandler(nullptr);
        return true;
    }();
    Q_UNUSED(silenced)
}

/// Whether the message has no more frames than it may. Counted before anything is read: an empty frame has
/// two bytes on the wire and takes many times that in memory.
bool hasAllowedFrames(QByteArrayView bytes) {
    using google::protobuf::internal::WireFormatLite;
    google::protobuf::io::CodedInputStream stream(
        reinterpret_cast<const google::protobuf::uint8*>(bytes.data()), int(bytes.size()));
    int frames = 0;
    while (const google::protobuf::uint32 key = stream.ReadTag()) {
        if (key == google::protobuf::uint32(frameKey) && ++frames > maximumFramesPerMessage)
            return false;
        if (!WireFormatLite::SkipField(&stream, key))
            return true; // the parser says what is wrong with it
    }
    return true;
}

base::Error malformedMessage(const QString& what) {
    return base::makeError(base::Reason::MalformedFrame, what);
}

template <typename Message>
base::Result<Message> decodeMessage(QByteArrayView bytes) {
    silenceProtobuf();
    const auto wrongCount = [] {
        return malformedMessage(
            QStringLiteral("a message carries 1 to %1 frames").arg(maximumFramesPerMessage));
    };
    if (!hasAllowedFrames(bytes))
        return wrongCount();
    Message message;
    if (!message.ParseFromArray(bytes.data(), int(bytes.size())))
        return malformedMessage(QStringLiteral("not a message of frames"));
    if (message.frames_size() == 0)
        return wrongCount();
    return message;
}

} // namespace

void appendFrame(QByteArray& message, const wire::ClientFrame& frame) {
    appendOne(message, frame);
}

void appendFrame(QByteArray& message, const wire::RelayFrame& frame) {
    appendOne(message, frame);
}

QByteArray encode(const wire::ClientFrame& frame) {
    QByteArray message;
    appendOne(message, frame);
    return message;
}

QByteArray encode(const wire::RelayFrame& frame) {
    QByteArray message;
    appendOne(message, frame);
    return message;
}

base::Result<wire::ClientMessage> decodeClientMessage(QByteArrayView message) {
    return decodeMessage<wire::ClientMessage>(message);
}

base::Result<wire::RelayMessage> decodeRelayMessage(QByteArrayView message) {
    return decodeMessage<wire::RelayMessage>(message);
}

wire::RelayFrame errorFrame(quint64 requestId, const base::Error& error, quint64 retryAfterMs) {
    wire::RelayFrame frame;
    frame.set_request_id(requestId);
    auto* body = frame.mutable_error();
    const QLatin1String reason = base::reasonName(error.reason);
    body->set_reason(reason.data(), std::size_t(reason.size()));
    body->set_message(error.message.toStdString());
    body->set_retry_after_ms(retryAfterMs);
    return frame;
}

} // namespace recado::protocol
