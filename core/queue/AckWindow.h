#pragma once

#include <QByteArray>
#include <QByteArrayView>

#include <array>
#include <cstdint>
#include <optional>

namespace recado::queue {

/// Which submission numbers of one device have been seen: the highest, and one bit for each of the 1,024
/// numbers up to it. What lies below the window counts as seen, so that an old duplicate is never taken for
/// news. A plain value.
class AckWindow {
public:
    static constexpr int width = 1024;
    static constexpr int bitBytes = width / 8;

    AckWindow() = default;
    /// The window as highest() and bits() gave it; also empty bits with highest 0. Nothing for anything else.
    static std::optional<AckWindow> fromBits(std::uint64_t highest, QByteArrayView bits);

    /// 0 before the first mark(); numbers start at 1.
    [[nodiscard]] std::uint64_t highest() const { return m_highest; }
    /// 128 bytes: bit i of byte i/8, least significant first, tells whether `highest - i` was marked.
    [[nodiscard]] QByteArray bits() const;

    /// True for 0, for everything marked and for everything too old to know.
    [[nodiscard]] bool seen(std::uint64_t number) const;
    /// False, and nothing changes, when it had been seen already.
    bool mark(std::uint64_t number);

    bool operator==(const AckWindow&) const = default;

private:
    void shiftBy(std::uint64_t distance);

    std::uint64_t m_highest = 0;
    std::array<std::uint64_t, width / 64> m_words{};
};

} // namespace recado::queue
