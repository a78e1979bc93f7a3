#include "crypto/CryptoProvider.h"

#include "base/Ids.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <signal_protocol.h>

#include <array>
#include <limits>
#include <memory>

namespace recado::crypto {

namespace {

constexpr std::size_t aesKeySize = 32;
constexpr std::size_t aesBlockSize = 16;

thread_local std::uint64_t keyedHashesOfThread = 0;

/// A context for HMAC-SHA256 to copy from, under a key that nobody uses. Naming the digest makes OpenSSL look
/// it up again each time, which costs more than a short HMAC.
EVP_MAC_CTX* newHmacPattern() {
    EVP_MAC* hmac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
    EVP_MAC_CTX* pattern = EVP_MAC_CTX_new(hmac);
    EVP_MAC_free(hmac); // the context holds a reference of its own
    char digest[] = "SHA256";
    const std::array parameters{OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                                OSSL_PARAM_construct_end()};
    const std::array<std::uint8_t, 32> unusedKey{};
    if (pattern != nullptr &&
        EVP_MAC_init(pattern, unusedKey.data(), unusedKey.size(), parameters.data()) == 1)
        return pattern;
    EVP_MAC_CTX_free(pattern);
    return nullptr;
}

/// Fetching an algorithm costs far more than using it once, so it happens once.
struct FetchedAlgorithms {
    EVP_MAC_CTX* hmacPattern = newHmacPattern();
    EVP_MD* sha512 = EVP_MD_fetch(nullptr, "SHA512", nullptr);
    EVP_CIPHER* aes = EVP_CIPHER_fetch(nullptr, "AES-256-CBC", nullptr);

