#pragma once

#include <QtGlobal>

#include <functional>

namespace recado::queue {

/// Waiting times between attempts, with decorrelated jitter: each is drawn between the base and three times
/// the one before, up to a cap, so that a crowd of clients does not return in step (M. Brooker, "Exponential
/// Backoff And Jitter", 2015). Not thread-safe.
class Backoff {
public:
    /// Gives a number from `low` to `high`, both included.
    using Random = std::function<qint64(qint64 low, qint64 high)>;

    struct Limits {
        qint64 baseMs = 250;
        qint64 capMs = 30'000; ///< at least the base
    };

    Backoff();
    explicit Backoff(Limits limits, Random random = systemRandom());

    /// The time to wait before the next attempt.
    qint64 nextMs();
    /// After a success: the next failure starts from the base again.
    void reset();

    static Random systemRandom();

private:
    Limits m_limits;
    Random m_random;
    qint64 m_previousMs = 0;
};

} // namespace recado::queue
