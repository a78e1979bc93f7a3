#include "base/SigningKey.h"

#include "base/Sodium.h"

#include <sodium.h>

namespace recado::base {

namespace {

const unsigned char* asUnsigned(QByteArrayView bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

QByteArray labelled(QByteArrayView label, QByteArrayView message) {
    QByteArray input;
    input.reserve(label.size() + 1 + message.size());
    input.append(label).append('\0').append(message);
    return input;
}

} // namespace

SigningKey::SigningKey(QByteArray publicKey, SecretBytes secretKey)
    : m_publicKey(std::move(publicKey))
    , m_secretKey(std::move(secretKey)) {}

SigningKey SigningKey::generate() {
    const SecretBytes seed = SecretBytes::random(crypto_sign_SEEDBYTES);
    return *fromSeed(seed.view());
}

Result<SigningKey> SigningKey::fromSeed(QByteArrayView seed) {
    ensureSodium();
    if (seed.size() != crypto_sign_SEEDBYTES)
        return makeError(Reason::CryptoFailed, QStringLiteral("a signing key's seed has 32 bytes"));
    QByteArray publicKey(crypto_sign_PUBLICKEYBYTES, '\0');
    SecretBytes secretKey(crypto_sign_SECRETKEYBYTES);
    crypto_sign_seed_keypair(reinterpret_cast<unsigned char*>(publicKey.data()), secretKey.data(),
                             asUnsigned(seed));
    return SigningKey(std::move(publicKey), std::move(secretKey));
}

SecretBytes SigningKey::seed() const {
    SecretBytes seed(crypto_sign_SEEDBYTES);
    crypto_sign_ed25519_sk_to_seed(seed.data(), m_secretKey.data());
    return seed;
}

QByteArray SigningKey::sign(QByteArrayView label, QByteArrayView message) const {
    const QByteArray input = labelled(label, message);
    QByteArray signature(crypto_sign_BYTES, '\0');
    crypto_sign_detached(reinterpret_cast<unsigned char*>(signature.data()), nullptr, asUnsigned(input),
                         static_cast<unsigned long long>(input.size()), m_secretKey.data());
    return signature;
}

bool verifySignature(QByteArrayView publicKey, QByteArrayView label, QByteArrayView message,
                     QByteArrayView signature) {
    ensureSodium();
    if (publicKey.size() != SigningKey::publicKeySize || signature.size() != SigningKey::signatureSize)
        return false;
    const QByteArray input = labelled(label, message);
    // libsodium refuses public keys of small order and non-canonical signatures here.
    return crypto_sign_verify_detached(asUnsigned(signature), asUnsigned(input),
                                       static_cast<unsigned long long>(input.size()),
                                       asUnsigned(publicKey)) == 0;
}

} // namespace recado::base
