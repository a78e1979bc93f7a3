#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace recado::tests::load {

/// Who sends to whom: sender s (0 to senders - 1) to firstReceiver + (s + shift) % receivers.
struct LoadTraffic {
    int senders = 0;
    int firstReceiver = 0;
    int receivers = 0;
    int shift = 0;
    /// The receivers are connected: the job ends when everything was delivered, not only answered.
    bool online = true;
    /// What a receiver takes from a delivery to its acknowledgement.
    int acknowledgeAfterMs = 0;
    /// So many at once, as a client does that commits many messages together; what is left with each read.
    int acknowledgeTogether = 1;
};

/// One order to a generator process. Plain data: it travels through a pipe.
struct LoadJob {
    enum class Kind : std::uint32_t {
        Connect,    // clients [first, first + count)
        Disconnect, // the same, without a word
        ClosedLoop, // `window` unanswered messages a sender, for `milliseconds` or `messages`
        FixedRate,  // `perSecond` messages on a clock, in turn of the senders
        Collect,    // connects client `first` and takes `messages` that wait for it
        Settle,     // until everything that was sent is answered and delivered
        Quit,
    };
    Kind kind = Kind::Quit;
    int first = 0;
    int count = 0;
    LoadTraffic traffic;
    int window = 1;
    double perSecond = 0;
    int warmUpMilliseconds = 0; // traffic that is not measured
    int milliseconds = 0;
    std::uint64_t messages = 0; // 0: no bound
    int serverProcess = 0;      // the server was started anew: whose CPU time counts from now on
};

/// Milliseconds; 0 without samples.
struct LoadLatency {
    double p50 = 0;
    double p99 = 0;
    double max = 0;
};

/// What came of a job. Plain data.
struct LoadResult {
    double seconds = 0;              // of the measured window
    std::uint64_t delivered = 0;     // within it
    std::uint64_t accepted = 0;      // within it
    std::uint64_t acceptedInAll = 0; // with warming up and coming to rest
    std::uint64_t bytesSent = 0;     // by the generator, within it
    std::uint64_t bytesReceived = 0; // the same
    double serverCpuSeconds = 0;
    double generatorCpuSeconds = 0;
    LoadLatency toDelivery; // from the moment a message was due
    LoadLatency toAnswer;   // the same
    bool keptUp = true;     // FixedRate: the server took the messages as they were due
    std::array<char, 400> trouble{};

    [[nodiscard]] bool ok() const { return trouble[0] == '\0'; }
    void setTrouble(const std::string& text);
};

} // namespace recado::tests::load
