#include "bench/relay/LoadProtocol.h"

#include <array>
#include <cstring>

namespace recado::tests::load {

namespace {

constexpr std::size_t stampDigits = 8 + 8 + 16;
constexpr char hexDigits[] = "0123456789abcdef";

using Payload = std::array<char, payloadBytes>;

/// Not one letter repeated: a payload shifted by a byte must not look right.
constexpr Payload blankPayload() {
    Payload payload{};
    for (std::size_t at = 0; at < payloadBytes; ++at)
        payload[at] = char('a' + (at * 7 + at / 26) % 26);
    return payload;
}

constexpr Payload blank = blankPayload();

void putHex(char* at, std::uint64_t value, int digits) {
    for (int digit = digits - 1; digit >= 0; --digit, value >>= 4)
        at[digit] = hexDigits[value & 0xf];
}

/// False when a character is no lower-case hexadecimal digit.
bool takeHex(const char* at, int digits, std::uint64_t& value) {
    value = 0;
    for (int digit = 0; digit < digits; ++digit) {
        const char character = at[digit];
        if (character >= '0' && character <= '9')
            value = value << 4 | std::uint64_t(character - '0');
        else if (character >= 'a' && character <= 'f')
            value = value << 4 | std::uint64_t(character - 'a' + 10);
        else
            return false;
    }
    return true;
}

} // namespace

std::string_view writePayload(const LoadStamp& stamp) {
    static thread_local Payload payload = blank;
    putHex(payload.data(), stamp.sender, 8);
    putHex(payload.data() + 8, stamp.sequence, 8);
    putHex(payload.data() + 16, std::uint64_t(stamp.dueNs), 16);
    return {payload.data(), payload.size()};
}

std::optional<LoadStamp> readPayload(std::string_view payload) {
    std::uint64_t sender = 0;
    std::uint64_t sequence = 0;
    std::uint64_t due = 0;
    if (payload.size() != payloadBytes ||
        std::memcmp(payload.data() + stampDigits, blank.data() + stampDigits, payloadBytes - stampDigits) !=
            0 ||
        !takeHex(payload.data(), 8, sender) || !takeHex(payload.data() + 8, 8, sequence) ||
        !takeHex(payload.data() + 16, 16, due))
        return std::nullopt;
    return LoadStamp{std::uint32_t(sender), std::uint32_t(sequence), std::int64_t(due)};
}

} // namespace recado::tests::load
