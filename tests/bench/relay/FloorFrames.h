#pragma once

#include <cstdint>
#include <cstring>

/// What floor and generator say to each other: WebSocket frames of the sizes of Recado's, whose payload
/// begins with a kind and one to three numbers, and ends with the message's payload.
namespace recado::tests::load::floor {

enum Kind : char {
    Hello = 'h',       // client: its number                           → floor: the same
    Submit = 's',      // client: receiver, sender, sequence, payload
    Deliver = 'd',     // floor: sender, sequence, payload
    Acknowledge = 'a', // client: sender, sequence
    Accepted = 'A',    // floor: sequence
};

inline constexpr std::size_t helloPayload = 5;

inline void putNumber(char* payload, int index, std::uint32_t value) {
    std::memcpy(payload + 1 + 4 * index, &value, sizeof value);
}

inline std::uint32_t numberAt(const char* payload, int index) {
    std::uint32_t value = 0;
    std::memcpy(&value, payload + 1 + 4 * index, sizeof value);
    return value;
}

} // namespace recado::tests::load::floor
