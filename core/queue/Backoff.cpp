#include "queue/Backoff.h"

#include <QRandomGenerator>

#include <algorithm>
#include <utility>

namespace recado::queue {

Backoff::Backoff()
    : Backoff(Limits()) {}

Backoff::Backoff(Limits limits, Random random)
    : m_limits{limits.baseMs, std::max(limits.baseMs, limits.capMs)}
    , m_random(std::move(random)) {}

qint64 Backoff::nextMs() {
    // The cap bounds the range drawn from, not only the result, so that capped waits stay spread out.
    const qint64 previous = std::max(m_previousMs, m_limits.baseMs);
    const qint64 high = std::clamp(previous * 3, m_limits.baseMs, m_limits.capMs);
    m_previousMs = m_random(m_limits.baseMs, high);
    return m_previousMs;
}

void Backoff::reset() {
    m_previousMs = 0;
}

Backoff::Random Backoff::systemRandom() {
    return [](qint64 low, qint64 high) { return QRandomGenerator::system()->bounded(low, high + 1); };
}

} // namespace recado::queue
