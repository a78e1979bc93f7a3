#pragma once

#include <QByteArray>
#include <QByteArrayView>

#include <cstdint>
#include <optional>

namespace recado::crypto {

/// What stands outside the authenticated part of a prekey message. Internal to recado_crypto.
struct OuterFields {
    std::uint32_t registrationId = 0;
    std::optional<std::uint32_t> preKeyId;
    std::uint32_t signedPreKeyId = 0;
    QByteArray baseKey;     ///< 33 bytes.
    QByteArray identityKey; ///< 33 bytes.
};

/// libsignal's MAC covers the message inside a prekey message but not these fields, so that a relay could
/// alter them, or strip them off, unnoticed. What libsignal seals therefore begins with one byte: 0 in a
/// normal message, 1 in a prekey message, the latter followed by 16 bytes of BLAKE2b over "recado prekey
/// message v1", a zero byte and the fields (numbers big-endian, one byte for "has a one-time prekey", its id
/// or zero). Then the plaintext. `outer` is nothing for a normal message.
QByteArray bindOuterFields(const std::optional<OuterFields>& outer, QByteArrayView plaintext);

/// The plaintext, or nothing when the opened bytes were sealed for another form or other outer fields.
std::optional<QByteArray> unbindOuterFields(const std::optional<OuterFields>& outer, QByteArrayView opened);

} // namespace recado::crypto
