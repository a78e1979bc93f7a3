#pragma once

#include "base/Clock.h"

#include <atomic>

namespace recado::tests {

/// A clock that stands still until a test moves it. Thread-safe.
class FakeClock final : public base::Clock {
public:
    explicit FakeClock(qint64 wallMs = 1'750'000'000'000)
        : m_wallMs(wallMs) {}

    [[nodiscard]] qint64 wallMs() const override { return m_wallMs; }
    [[nodiscard]] qint64 monotonicMs() const override { return m_monotonicMs; }

    void advance(qint64 ms) {
        m_wallMs += ms;
        m_monotonicMs += ms;
    }
    /// Moves the wall clock only, as a user or a time server does.
    void jumpWall(qint64 ms) { m_wallMs += ms; }

private:
    std::atomic<qint64> m_wallMs;
    std::atomic<qint64> m_monotonicMs{1'000'000};
};

} // namespace recado::tests
