#include "relay/delivery/RequestRate.h"

#include <algorithm>

namespace recado::relay {

RequestRate::RequestRate(const RelayPolicy& policy, const base::Clock& clock)
    : m_policy(policy)
    , m_clock(clock) {}

qint64 RequestRate::take(base::AccountId account, double requests) {
    const double price = std::min(requests, m_policy.requestBurst);
    const std::lock_guard lock(m_mutex);
    auto bucket = m_buckets.find(account);
    if (bucket == m_buckets.end()) {
        bucket = m_buckets.insert(
            account, queue::TokenBucket(m_clock, m_policy.requestBurst, m_policy.requestsPerSecond));
    }
    return bucket->take(price) ? 0 : std::max<qint64>(bucket->waitMs(price), 1);
}

void RequestRate::tidy() {
    const std::lock_guard lock(m_mutex);
    m_buckets.removeIf([](const auto& entry) { return entry.value().isFull(); });
}

} // namespace recado::relay
