#pragma once

#include "base/Result.h"
#include "base/SecretBytes.h"

#include <QByteArray>
#include <QByteArrayView>

namespace recado::crypto {

/// For notices that may be lost and must never touch the ratchet (typing): XChaCha20-Poly1305 under a random
/// key of a day that travelled in ordinary content. No forward secrecy within the day and no replay
/// protection by itself: put a time into the plaintext. Any thread.

/// A fresh daily key, 32 bytes.
[[nodiscard]] base::SecretBytes generateEphemeralKey();

/// Seals `plaintext`, bound to `context` (what only this use of the key has: purpose, sender and receiver).
/// 41 bytes longer. CryptoFailed for a key that does not have 32 bytes.
[[nodiscard]] base::Result<QByteArray> sealEphemeral(QByteArrayView key, QByteArrayView context,
                                                     QByteArrayView plaintext);

/// The plaintext; CryptoFailed for another key, another context or damaged bytes.
[[nodiscard]] base::Result<QByteArray> openEphemeral(QByteArrayView key, QByteArrayView context,
                                                     QByteArrayView sealed);

} // namespace recado::crypto
