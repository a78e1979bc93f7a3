#include "base/SecretBytes.h"

#include "base/Ids.h"
#include "base/Sodium.h"

#include <sodium.h>

#include <cstring>
#include <utility>

namespace recado::base {

SecretBytes::SecretBytes(std::size_t size)
    : m_size(size) {
    ensureSodium();
    if (size == 0)
        return;
    m_data = static_cast<std::uint8_t*>(sodium_malloc(size));
    if (m_data == nullptr)
        qFatal("no locked memory for key material");
}

SecretBytes::SecretBytes(SecretBytes&& other) noexcept
    : m_data(std::exchange(other.m_data, nullptr))
    , m_size(std::exchange(other.m_size, 0)) {}

SecretBytes& SecretBytes::operator=(SecretBytes&& other) noexcept {
    // What was held here is wiped now, not when the other happens to go.
    SecretBytes taken(std::move(other));
    std::swap(m_data, taken.m_data);
    std::swap(m_size, taken.m_size);
    return *this;
}

SecretBytes::~SecretBytes() {
    sodium_free(m_data); // wipes; accepts null
}

SecretBytes SecretBytes::random(std::size_t size) {
    SecretBytes secret(size);
    fillRandom(secret.data(), size);
    return secret;
}

SecretBytes SecretBytes::copyOf(QByteArrayView bytes) {
    SecretBytes secret(std::size_t(bytes.size()));
    if (!bytes.isEmpty())
        std::memcpy(secret.data(), bytes.data(), secret.size());
    return secret;
}

SecretBytes SecretBytes::clone() const {
    return copyOf(view());
}

void wipe(QByteArray& bytes) {
    if (bytes.isEmpty())
        return;
    sodium_memzero(bytes.data(), std::size_t(bytes.size()));
    bytes.clear();
}

} // namespace recado::base
