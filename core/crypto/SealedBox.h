#pragma once

#include "base/Result.h"

#include <QByteArray>
#include <QByteArrayView>

namespace recado::crypto {

/// The one AEAD form of the house (bodies, ephemeral notices, key wraps): version byte 1, a random 24-byte
/// nonce, XChaCha20-Poly1305 (libsodium). The version byte, `purpose` (which use of ours), a zero byte and
/// `context` are authenticated with it, so a box of one use never opens as another.
namespace sealedbox {

constexpr int keySize = 32;

/// `key` must have keySize bytes.
QByteArray seal(QByteArrayView key, QByteArrayView purpose, QByteArrayView context, QByteArrayView plaintext);
/// CryptoFailed for anything but what seal() made from the same key, purpose and context.
base::Result<QByteArray> open(QByteArrayView key, QByteArrayView purpose, QByteArrayView context,
                              QByteArrayView sealed);

} // namespace sealedbox

} // namespace recado::crypto
