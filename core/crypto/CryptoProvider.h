#pragma once

#include <cstdint>

struct signal_crypto_provider;

namespace recado::crypto {

/// The primitives libsignal asks for: randomness by libsodium; HMAC-SHA256, SHA-512 and AES-256-CBC by
/// OpenSSL EVP, fetched once a process. Internal to recado_crypto. Any thread.
const signal_crypto_provider& cryptoProvider();

/// The HMACs that this thread has begun so far. All key derivation is made of them, so this measures what a
/// hostile message costs in a way that a busy machine cannot falsify.
std::uint64_t keyedHashCount();

} // namespace recado::crypto
