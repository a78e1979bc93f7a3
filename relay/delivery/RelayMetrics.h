#pragma once

#include "base/Reason.h"

#include <array>
#include <atomic>
#include <cstdint>

namespace recado::relay {

/// A latency histogram with fixed bounds; any thread adds, any thread reads.
class LatencyHistogram {
public:
    /// Upper bounds in microseconds: from a live delivery on an idle machine to a store that is in trouble.
    static constexpr std::array<qint64, 17> boundsUs{
        50,     100,     250,     500,     1'000,     2'500,     5'000,     10'000,    25'000,
        50'000, 100'000, 250'000, 500'000, 1'000'000, 2'500'000, 5'000'000, 30'000'000};

    void add(qint64 microseconds);
    /// Observations up to boundsUs[index], not cumulative; index boundsUs.size() holds the larger ones.
    [[nodiscard]] std::uint64_t bucket(std::size_t index) const { return m_buckets[index]; }
    [[nodiscard]] std::uint64_t count() const;
    [[nodiscard]] std::uint64_t sumUs() const { return m_sumUs; }
    [[nodiscard]] std::uint64_t sumMs() const { return m_sumUs / 1'000; }

private:
    std::array<std::atomic<std::uint64_t>, boundsUs.size() + 1> m_buckets{};
    std::atomic<std::uint64_t> m_sumUs{0};
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
    Counter pauses{0}; // connections not read for a while because their account was in debt
    Counter shed{0};   // submissions refused because the store lags
    /// Refused submissions by reason: index is base::Reason.
    std::array<Counter, std::size_t(base::Reason::Internal) + 1> refused{};
    /// Error frames sent, by reason: index is base::Reason.
    std::array<Counter, std::size_t(base::Reason::Internal) + 1> errors{};
    /// From Submit to Accepted.
    LatencyHistogram acceptLatency;
    /// From Submit to the envelope on its receiver's connection, for every envelope delivered live.
    LatencyHistogram deliverLatency;
};

} // namespace recado::relay
