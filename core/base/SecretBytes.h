#pragma once

#include <QByteArray>
#include <QByteArrayView>

#include <cstddef>
#include <cstdint>

namespace recado::base {

/// Key material in locked, guarded memory (sodium_malloc) that is wiped when it goes. Move-only, so that
/// no copy is left behind by accident.
class SecretBytes {
public:
    SecretBytes() = default;
    explicit SecretBytes(std::size_t size);
    SecretBytes(const SecretBytes&) = delete;
    SecretBytes& operator=(const SecretBytes&) = delete;
    SecretBytes(SecretBytes&& other) noexcept;
    SecretBytes& operator=(SecretBytes&& other) noexcept;
    ~SecretBytes();

    static SecretBytes random(std::size_t size);
    /// Copies `bytes`; the caller still has to wipe its own copy (wipe()).
    static SecretBytes copyOf(QByteArrayView bytes);

    [[nodiscard]] SecretBytes clone() const;
    [[nodiscard]] std::uint8_t* data() { return m_data; }
    [[nodiscard]] const std::uint8_t* data() const { return m_data; }
    [[nodiscard]] std::size_t size() const { return m_size; }
    [[nodiscard]] bool isEmpty() const { return m_size == 0; }
    [[nodiscard]] QByteArrayView view() const {
        return {reinterpret_cast<const char*>(m_data), qsizetype(m_size)};
    }

private:
    std::uint8_t* m_data = nullptr;
    std::size_t m_size = 0;
};

/// Overwrites a byte array's content in place before it is released.
void wipe(QByteArray& bytes);

} // namespace recado::base
