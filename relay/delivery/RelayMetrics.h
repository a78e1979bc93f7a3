#pragma once

#include "base/Reason.h"

#include <array>
#include <atomic>
#include <cstdint>

namespace recado::relay {

/// A latency histogram with fixed bounds; any thread adds, any thread reads.
class LatencyHistogram {
public:
    static constexpr std::array<qint64, 10> boundsMs{1, 2, 5, 10, 25, 50, 100, 250, 1'000, 5'000};

    void add(qint64 milliseconds);
    /// Observations up to boundsMs[index], not cumulative; index boundsMs.size() holds the larger ones.
    [[nodiscard]] std::uint64_t bucket(std::size_t index) const { return m_buckets[index]; }
    [[nodiscard]] std::uint64_t count() const { return m_count; }
    [[nodiscard]] std::uint64_t sumMs() const { return m_sumMs; }

private:
    std::array<std::atomic<std::uint64_t>, boundsMs.size() + 1> m_buckets{};
    std::atomic<std::uint64_t> m_count{0};
    std::atomic<std::uint64_t> m_sumMs{0};
};

/// What the relay's logic counts, for ops to publish. Plain atomics: any thread.
struct RelayMetrics {
    using Counter = std::atomic<std::uint64_t>;

    // Present state.
    Counter sessions{0};            // connections that have a session
    Counter devicesConnected{0};    // of those, authenticated
    Counter submissionsInFlight{0}; // taken, not answered: the depth of the writer's queue as seen here

    // Totals since start.
    Counter authentications{0};
    Counter authenticationFailures{0};
    Counter registrations{0};
    Counter submitted{0};  // Submit frames, duplicates included
    Counter duplicates{0}; // of those, known already
    Counter accepted{0};
    Counter deliveredLive{0};
    Counter deliveredFromMailbox{0};
    Counter acknowledged{0}; // envelopes deleted after an acknowledgement
    Counter expired{0};
    Counter ephemeralForwarded{0};
    Counter ephemeralDropped{0};
    /// Refused submissions by reason: index is base::Reason.
    std::array<Counter, std::size_t(base::Reason::Internal) + 1> refused{};
    /// From Submit to Accepted.
    LatencyHistogram acceptLatency;
};

} // namespace recado::relay
