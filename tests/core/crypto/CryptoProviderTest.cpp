#include "crypto/CryptoProvider.h"

#include "crypto/SignalContext.h"
#include "support/Suite.h"

#include <QTest>

namespace recado::tests {

/// The primitives under libsignal against published vectors: two of our own devices would agree even if both
/// computed the same wrong thing.
class CryptoProviderTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void hmacMatchesRfc4231();
    void sha512MatchesFips180();
    void sha512StartsAnewAfterAResult();
    void aesMatchesSp80038a();
    void aesPadsEverySizeAndRefusesBadPadding();
    void otherCiphersAndKeySizesAreRefused();
    void randomBytesDiffer();
};

namespace {

const signal_crypto_provider& provider() {
    return crypto::cryptoProvider();
}

const std::uint8_t* bytesOf(const QByteArray& bytes) {
    return reinterpret_cast<const std::uint8_t*>(bytes.constData());
}

QByteArray hmac(const QByteArray& key, const QByteArray& data) {
    void* context = nullptr;
    crypto::SignalBuffer digest;
    const bool done =
        provider().hmac_sha256_init_func(&context, bytesOf(key), std::size_t(key.size()), nullptr) == 0 &&
        provider().hmac_sha256_update_func(context, bytesOf(data), std::size_t(data.size()), nullptr) == 0 &&
        provider().hmac_sha256_final_func(context, digest.out(), nullptr) == 0;
    provider().hmac_sha256_cleanup_func(context, nullptr);
    return done ? crypto::toByteArray(digest.get()) : QByteArray();
}

using AesFunction = decltype(signal_crypto_provider::encrypt_func);

std::optional<QByteArray> aes(AesFunction function, const QByteArray& key, const QByteArray& iv,
                              const QByteArray& input, int cipher = SG_CIPHER_AES_CBC_PKCS5) {
    crypto::SignalBuffer output;
    if (function(output.out(), cipher, bytesOf(key), std::size_t(key.size()), bytesOf(iv),
                 std::size_t(iv.size()), bytesOf(input), std::size_t(input.size()), nullptr) < 0)
        return std::nullopt;
    return crypto::toByteArray(output.get());
}

const QByteArray aesKey =
    QByteArray::fromHex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4");
const QByteArray aesIv = QByteArray::fromHex("000102030405060708090a0b0c0d0e0f");

} // namespace

void CryptoProviderTest::hmacMatchesRfc4231() {
    // Test cases 1, 2 and 6 (a key longer than the block).
    QCOMPARE(hmac(QByteArray(20, '\x0b'), "Hi There").toHex(),
             QByteArray("b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"));
    QCOMPARE(hmac("Jefe", "what do ya want for nothing?").toHex(),
             QByteArray("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"));
    QCOMPARE(hmac(QByteArray(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First").toHex(),
             QByteArray("60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"));
}

void CryptoProviderTest::sha512MatchesFips180() {
    void* context = nullptr;
    crypto::SignalBuffer digest;
    QCOMPARE(provider().sha512_digest_init_func(&context, nullptr), 0);
    QCOMPARE(provider().sha512_digest_update_func(context, bytesOf("abc"), 3, nullptr), 0);
    QCOMPARE(provider().sha512_digest_final_func(context, digest.out(), nullptr), 0);
    provider().sha512_digest_cleanup_func(context, nullptr);
    QCOMPARE(crypto::toByteArray(digest.get()).toHex(),
             QByteArray("ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                        "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"));
}

void CryptoProviderTest::sha512StartsAnewAfterAResult() {
    void* context = nullptr;
    crypto::SignalBuffer first;
    crypto::SignalBuffer second;
    QCOMPARE(provider().sha512_digest_init_func(&context, nullptr), 0);
    for (crypto::SignalBuffer* digest : {&first, &second}) {
        QCOMPARE(provider().sha512_digest_update_func(context, bytesOf("abc"), 3, nullptr), 0);
        QCOMPARE(provider().sha512_digest_final_func(context, digest->out(), nullptr), 0);
    }
    provider().sha512_digest_cleanup_func(context, nullptr);
    QCOMPARE(crypto::toByteArray(first.get()), crypto::toByteArray(second.get()));
}

void CryptoProviderTest::aesMatchesSp80038a() {
    // F.2.5, CBC-AES256: two blocks, then one of padding that the publication does not have.
    const QByteArray plaintext =
        QByteArray::fromHex("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51");
    const auto ciphertext = aes(provider().encrypt_func, aesKey, aesIv, plaintext);
    QCOMPARE(ciphertext->size(), 48);
    QCOMPARE(ciphertext->first(32).toHex(),
             QByteArray("f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d"));
    QCOMPARE(*aes(provider().decrypt_func, aesKey, aesIv, *ciphertext), plaintext);
}

void CryptoProviderTest::aesPadsEverySizeAndRefusesBadPadding() {
    for (int size = 0; size <= 64; ++size) {
        const QByteArray plaintext(size, 'p');
        const auto ciphertext = *aes(provider().encrypt_func, aesKey, aesIv, plaintext);
        QCOMPARE(ciphertext.size(), size / 16 * 16 + 16);
        QCOMPARE(*aes(provider().decrypt_func, aesKey, aesIv, ciphertext), plaintext);
        QVERIFY(!aes(provider().decrypt_func, aesKey, aesIv, ciphertext.chopped(1)).has_value());
    }
    QVERIFY(!aes(provider().decrypt_func, aesKey, aesIv, {}).has_value());
    const auto ciphertext = *aes(provider().encrypt_func, aesKey, aesIv, QByteArray(32, 'p'));
    QVERIFY(!aes(provider().decrypt_func, aesKey, aesIv, ciphertext.first(32)).has_value());
}

void CryptoProviderTest::otherCiphersAndKeySizesAreRefused() {
    QVERIFY(!aes(provider().encrypt_func, aesKey, aesIv, "x", SG_CIPHER_AES_CTR_NOPADDING).has_value());
    QVERIFY(!aes(provider().encrypt_func, aesKey.first(16), aesIv, "x").has_value());
    QVERIFY(!aes(provider().encrypt_func, aesKey, aesIv.first(8), "x").has_value());
}

void CryptoProviderTest::randomBytesDiffer() {
    std::uint8_t first[32] = {};
    std::uint8_t second[32] = {};
    QCOMPARE(provider().random_func(first, sizeof first, nullptr), 0);
    QCOMPARE(provider().random_func(second, sizeof second, nullptr), 0);
    QVERIFY(!std::equal(first, first + sizeof first, second));
}

} // namespace recado::tests

RECADO_TEST(recado::tests::CryptoProviderTest)
#include "CryptoProviderTest.moc"
