#pragma once

#include "base/Result.h"
#include "base/SecretBytes.h"

#include <QByteArray>
#include <QByteArrayView>

#include <cstdint>

namespace recado::crypto {

/// Bytes of a serialised public key: the type byte 0x05 and the X25519 u-coordinate.
constexpr int publicKeySize = 33;
/// Bytes of a private key (an X25519 scalar).
constexpr int privateKeySize = 32;
/// Bytes of a signature by an identity key (XEdDSA).
constexpr int identitySignatureSize = 64;

/// What an identity key signs, each under its own label so that no signature serves another purpose.
/// Numbers in the label are the version of what is signed. The signature on a signed prekey is the exception
/// (see SignedPreKey): libsignal verifies that one itself over the bare serialised key.
namespace label {
constexpr QByteArrayView deviceList("recado device list v1");
constexpr QByteArrayView deviceAuthentication("recado device key v1");
constexpr QByteArrayView headerKey("recado header key v1");
} // namespace label

/// An account's long-lived key pair, shared by all devices of the account (X3DH, "identity key").
struct IdentityKeyPair {
    QByteArray publicKey;         ///< 33 bytes, 0x05 first.
    base::SecretBytes privateKey; ///< 32 bytes.

    [[nodiscard]] IdentityKeyPair clone() const { return {publicKey, privateKey.clone()}; }
};

/// A fresh identity from the system's randomness. CryptoFailed when the library refuses. Any thread.
[[nodiscard]] base::Result<IdentityKeyPair> generateIdentity();

/// A registration id as libsignal wants it, 1 to 16380: one per device, drawn at registration. Any thread.
[[nodiscard]] base::Result<std::uint32_t> generateRegistrationId();

/// True for 33 bytes of type 0x05 whose point is neither of small order nor on the twist's small subgroup, in
/// canonical and non-canonical encodings alike. libsignal itself would take such a key and agree on an
/// all-zero secret, so every public key from outside passes here first. Any thread.
[[nodiscard]] bool isAcceptablePublicKey(QByteArrayView publicKey);

/// The same for a bare 32-byte X25519 key (the header keys of HeaderSeal.h).
[[nodiscard]] bool isAcceptableCurvePoint(QByteArrayView point);

/// Signs `label || 0x00 || message` (XEdDSA over Curve25519, 64 bytes). The label holds no zero byte. Any
/// thread.
[[nodiscard]] base::Result<QByteArray> sign(const IdentityKeyPair& identity, QByteArrayView label,
                                            QByteArrayView message);

/// True when `signature` is by the identity `publicKey` over `label || 0x00 || message`; false for anything
/// malformed and for keys that are not acceptable. Any thread.
[[nodiscard]] bool verify(QByteArrayView publicKey, QByteArrayView label, QByteArrayView message,
                          QByteArrayView signature);

} // namespace recado::crypto
