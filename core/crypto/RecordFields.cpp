#include "crypto/RecordFields.h"

namespace recado::crypto {

namespace {

std::optional<std::uint64_t> readVarint(QByteArrayView bytes, qsizetype& position) {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64 && position < bytes.size(); shift += 7) {
        const auto byte = std::uint8_t(bytes[position++]);
        value |= std::uint64_t(byte & 0x7f) << shift;
        if ((byte & 0x80) == 0)
            return value;
    }
    return std::nullopt;
}

} // namespace

std::optional<std::vector<WireField>> readFields(QByteArrayView message) {
    std::vector<WireField> fields;
    qsizetype position = 0;
    while (position < message.size()) {
        const qsizetype start = position;
        const auto tag = readVarint(message, position);
        if (!tag.has_value())
            return std::nullopt;
        const auto wireType = *tag & 7;
        const auto number = readVarint(message, position);
        if (!number.has_value() || (wireType != 0 && wireType != 2))
            return std::nullopt;
        const std::uint64_t length = wireType == 2 ? *number : 0;
        if (length > std::uint64_t(message.size() - position))
            return std::nullopt;
        const QByteArrayView payload = message.sliced(position, qsizetype(length));
        position += qsizetype(length);
        fields.push_back({std::uint32_t(*tag >> 3), wireType == 0 ? *number : 0, payload,
                          message.sliced(start, position - start)});
    }
    return fields;
}

void appendMessage(QByteArray& target, std::uint32_t number, QByteArrayView payload) {
    const auto appendVarint = [&target](std::uint64_t value) {
        for (; value >= 0x80; value >>= 7)
            target.append(char(value | 0x80));
        target.append(char(value));
    };
    appendVarint(std::uint64_t(number) << 3 | 2);
    appendVarint(std::uint64_t(payload.size()));
    target.append(payload);
}

} // namespace recado::crypto
