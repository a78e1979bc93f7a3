#include "bench/relay/WireBytes.h"

#include <cstring>

namespace recado::tests::load {

namespace {

constexpr unsigned char maskKey[8] = {0x37, 0xfa, 0x21, 0x3d, 0x37, 0xfa, 0x21, 0x3d};

std::uint64_t bigEndian(const char* at, int bytes) {
    std::uint64_t value = 0;
    for (int index = 0; index < bytes; ++index)
        value = value << 8 | std::uint8_t(at[index]);
    return value;
}

} // namespace

std::optional<WebSocketUnit> firstUnit(std::string_view bytes) {
    if (bytes.size() < 2)
        return std::nullopt;
    const std::uint8_t shortLength = std::uint8_t(bytes[1]) & 0x7f;
    const std::size_t header = shortLength < 126 ? 2 : shortLength == 126 ? 4 : 10;
    if (bytes.size() < header)
        return std::nullopt;
    const std::uint64_t length =
        shortLength < 126 ? shortLength : bigEndian(bytes.data() + 2, int(header) - 2);
    if (bytes.size() - header < length)
        return std::nullopt;
    return WebSocketUnit{std::uint8_t(bytes[0] & 0x0f), bytes.substr(header, length), header + length};
}

void maskBytes(char* bytes, std::size_t size) {
    std::uint64_t key = 0;
    std::memcpy(&key, maskKey, sizeof key);
    std::size_t at = 0;
    for (; at + sizeof key <= size; at += sizeof key) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes + at, sizeof word);
        word ^= key;
        std::memcpy(bytes + at, &word, sizeof word);
    }
    for (; at < size; ++at)
        bytes[at] = char(std::uint8_t(bytes[at]) ^ maskKey[at % 4]);
}

std::size_t beginClientFrame(std::string& out, std::uint8_t opcode, std::size_t payload) {
    char header[14] = {char(0x80 | opcode)};
    const std::size_t size = clientHeaderBytes(payload);
    const std::size_t lengthBytes = size - 6;
    header[1] = char(0x80 | (lengthBytes == 0 ? payload : lengthBytes == 2 ? 126 : 127));
    for (std::size_t index = 0; index < lengthBytes; ++index)
        header[2 + index] = char(payload >> (8 * (lengthBytes - 1 - index)));
    std::memcpy(header + 2 + lengthBytes, maskKey, 4);
    out.append(header, size);
    return out.size();
}

void endClientFrame(std::string& out, std::size_t payloadStart) {
    maskBytes(out.data() + payloadStart, out.size() - payloadStart);
}

void appendClientFrame(std::string& out, std::uint8_t opcode, std::string_view payload) {
    const std::size_t start = beginClientFrame(out, opcode, payload.size());
    out.append(payload);
    endClientFrame(out, start);
}

std::optional<std::uint64_t> WireReader::nextVarint() {
    std::uint64_t value = 0;
    for (std::size_t at = 0; at < m_bytes.size() && at < 10; ++at) {
        const auto byte = std::uint8_t(m_bytes[at]);
        value |= std::uint64_t(byte & 0x7f) << (7 * at);
        if (byte < 0x80) {
            m_bytes.remove_prefix(at + 1);
            return value;
        }
    }
    m_ok = m_bytes.empty() && m_ok;
    return std::nullopt;
}

std::optional<WireReader::Field> WireReader::next() {
    const auto tag = nextVarint();
    if (!tag)
        return std::nullopt;
    Field field;
    field.number = std::uint32_t(*tag >> 3);
    const auto type = int(*tag & 7);
    if (type == 0) {
        const auto value = nextVarint();
        m_ok = m_ok && value.has_value();
        field.value = value.value_or(0);
    } else if (type == 1 && m_bytes.size() >= 8) {
        std::memcpy(&field.value, m_bytes.data(), 8); // little-endian, as every machine this runs on
        m_bytes.remove_prefix(8);
    } else if (type == 2) {
        const auto size = nextVarint();
        m_ok = m_ok && size && *size <= m_bytes.size();
        if (m_ok) {
            field.bytes = m_bytes.substr(0, *size);
            m_bytes.remove_prefix(*size);
        }
    } else {
        m_ok = false;
    }
    return m_ok ? std::optional(field) : std::nullopt;
}

} // namespace recado::tests::load
