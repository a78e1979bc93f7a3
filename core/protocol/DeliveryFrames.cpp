#include "protocol/DeliveryFrames.h"

#include "wire.pb.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

namespace recado::protocol {

namespace {

using google::protobuf::uint8;
using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedOutputStream;

// The keys of a message's frames, of a frame's request id and of its body have one byte each.
constexpr qsizetype keySize = 1;
constexpr qsizetype longestVarint = 10;

qsizetype varintSize(quint64 value) {
    return qsizetype(CodedOutputStream::VarintSize64(value));
}

qsizetype bytesSize(QByteArrayView bytes) {
    return bytes.isEmpty() ? 0 : keySize + varintSize(quint64(bytes.size())) + bytes.size();
}

/// Writes fields in front-to-back order into room that has been made for them.
class FieldWriter {
public:
    /// Makes room for `size` more bytes at the end of `message`.
    FieldWriter(QByteArray& message, qsizetype size)
        : m_at((message.resize(message.size() + size), reinterpret_cast<uint8*>(message.data()))) {
        m_at += message.size() - size;
    }

    void varint(quint64 value) { m_at = CodedOutputStream::WriteVarint64ToArray(value, m_at); }
    void key(int field, WireFormatLite::WireType type) {
        m_at = WireFormatLite::WriteTagToArray(field, type, m_at);
    }
    /// Key and length of what follows.
    void nested(int field, qsizetype size) {
        key(field, WireFormatLite::WIRETYPE_LENGTH_DELIMITED);
        varint(quint64(size));
    }
    void bytes(int field, QByteArrayView content) {
        if (content.isEmpty())
            return;
        nested(field, content.size());
        m_at = std::copy(content.begin(), content.end(), m_at);
    }
    void number(int field, quint64 value) {
        if (value == 0)
            return;
        key(field, WireFormatLite::WIRETYPE_VARINT);
        varint(value);
    }
    void fixed(int field, quint64 value) {
        if (value != 0)
            m_at = WireFormatLite::WriteFixed64ToArray(field, value, m_at);
    }

private:
    uint8* m_at;
};

qsizetype deliverSize(const DeliverFields& fields) {
    const qsizetype id = fields.deliveryId == 0 ? 0 : keySize + qsizetype(sizeof fields.deliveryId);
    const qsizetype time = fields.acceptedAtMs == 0 ? 0 : keySize + varintSize(fields.acceptedAtMs);
    return id + time + bytesSize(fields.sealedHeader) + bytesSize(fields.ciphertext) + bytesSize(fields.body);
}

/// Starts a frame whose body, field `field`, has `size` bytes.
FieldWriter beginFrame(QByteArray& message, int field, qsizetype size) {
    const qsizetype frame = keySize + varintSize(quint64(size)) + size;
    FieldWriter writer(message, keySize + varintSize(quint64(frame)) + frame);
    writer.nested(wire::RelayMessage::kFramesFieldNumber, frame);
    writer.nested(field, size);
    return writer;
}

} // namespace

qsizetype largestDeliverSize(const DeliverFields& fields) {
    return deliverSize(fields) + 2 * (keySize + longestVarint);
}

void appendDeliver(QByteArray& message, const DeliverFields& fields) {
    using wire::Deliver;
    FieldWriter writer = beginFrame(message, wire::RelayFrame::kDeliverFieldNumber, deliverSize(fields));
    writer.fixed(Deliver::kDeliveryIdFieldNumber, fields.deliveryId);
    writer.number(Deliver::kAcceptedAtMsFieldNumber, fields.acceptedAtMs);
    writer.bytes(Deliver::kSealedHeaderFieldNumber, fields.sealedHeader);
    writer.bytes(Deliver::kCiphertextFieldNumber, fields.ciphertext);
    writer.bytes(Deliver::kBodyFieldNumber, fields.body);
}

void appendAccepted(QByteArray& message, const QVector<base::SubmissionNumber>& submissions) {
    qsizetype packed = 0;
    for (const base::SubmissionNumber number : submissions)
        packed += varintSize(number);
    const qsizetype body = keySize + varintSize(quint64(packed)) + packed;
    FieldWriter writer = beginFrame(message, wire::RelayFrame::kAcceptedFieldNumber, body);
    writer.nested(wire::Accepted::kSubmissionsFieldNumber, packed);
    for (const base::SubmissionNumber number : submissions)
        writer.varint(number);
}

} // namespace recado::protocol
