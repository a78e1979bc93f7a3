#include "crypto/HeaderSeal.h"

#include "base/Sodium.h"
#include "crypto/Keys.h"

#include <sodium.h>

namespace recado::crypto {

namespace {

static_assert(crypto_box_PUBLICKEYBYTES == HeaderKeyPair::publicKeySize);

const unsigned char* headerBytes(QByteArrayView view) {
    return reinterpret_cast<const unsigned char*>(view.data());
}

base::Error headerError() {
    return base::makeError(base::Reason::CryptoFailed, QStringLiteral("a header cannot be sealed or opened"));
}

} // namespace

HeaderKeyPair generateHeaderKeyPair() {
    base::ensureSodium();
    HeaderKeyPair keys{QByteArray(crypto_box_PUBLICKEYBYTES, Qt::Uninitialized),
                       base::SecretBytes(crypto_box_SECRETKEYBYTES)};
    crypto_box_keypair(reinterpret_cast<unsigned char*>(keys.publicKey.data()), keys.privateKey.data());
    return keys;
}

base::Result<QByteArray> sealHeader(QByteArrayView bytes, QByteArrayView headerPublicKey) {
    base::ensureSodium();
    if (!isAcceptableCurvePoint(headerPublicKey))
        return headerError();
    QByteArray sealed(bytes.size() + qsizetype(crypto_box_SEALBYTES), Qt::Uninitialized);
    if (crypto_box_seal(reinterpret_cast<unsigned char*>(sealed.data()), headerBytes(bytes),
                        static_cast<unsigned long long>(bytes.size()), headerBytes(headerPublicKey)) != 0)
        return headerError();
    return sealed;
}

base::Result<QByteArray> openHeader(QByteArrayView sealed, const HeaderKeyPair& keys) {
    base::ensureSodium();
    // A box begins with the sender's one-time public key.
    if (sealed.size() < qsizetype(crypto_box_SEALBYTES) ||
        keys.publicKey.size() != HeaderKeyPair::publicKeySize ||
        keys.privateKey.size() != crypto_box_SECRETKEYBYTES ||
        !isAcceptableCurvePoint(sealed.first(HeaderKeyPair::publicKeySize)))
        return headerError();
    QByteArray bytes(sealed.size() - qsizetype(crypto_box_SEALBYTES), Qt::Uninitialized);
    if (crypto_box_seal_open(reinterpret_cast<unsigned char*>(bytes.data()), headerBytes(sealed),
                             static_cast<unsigned long long>(sealed.size()), headerBytes(keys.publicKey),
                             keys.privateKey.data()) != 0)
        return headerError();
    return bytes;
}

} // namespace recado::crypto
