#pragma once

#include <QByteArray>
#include <QByteArrayView>

#include <cstdint>
#include <optional>
#include <vector>

namespace recado::crypto {

/// libsignal's serialised session records by their protobuf encoding, for what the library has no call for.
/// Internal to recado_crypto.

/// Field numbers of LocalStorageProtocol.proto.
namespace record_field {
constexpr std::uint32_t current = 1;         // of a record
constexpr std::uint32_t archived = 2;        // of a record; newest first
constexpr std::uint32_t senderChain = 6;     // of a state
constexpr std::uint32_t receiverChain = 7;   // of a state
constexpr std::uint32_t chainRatchetKey = 1; // of a chain: the sender's, 33 bytes
constexpr std::uint32_t chainMessageKey = 4; // of a chain: a skipped message's; oldest first
constexpr std::uint32_t messageKeyIndex = 1; // of a message key: the message's number in the chain
} // namespace record_field

/// One field of a protobuf message.
struct WireField {
    std::uint32_t number = 0;
    std::uint64_t value = 0; ///< Of a number; 0 for anything else.
    QByteArrayView payload;  ///< Of bytes or a message; empty for a number.
    QByteArrayView whole;    ///< Tag, length and payload together.
};

/// The fields in order, as views into `message`; nothing when the encoding is broken. Only the wire types of
/// that file are known.
std::optional<std::vector<WireField>> readFields(QByteArrayView message);

void appendMessage(QByteArray& target, std::uint32_t number, QByteArrayView payload);

} // namespace recado::crypto
