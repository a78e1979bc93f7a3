#include "crypto/SealedBox.h"

#include "base/Ids.h"
#include "base/Sodium.h"

#include <sodium.h>

namespace recado::crypto::sealedbox {

namespace {

constexpr char boxVersion = 1;
constexpr qsizetype nonceSize = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr qsizetype tagSize = crypto_aead_xchacha20poly1305_ietf_ABYTES;
static_assert(crypto_aead_xchacha20poly1305_ietf_KEYBYTES == keySize);

const unsigned char* boxBytes(QByteArrayView view) {
    return reinterpret_cast<const unsigned char*>(view.data());
}

QByteArray associatedData(QByteArrayView purpose, QByteArrayView context) {
    QByteArray data;
    data.reserve(2 + purpose.size() + context.size());
    data.append(boxVersion).append(purpose).append('\0').append(context);
    return data;
}

} // namespace

QByteArray seal(QByteArrayView key, QByteArrayView purpose, QByteArrayView context,
                QByteArrayView plaintext) {
    base::ensureSodium();
    Q_ASSERT(key.size() == keySize);
    const QByteArray associated = associatedData(purpose, context);
    QByteArray box(1 + nonceSize + plaintext.size() + tagSize, Qt::Uninitialized);
    box[0] = boxVersion;
    auto* nonce = reinterpret_cast<unsigned char*>(box.data() + 1);
    base::fillRandom(nonce, std::size_t(nonceSize));
    crypto_aead_xchacha20poly1305_ietf_encrypt(
        nonce + nonceSize, nullptr, boxBytes(plaintext), static_cast<unsigned long long>(plaintext.size()),
        boxBytes(associated), static_cast<unsigned long long>(associated.size()), nullptr, nonce,
        boxBytes(key));
    return box;
}

base::Result<QByteArray> open(QByteArrayView key, QByteArrayView purpose, QByteArrayView context,
                              QByteArrayView sealed) {
    base::ensureSodium();
    const auto failed = [] {
        return base::makeError(base::Reason::CryptoFailed, QStringLiteral("sealed bytes do not open"));
    };
    if (key.size() != keySize || sealed.size() < 1 + nonceSize + tagSize || sealed.front() != boxVersion)
        return failed();
    const QByteArray associated = associatedData(purpose, context);
    const QByteArrayView nonce = sealed.sliced(1, nonceSize);
    const QByteArrayView body = sealed.sliced(1 + nonceSize);
    QByteArray plaintext(body.size() - tagSize, Qt::Uninitialized);
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(
            reinterpret_cast<unsigned char*>(plaintext.data()), nullptr, nullptr, boxBytes(body),
            static_cast<unsigned long long>(body.size()), boxBytes(associated),
            static_cast<unsigned long long>(associated.size()), boxBytes(nonce), boxBytes(key)) != 0)
        return failed();
    return plaintext;
}

} // namespace recado::crypto::sealedbox
