#pragma once

#include "bench/relay/LoadJob.h"
#include "bench/relay/LoadLedger.h"
#include "bench/relay/LoadProtocol.h"
#include "bench/relay/LoadSocket.h"

#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace recado::tests::load {

/// Where the load goes, and whose CPU time counts.
struct LoadTarget {
    std::uint16_t port = 0;
    int clients = 0;
    bool tls = false;
    std::vector<int> serverProcesses;
};

/// The generator: all clients of one server on one epoll descriptor and one thread. The first thing that is
/// wrong ends the job with LoadResult::trouble; every later job then fails as well.
class LoadLoop final : private LoadSink {
public:
    LoadLoop(std::unique_ptr<LoadProtocol> protocol, LoadTarget target);
    ~LoadLoop() override;

    LoadResult run(const LoadJob& job);
    /// Answers pings until something can be read from `descriptor`.
    void serveUntilReadable(int descriptor);

private:
    struct Client : LoadConnection {
        LoadSocket socket;
        std::string input; // the beginning of a unit that has not come whole
        bool isReady = false;
        bool awaitsWrite = false;
    };
    struct DelayedAck {
        std::int64_t dueNs;
        int client;
        std::uint64_t token;
    };
    /// Counters at one moment; a window is the difference of two.
    struct Moment {
        std::int64_t atNs = 0;
        double serverCpu = 0;
        double generatorCpu = 0;
        std::uint64_t delivered = 0;
        std::uint64_t accepted = 0;
        std::uint64_t bytesSent = 0;
        std::uint64_t bytesReceived = 0;
    };

    void ready(LoadConnection& connection) override;
    void delivered(LoadConnection& connection, std::string_view payload, std::uint64_t token) override;
    void accepted(LoadConnection& connection, std::uint32_t sequence) override;
    void drained(LoadConnection& connection) override;
    void failed(LoadConnection& connection, const std::string& what) override;

    void countProcess(int process);
    void connectClients(const LoadJob& job, LoadResult& result);
    void disconnectClients(const LoadJob& job);
    void closedLoop(const LoadJob& job, LoadResult& result);
    void fixedRate(const LoadJob& job, LoadResult& result);
    void collect(const LoadJob& job, LoadResult& result);
    void settle();

    bool open(int client);
    void setTraffic(const LoadTraffic& traffic);
    void submit(int sender, std::int64_t dueNs);
    /// Waits until something happens, at most until `untilNs`, and deals with it.
    void turn(std::int64_t untilNs);
    void handle(Client& client, std::uint32_t events);
    void proceed(Client& client);
    void receive(Client& client);
    void flush(Client& client);
    void acknowledgeBatch(Client& client);
    void watch(Client& client, std::uint32_t events, int operation);
    void sendDueAcks();
    [[nodiscard]] Moment now() const;
    void finish(const Moment& begin, const Moment& end, LoadResult& result);
    void fail(const std::string& what);
    [[nodiscard]] bool isBroken() const { return !m_trouble.empty(); }

    std::unique_ptr<LoadProtocol> m_protocol;
    LoadTarget m_target;
    std::unique_ptr<LoadTls> m_tls;
    std::vector<int> m_clocks; // of the server's processes
    LoadLedger m_ledger;
    std::vector<Client> m_clients;
    std::vector<char> m_buffer;
    std::deque<DelayedAck> m_delayedAcks; // in order: the delay is the same for all
    std::vector<std::uint64_t> m_batch;   // delivered in the present read, not acknowledged
    std::vector<float> m_deliveryMs;
    std::vector<float> m_answerMs;
    std::string m_trouble;
    LoadTraffic m_traffic;
    int m_epoll = -1;
    int m_wake = -1;
    bool m_woken = false;
    bool m_refills = false;          // an answer is followed by the sender's next message
    bool m_measures = false;         // latencies are kept
    std::uint64_t m_submitLimit = 0; // no refill beyond so many messages
    std::uint64_t m_readyCount = 0;
    std::uint64_t m_bytesSent = 0;
    std::uint64_t m_bytesReceived = 0;
};

} // namespace recado::tests::load
