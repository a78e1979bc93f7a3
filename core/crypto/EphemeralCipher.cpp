#include "crypto/EphemeralCipher.h"

#include "crypto/SealedBox.h"

namespace recado::crypto {

namespace {

constexpr QByteArrayView ephemeralPurpose("recado ephemeral v1");

} // namespace

base::SecretBytes generateEphemeralKey() {
    return base::SecretBytes::random(sealedbox::keySize);
}

base::Result<QByteArray> sealEphemeral(QByteArrayView key, QByteArrayView context, QByteArrayView plaintext) {
    if (key.size() != sealedbox::keySize)
        return base::makeError(base::Reason::CryptoFailed, QStringLiteral("an ephemeral key has 32 bytes"));
    return sealedbox::seal(key, ephemeralPurpose, context, plaintext);
}

base::Result<QByteArray> openEphemeral(QByteArrayView key, QByteArrayView context, QByteArrayView sealed) {
    return sealedbox::open(key, ephemeralPurpose, context, sealed);
}

} // namespace recado::crypto
