#pragma once

#include "base/Result.h"
#include "base/SecretBytes.h"

#include <QByteArray>
#include <QByteArrayView>

namespace recado::crypto {

/// A device's key pair for sealed sender headers (X25519, libsodium crypto_box).
struct HeaderKeyPair {
    static constexpr int publicKeySize = 32;
    QByteArray publicKey;         ///< 32 bytes.
    base::SecretBytes privateKey; ///< 32 bytes.
};

[[nodiscard]] HeaderKeyPair generateHeaderKeyPair();

/// Hides the sender from the relay: `bytes` become readable to the owner of `headerPublicKey` only (libsodium
/// crypto_box_seal, 48 bytes longer). It does NOT prove who wrote them: anyone can seal, so a header is a
/// claim until the session named by it has decrypted the body. CryptoFailed for a key of wrong size or small
/// order. Any thread.
[[nodiscard]] base::Result<QByteArray> sealHeader(QByteArrayView bytes, QByteArrayView headerPublicKey);

/// The sealed bytes; CryptoFailed for anything damaged, foreign or too short. Any thread.
[[nodiscard]] base::Result<QByteArray> openHeader(QByteArrayView sealed, const HeaderKeyPair& keys);

} // namespace recado::crypto
