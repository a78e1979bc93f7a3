#pragma once

#include <QByteArray>
#include <QByteArrayView>
#include <QHashFunctions>
#include <QString>

#include <algorithm>
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <utility>

namespace recado::base {

/// Fills `size` bytes from the system's cryptographic generator (libsodium).
void fillRandom(void* data, std::size_t size);

/// A random or derived 128-bit identifier; `Tag` keeps accounts, messages and conversations apart.
template <typename Tag>
class Id128 {
public:
    static constexpr int size = 16;

    Id128() = default;

    static Id128 random() {
        Id128 id;
        fillRandom(id.m_bytes.data(), id.m_bytes.size());
        return id;
    }

    /// Nothing unless `bytes` holds exactly 16 bytes.
    static std::optional<Id128> fromBytes(QByteArrayView bytes) {
        if (bytes.size() != size)
            return std::nullopt;
        Id128 id;
        std::copy(bytes.begin(), bytes.end(), reinterpret_cast<char*>(id.m_bytes.data()));
        return id;
    }

    /// Nothing unless `text` is 32 hexadecimal digits.
    static std::optional<Id128> fromHex(QStringView text) {
        if (text.size() != 2 * size)
            return std::nullopt;
        const QByteArray latin = text.toLatin1();
        for (const char digit : latin) {
            if (!((digit >= '0' && digit <= '9') || (digit >= 'a' && digit <= 'f')))
                return std::nullopt;
        }
        return fromBytes(QByteArray::fromHex(latin));
    }

    [[nodiscard]] QByteArray toBytes() const {
        return QByteArray(reinterpret_cast<const char*>(m_bytes.data()), size);
    }
    [[nodiscard]] QString toHex() const { return QString::fromLatin1(toBytes().toHex()); }
    [[nodiscard]] bool isNull() const { return m_bytes == std::array<std::uint8_t, 16>{}; }
    [[nodiscard]] const std::uint8_t* data() const { return m_bytes.data(); }

    auto operator<=>(const Id128&) const = default;
    bool operator==(const Id128& other) const noexcept { return words() == other.words(); }

    /// Every bit counts, and who does not know the seed finds no ids that collide. Inline, because tables
    /// keyed by ids are asked many times for each message.
    [[nodiscard]] std::size_t hash(std::size_t seed) const noexcept {
        const auto [first, second] = words();
        return std::size_t(fold(fold(first ^ seed ^ firstKey) + (second ^ secondKey)));
    }

private:
    static constexpr std::uint64_t firstKey = 0x9E37'79B9'7F4A'7C15;
    static constexpr std::uint64_t secondKey = 0xD6E8'FEB8'6659'FD93;

    [[nodiscard]] std::pair<std::uint64_t, std::uint64_t> words() const noexcept {
        std::pair<std::uint64_t, std::uint64_t> words;
        std::memcpy(&words.first, m_bytes.data(), sizeof words.first);
        std::memcpy(&words.second, m_bytes.data() + sizeof words.first, sizeof words.second);
        return words;
    }
    static std::uint64_t fold(std::uint64_t value) noexcept {
        value = (value ^ (value >> 32)) * secondKey;
        value = (value ^ (value >> 29)) * firstKey;
        return value ^ (value >> 32);
    }

    std::array<std::uint8_t, 16> m_bytes{};
};

template <typename Tag>
size_t qHash(const Id128<Tag>& id, size_t seed = 0) noexcept {
    return id.hash(seed);
}

/// A person's or bot's account at a relay; everything hangs on it, the username is only a handle.
using AccountId = Id128<struct AccountTag>;
/// One message, the same for every device and attempt; exists only inside ciphertext and clients.
using MessageId = Id128<struct MessageTag>;
/// One conversation; for direct ones derived from the two accounts (messaging::directConversationId).
using ConversationId = Id128<struct ConversationTag>;

/// One device of an account. Device numbers start at 1 and are never reused within an account.
struct DeviceAddress {
    AccountId account;
    std::uint32_t device = 0;

    auto operator<=>(const DeviceAddress&) const = default;
};

inline size_t qHash(const DeviceAddress& address, size_t seed = 0) noexcept {
    return qHash(address.account, seed ^ address.device);
}

/// The relay's name for one queued envelope: boot epoch (24 bits) and counter (40 bits); grows, never reused.
using DeliveryId = std::uint64_t;
/// A sending device's durable number of one submission; grows by one, never reused.
using SubmissionNumber = std::uint64_t;

} // namespace recado::base

template <typename Tag>
struct std::hash<recado::base::Id128<Tag>> {
    std::size_t operator()(const recado::base::Id128<Tag>& id) const noexcept {
        return qHash(id, QHashSeed::globalSeed());
    }
};

template <>
struct std::hash<recado::base::DeviceAddress> {
    std::size_t operator()(const recado::base::DeviceAddress& address) const noexcept {
        return qHash(address, QHashSeed::globalSeed());
    }
};
