#include "relay/delivery/RelayMetrics.h"

#include <algorithm>

namespace recado::relay {

void LatencyHistogram::add(qint64 milliseconds) {
    const auto bound = std::lower_bound(boundsMs.begin(), boundsMs.end(), milliseconds);
    ++m_buckets[std::size_t(bound - boundsMs.begin())];
    ++m_count;
    m_sumMs += std::uint64_t(std::max<qint64>(milliseconds, 0));
}

} // namespace recado::relay
