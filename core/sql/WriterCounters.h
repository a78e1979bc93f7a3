#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace recado::sql {

/// What a Writer did since it started; for metrics. A plain copy.
struct WriterCounters {
    /// Upper bounds of the commit time buckets, in microseconds; the last bucket has no bound.
    static constexpr std::array<std::int64_t, 10> bucketMicroseconds{
        250, 500, 1'000, 2'500, 5'000, 10'000, 25'000, 50'000, 100'000, 1'000'000};
    /// Upper bounds of the commit size buckets, in jobs; the last bucket has no bound.
    static constexpr std::array<std::int64_t, 8> bucketJobs{1, 2, 5, 10, 25, 50, 100, 250};

    std::uint64_t commits = 0;
    std::uint64_t failedCommits = 0;
    std::uint64_t failedRecoveries = 0; ///< attempts to write again after a failed commit
    std::uint64_t jobs = 0;             ///< committed ones
    std::uint64_t failedJobs = 0;       ///< undone one by one, or with their batch
    std::uint64_t busyJobs = 0;         ///< refused at the door
    std::uint64_t largestBatch = 0;
    std::uint64_t commitMicroseconds = 0; ///< sum over all commits
    std::array<std::uint64_t, bucketMicroseconds.size() + 1> commitBuckets{};
    std::array<std::uint64_t, bucketJobs.size() + 1> sizeBuckets{}; ///< of all commits, undone jobs included
    std::uint64_t committedJobs = 0;                                ///< their sum
    std::size_t queuedJobs = 0;
    std::int64_t queuedBytes = 0;
};

} // namespace recado::sql
