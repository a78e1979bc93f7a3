#pragma once

#include "base/Result.h"
#include "base/SecretBytes.h"

#include <QByteArray>
#include <QByteArrayView>

namespace recado::base {

/// An Ed25519 key pair (RFC 8032, libsodium): a relay's key, or a device's authentication key.
class SigningKey {
public:
    static constexpr int publicKeySize = 32;
    static constexpr int signatureSize = 64;

    static SigningKey generate();
    /// From a 32-byte seed as stored by seed(); an error for any other size.
    static Result<SigningKey> fromSeed(QByteArrayView seed);

    [[nodiscard]] const QByteArray& publicKey() const { return m_publicKey; }
    [[nodiscard]] SecretBytes seed() const;

    /// Signs `label || 0x00 || message`: the label keeps signatures of one purpose from serving another.
    [[nodiscard]] QByteArray sign(QByteArrayView label, QByteArrayView message) const;

private:
    SigningKey(QByteArray publicKey, SecretBytes secretKey);

    QByteArray m_publicKey;
    SecretBytes m_secretKey;
};

/// True when `signature` is by `publicKey` over `label || 0x00 || message`. Keys of small order and malformed
/// input are simply false.
bool verifySignature(QByteArrayView publicKey, QByteArrayView label, QByteArrayView message,
                     QByteArrayView signature);

} // namespace recado::base
