#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace recado::tests::load {

/// One frame of a WebSocket message (RFC 6455, 5.2) as it stands in a buffer. The generator's servers do not
/// fragment.
struct WebSocketUnit {
    std::uint8_t opcode = 0;
    std::string_view payload;
    std::size_t size = 0; // header and payload
};

inline constexpr std::uint8_t binaryOpcode = 0x2;
inline constexpr std::uint8_t closeOpcode = 0x8;
inline constexpr std::uint8_t pingOpcode = 0x9;
inline constexpr std::uint8_t pongOpcode = 0xa;

/// The first frame in `bytes`; nothing while it is not whole. Unmasked (from a server).
std::optional<WebSocketUnit> firstUnit(std::string_view bytes);

/// Bytes of a masked frame's header for a payload of this size.
constexpr std::size_t clientHeaderBytes(std::size_t payload) {
    return payload < 126 ? 6 : payload <= 0xffff ? 8 : 14;
}

/// Appends a masked frame's header and payload to `out`, and masks the payload (with a key that is not zero:
/// the server shall have to do its work).
void appendClientFrame(std::string& out, std::uint8_t opcode, std::string_view payload);
/// The same in two steps: begin returns where the payload starts; the caller appends exactly `payload` bytes
/// and has them masked by end.
std::size_t beginClientFrame(std::string& out, std::uint8_t opcode, std::size_t payload);
void endClientFrame(std::string& out, std::size_t payloadStart);

/// XOR with the generator's fixed masking key.
void maskBytes(char* bytes, std::size_t size);

/// Reads protobuf's wire format field by field, without copying (protobuf.dev/programming-guides/encoding).
class WireReader {
public:
    explicit WireReader(std::string_view bytes)
        : m_bytes(bytes) {}

    struct Field {
        std::uint32_t number = 0;
        std::uint64_t value = 0; // varint and fixed64
        std::string_view bytes;  // length-delimited
    };
    /// The next field; nothing at the end, or when what follows is malformed (then ok() is false).
    std::optional<Field> next();
    /// The next bare varint (packed lists); nothing as above.
    std::optional<std::uint64_t> nextVarint();
    [[nodiscard]] bool ok() const { return m_ok; }

private:
    std::string_view m_bytes;
    bool m_ok = true;
};

} // namespace recado::tests::load
