#pragma once

#include <QtGlobal>

namespace recado::base {

/// Where time comes from, so that tests can move it. Implementations are thread-safe.
class Clock {
public:
    virtual ~Clock() = default;

    /// Milliseconds since 1970-01-01 UTC; may jump.
    [[nodiscard]] virtual qint64 wallMs() const = 0;
    /// Milliseconds since an arbitrary start; never goes back. For timeouts and rates.
    [[nodiscard]] virtual qint64 monotonicMs() const = 0;
    /// The same in microseconds, for what is measured; as fine as the clock is.
    [[nodiscard]] virtual qint64 monotonicUs() const { return monotonicMs() * 1'000; }
};

/// The machine's clocks.
class SystemClock final : public Clock {
public:
    [[nodiscard]] qint64 wallMs() const override;
    [[nodiscard]] qint64 monotonicMs() const override;
    [[nodiscard]] qint64 monotonicUs() const override;
};

} // namespace recado::base
