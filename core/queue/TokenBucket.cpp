#include "queue/TokenBucket.h"

#include <algorithm>
#include <cmath>

namespace recado::queue {

TokenBucket::TokenBucket(const base::Clock& clock, double capacity, double perSecond)
    : m_clock(&clock)
    , m_capacity(capacity)
    , m_perSecond(perSecond)
    , m_tokens(capacity)
    , m_updatedMs(clock.monotonicMs()) {}

double TokenBucket::available() const {
    const double elapsed = double(m_clock->monotonicMs() - m_updatedMs) / 1000.0;
    return std::min(m_capacity, m_tokens + elapsed * m_perSecond);
}

bool TokenBucket::take(double tokens) {
    m_tokens = available();
    m_updatedMs = m_clock->monotonicMs();
    if (m_tokens < tokens)
        return false;
    m_tokens -= tokens;
    return true;
}

void TokenBucket::charge(double tokens) {
    m_tokens = available() - tokens;
    m_updatedMs = m_clock->monotonicMs();
}

qint64 TokenBucket::waitMs(double tokens) const {
    const double missing = tokens - available();
    if (missing <= 0)
        return 0;
    if (tokens > m_capacity || m_perSecond <= 0)
        return -1;
    return qint64(std::ceil(missing / m_perSecond * 1000.0));
}

} // namespace recado::queue
