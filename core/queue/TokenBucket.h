#pragma once

#include "base/Clock.h"

namespace recado::queue {

/// A rate limit that allows bursts: holds up to `capacity` tokens and gains `perSecond` of them. Starts full.
/// Not thread-safe; the clock is borrowed.
class TokenBucket {
public:
    TokenBucket(const base::Clock& clock, double capacity, double perSecond);

    /// Takes `tokens` if that many are there; takes nothing otherwise. More than the capacity never succeeds.
    bool take(double tokens = 1);
    /// Takes `tokens` whether they are there or not: for work whose price is known only when it is done. What
    /// is missing has to be gained before take() succeeds again.
    void charge(double tokens);
    /// Milliseconds until take(tokens) would succeed: 0 now, -1 never.
    [[nodiscard]] qint64 waitMs(double tokens = 1) const;
    /// As good as a new one: whoever keeps many may forget it.
    [[nodiscard]] bool isFull() const { return available() >= m_capacity; }

private:
    [[nodiscard]] double available() const;

    const base::Clock* m_clock;
    double m_capacity;
    double m_perSecond;
    double m_tokens;
    qint64 m_updatedMs;
};

} // namespace recado::queue
