#pragma once

#include "base/Result.h"
#include "base/SecretBytes.h"

#include <QByteArray>
#include <QByteArrayView>

namespace recado::crypto {

/// A large body, sealed once for all receiving devices. `key` and `digest` travel inside each device's
/// ciphertext, `ciphertext` is carried and stored once.
struct SealedBody {
    base::SecretBytes key; ///< 32 bytes, used for this body only.
    QByteArray ciphertext; ///< Version byte 1, 24-byte nonce, XChaCha20-Poly1305 output.
    QByteArray digest;     ///< BLAKE2b-256 of `ciphertext`.
};

/// Seals under a fresh random key. 41 bytes longer than `plaintext`. Any thread.
[[nodiscard]] SealedBody sealBody(QByteArrayView plaintext);

/// The plaintext; CryptoFailed when the ciphertext is not the one `digest` pins, or the key does not open it.
/// Any thread.
[[nodiscard]] base::Result<QByteArray> openBody(QByteArrayView key, QByteArrayView digest,
                                                QByteArrayView ciphertext);

} // namespace recado::crypto