    FetchedAlgorithms() = default;
    FetchedAlgorithms(const FetchedAlgorithms&) = delete;
    FetchedAlgorithms& operator=(const FetchedAlgorithms&) = delete;
    ~FetchedAlgorithms() {
        EVP_MAC_CTX_free(hmacPattern);
        EVP_MD_free(sha512);
        EVP_CIPHER_free(aes);
    }
};

const FetchedAlgorithms& fetchedAlgorithms() {
    static const FetchedAlgorithms algorithms;
    return algorithms;
}

int providerRandom(std::uint8_t* data, std::size_t size, void*) {
    base::fillRandom(data, size);
    return SG_SUCCESS;
}

int providerHmacInit(void** context, const std::uint8_t* key, std::size_t keySize, void*) {
    if (fetchedAlgorithms().hmacPattern == nullptr)
        return SG_ERR_UNKNOWN;
    EVP_MAC_CTX* mac = EVP_MAC_CTX_dup(fetchedAlgorithms().hmacPattern);
    if (mac == nullptr)
        return SG_ERR_NOMEM;
    ++keyedHashesOfThread;
    if (EVP_MAC_init(mac, key, keySize, nullptr) != 1) {
        EVP_MAC_CTX_free(mac);
        return SG_ERR_UNKNOWN;
    }
    *context = mac;
    return SG_SUCCESS;
}

int providerHmacUpdate(void* context, const std::uint8_t* data, std::size_t size, void*) {
    return EVP_MAC_update(static_cast<EVP_MAC_CTX*>(context), data, size) == 1 ? SG_SUCCESS : SG_ERR_UNKNOWN;
}

int providerHmacFinal(void* context, signal_buffer** output, void*) {
    std::array<std::uint8_t, 32> digest{};
    std::size_t size = 0;
    if (EVP_MAC_final(static_cast<EVP_MAC_CTX*>(context), digest.data(), &size, digest.size()) != 1)
        return SG_ERR_UNKNOWN;
    *output = signal_buffer_create(digest.data(), size);
    OPENSSL_cleanse(digest.data(), digest.size());
    return *output == nullptr ? SG_ERR_NOMEM : SG_SUCCESS;
}

void providerHmacCleanup(void* context, void*) {
    EVP_MAC_CTX_free(static_cast<EVP_MAC_CTX*>(context));
}

int providerSha512Init(void** context, void*) {
    EVP_MD_CTX* digest = EVP_MD_CTX_new();
    if (digest == nullptr)
        return SG_ERR_NOMEM;
    if (EVP_DigestInit_ex2(digest, fetchedAlgorithms().sha512, nullptr) != 1) {
        EVP_MD_CTX_free(digest);
        return SG_ERR_UNKNOWN;
    }
    *context = digest;
    return SG_SUCCESS;
}

int providerSha512Update(void* context, const std::uint8_t* data, std::size_t size, void*) {
    return EVP_DigestUpdate(static_cast<EVP_MD_CTX*>(context), data, size) == 1 ? SG_SUCCESS : SG_ERR_UNKNOWN;
}

int providerSha512Final(void* context, signal_buffer** output, void*) {
    auto* digestContext = static_cast<EVP_MD_CTX*>(context);
    std::array<std::uint8_t, 64> digest{};
    unsigned int size = 0;
    // The fingerprint loop goes on with the same context after each result, hence the new start.
    if (EVP_DigestFinal_ex(digestContext, digest.data(), &size) != 1 ||
        EVP_DigestInit_ex2(digestContext, fetchedAlgorithms().sha512, nullptr) != 1)
        return SG_ERR_UNKNOWN;
    *output = signal_buffer_create(digest.data(), size);
    OPENSSL_cleanse(digest.data(), digest.size());
    return *output == nullptr ? SG_ERR_NOMEM : SG_SUCCESS;
}

void providerSha512Cleanup(void* context, void*) {
    EVP_MD_CTX_free(static_cast<EVP_MD_CTX*>(context));
}

struct ContextFree {
    void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};

struct BufferFree {
    void operator()(signal_buffer* buffer) const { signal_buffer_bzero_free(buffer); }
};

/// AES-256-CBC with PKCS#7 padding, in the direction `encrypting` says.
int providerAes(signal_buffer** output, int cipher, const std::uint8_t* key, std::size_t keySize,
                const std::uint8_t* iv, std::size_t ivSize, const std::uint8_t* input, std::size_t size,
                int encrypting) {
    constexpr auto largest = std::size_t(std::numeric_limits<int>::max()) - aesBlockSize;
    // CTR belongs to protocol version 2, which nothing of ours speaks.
    if (cipher != SG_CIPHER_AES_CBC_PKCS5 || keySize != aesKeySize || ivSize != aesBlockSize ||
        size > largest)
        return SG_ERR_INVAL;
    const std::unique_ptr<EVP_CIPHER_CTX, ContextFree> context(EVP_CIPHER_CTX_new());
    const std::unique_ptr<signal_buffer, BufferFree> work(signal_buffer_alloc(size + aesBlockSize));
    if (context == nullptr || work == nullptr)
        return SG_ERR_NOMEM;
    if (EVP_CipherInit_ex2(context.get(), fetchedAlgorithms().aes, key, iv, encrypting, nullptr) != 1)
        return SG_ERR_UNKNOWN;
    std::uint8_t* out = signal_buffer_data(work.get());
    int written = 0;
    int tail = 0;
    if (EVP_CipherUpdate(context.get(), out, &written, input, int(size)) != 1 ||
        EVP_CipherFinal_ex(context.get(), out + written, &tail) != 1)
        return SG_ERR_UNKNOWN;
    *output = signal_buffer_create(out, std::size_t(written) + std::size_t(tail));
    return *output == nullptr ? SG_ERR_NOMEM : SG_SUCCESS;
}

int providerEncrypt(signal_buffer** output, int cipher, const std::uint8_t* key, std::size_t keySize,
                    const std::uint8_t* iv, std::size_t ivSize, const std::uint8_t* plaintext,
                    std::size_t size, void*) {
    return providerAes(output, cipher, key, keySize, iv, ivSize, plaintext, size, 1);
}

int providerDecrypt(signal_buffer** output, int cipher, const std::uint8_t* key, std::size_t keySize,
                    const std::uint8_t* iv, std::size_t ivSize, const std::uint8_t* ciphertext,
                    std::size_t size, void*) {
    return providerAes(output, cipher, key, keySize, iv, ivSize, ciphertext, size, 0);
}

} // namespace

std::uint64_t keyedHashCount() {
    return keyedHashesOfThread;
}

const signal_crypto_provider& cryptoProvider() {
    static const signal_crypto_provider provider{
        .random_func = providerRandom,
        .hmac_sha256_init_func = providerHmacInit,
        .hmac_sha256_update_func = providerHmacUpdate,
        .hmac_sha256_final_func = providerHmacFinal,
        .hmac_sha256_cleanup_func = providerHmacCleanup,
        .sha512_digest_init_func = providerSha512Init,
        .sha512_digest_update_func = providerSha512Update,
        .sha512_digest_final_func = providerSha512Final,
        .sha512_digest_cleanup_func = providerSha512Cleanup,
        .encrypt_func = providerEncrypt,
        .decrypt_func = providerDecrypt,
        .user_data = nullptr,
    };
    return provider;
}

} // namespace recado::crypto
