#pragma once

struct signal_crypto_provider;

namespace recado::crypto {

/// The primitives libsignal asks for: randomness by libsodium; HMAC-SHA256, SHA-512 and AES-256-CBC by
/// OpenSSL EVP, fetched once a process. Internal to recado_crypto. Any thread.
const signal_crypto_provider& cryptoProvider();

} // namespace recado::crypto
