#include "relay/delivery/RelayMetrics.h"

#include <algorithm>

namespace recado::relay {

// Two additions an observation, in no order with anything: the count is the sum of the buckets, so that a
// scrape in between cannot show a histogram that contradicts itself.
void LatencyHistogram::add(qint64 microseconds) {
    const auto bound = std::lower_bound(boundsUs.begin(), boundsUs.end(), microseconds);
    m_buckets[std::size_t(bound - boundsUs.begin())].fetch_add(1, std::memory_order_relaxed);
    m_sumUs.fetch_add(std::uint64_t(std::max<qint64>(microseconds, 0)), std::memory_order_relaxed);
}

std::uint64_t LatencyHistogram::count() const {
    std::uint64_t sum = 0;
    for (const auto& bucket : m_buckets)
        sum += bucket.load(std::memory_order_relaxed);
    return sum;
}

} // namespace recado::relay
