#include "relay/delivery/WorkBudget.h"

#include <algorithm>

namespace recado::relay {

namespace {

// Nobody is left unread for longer at once, whatever the debt: his client would think the relay dead.
constexpr qint64 longestPauseMs = 2'000;

} // namespace

WorkBudget::WorkBudget(const RelayPolicy& policy, const base::Clock& clock)
    : m_policy(policy)
    , m_clock(clock) {}

qint64 WorkBudget::charge(base::AccountId account, qint64 units) {
    const std::lock_guard lock(m_mutex);
    auto bucket = m_buckets.find(account);
    if (bucket == m_buckets.end()) {
        bucket = m_buckets.insert(account,
                                  queue::TokenBucket(m_clock, m_policy.workBurst, m_policy.workPerSecond));
    }
    bucket->charge(double(units));
    return std::min(bucket->waitMs(0), longestPauseMs);
}

void WorkBudget::tidy() {
    const std::lock_guard lock(m_mutex);
    m_buckets.removeIf([](const auto& entry) { return entry.value().isFull(); });
}

qsizetype WorkBudget::accounts() const {
    const std::lock_guard lock(m_mutex);
    return m_buckets.size();
}

} // namespace recado::relay
