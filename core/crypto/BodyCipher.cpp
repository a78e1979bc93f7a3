#include "crypto/BodyCipher.h"

#include "base/Sodium.h"
#include "crypto/SealedBox.h"

#include <sodium.h>

namespace recado::crypto {

namespace {

constexpr QByteArrayView bodyPurpose("recado body v1");
constexpr qsizetype bodyDigestSize = 32;

QByteArray bodyDigest(QByteArrayView ciphertext) {
    base::ensureSodium();
    QByteArray digest(bodyDigestSize, Qt::Uninitialized);
    crypto_generichash(reinterpret_cast<unsigned char*>(digest.data()), std::size_t(digest.size()),
                       reinterpret_cast<const unsigned char*>(ciphertext.data()),
                       static_cast<unsigned long long>(ciphertext.size()), nullptr, 0);
    return digest;
}

} // namespace

SealedBody sealBody(QByteArrayView plaintext) {
    SealedBody body;
    body.key = base::SecretBytes::random(sealedbox::keySize);
    body.ciphertext = sealedbox::seal(body.key.view(), bodyPurpose, {}, plaintext);
    body.digest = bodyDigest(body.ciphertext);
    return body;
}

base::Result<QByteArray> openBody(QByteArrayView key, QByteArrayView digest, QByteArrayView ciphertext) {
    // Poly1305 does not commit to a key: only the digest says that all receivers opened the same body.
    if (digest != QByteArrayView(bodyDigest(ciphertext)))
        return base::makeError(base::Reason::CryptoFailed,
                               QStringLiteral("the body is not the one that was announced"));
    return sealedbox::open(key, bodyPurpose, {}, ciphertext);
}

} // namespace recado::crypto
