#include "relay/delivery/Overload.h"

#include <algorithm>

namespace recado::relay {

namespace {

constexpr qint64 longestRetryMs = 30'000;

} // namespace

Overload::Overload(const RelayPolicy& policy, const base::Clock& clock)
    : m_policy(policy)
    , m_clock(clock) {}

void Overload::tick(MailboxStore& store, StoreCall call, quint64 underWay) {
    const qint64 now = m_clock.monotonicMs();
    if (m_askedAtMs) {
        m_lagMs = std::max<qint64>(m_lagMs, now - *m_askedAtMs);
        return;
    }
    if (underWay == 0 && m_lagMs == 0)
        return;
    m_askedAtMs = now;
    store.usage({}, call, [weak = weak_from_this()](const auto& answer) {
        if (const auto self = weak.lock())
            self->answered(answer.result);
    });
}

/// A store that refuses says so to every submission by itself; only one that is slow has to be found out.
void Overload::answered(StoreResult result) {
    const qint64 took = m_clock.monotonicMs() - m_askedAtMs.value_or(0);
    m_askedAtMs.reset();
    const bool isSlow = result == StoreResult::Committed || result == StoreResult::NotCommitted;
    m_lagMs = isSlow && took > m_policy.shedLagMs / 2 ? took : 0;
}

std::optional<qint64> Overload::retryMs() const {
    const qint64 lag = m_lagMs;
    if (lag <= m_policy.shedLagMs)
        return std::nullopt;
    return std::min(m_policy.busyRetryMs + lag, longestRetryMs);
}

} // namespace recado::relay
