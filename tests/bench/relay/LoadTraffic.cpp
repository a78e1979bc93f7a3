// The jobs of the generator; what a connection does is in LoadLoop.cpp.
#include "bench/relay/LoadLoop.h"
#include "support/ChildProcess.h"

#include <sys/epoll.h>

#include <algorithm>

namespace recado::tests::load {

namespace {

constexpr std::int64_t nsPerMs = 1'000'000;
/// Half-made connections at a time: enough to keep the server busy, too few for a deadline to pass in a
/// queue.
constexpr int connectsAtOnce = 64;
constexpr std::int64_t connectPatienceNs = 20'000 * nsPerMs;
constexpr std::int64_t settlePatienceNs = 20'000 * nsPerMs;
/// A server this far behind does not keep up with the rate; measuring its queue any longer says nothing.
constexpr std::uint64_t hopelessBacklog = 60'000;

} // namespace

void LoadLoop::connectClients(const LoadJob& job, LoadResult& result) {
    const Moment begin = now();
    const std::uint64_t wanted = m_readyCount + std::uint64_t(job.count);
    int next = job.first;
    const int end = job.first + job.count;
    std::int64_t progressNs = begin.atNs;
    std::uint64_t readyBefore = m_readyCount;
    while (m_readyCount < wanted && !isBroken()) {
        const auto missing = int(wanted - m_readyCount);
        while (next < end && missing - (end - next) < connectsAtOnce && open(next))
            ++next;
        turn(monotonicNs() + 100 * nsPerMs);
        if (m_readyCount != readyBefore) {
            readyBefore = m_readyCount;
            progressNs = monotonicNs();
        } else if (monotonicNs() - progressNs > connectPatienceNs) {
            fail("after 20 s without progress " + std::to_string(wanted - m_readyCount) +
                 " clients are not ready");
        }
    }
    finish(begin, now(), result);
}

void LoadLoop::disconnectClients(const LoadJob& job) {
    for (int number = job.first; number < job.first + job.count; ++number) {
        Client& client = m_clients[std::size_t(number)];
        client.socket.reset();
        client.isReady = false;
    }
}

void LoadLoop::setTraffic(const LoadTraffic& traffic) {
    m_traffic = traffic;
    for (int sender = 0; sender < traffic.senders; ++sender)
        m_ledger.setReceiver(sender, traffic.firstReceiver + (sender + traffic.shift) % traffic.receivers);
}

void LoadLoop::closedLoop(const LoadJob& job, LoadResult& result) {
    setTraffic(job.traffic);
    constexpr std::uint64_t unbounded = ~std::uint64_t(0);
    m_submitLimit = job.messages > 0 ? m_ledger.submitted() + job.messages : unbounded;
    m_refills = true;
    for (int sender = 0; sender < job.traffic.senders; ++sender) {
        for (int message = 0; message < job.window && m_ledger.submitted() < m_submitLimit; ++message)
            submit(sender, monotonicNs());
        flush(m_clients[std::size_t(sender)]);
    }
    const std::int64_t warmUntil = monotonicNs() + job.warmUpMilliseconds * nsPerMs;
    while (monotonicNs() < warmUntil && !isBroken())
        turn(warmUntil);
    m_measures = true;
    const Moment begin = now();
    const std::int64_t until = begin.atNs + job.milliseconds * nsPerMs;
    while (monotonicNs() < until && m_ledger.submitted() < m_submitLimit && !isBroken())
        turn(until);
    const Moment end = now();
    m_measures = false;
    m_refills = false;
    finish(begin, end, result);
    settle();
}

void LoadLoop::fixedRate(const LoadJob& job, LoadResult& result) {
    setTraffic(job.traffic);
    const double interval = 1e9 / job.perSecond;
    const std::int64_t start = monotonicNs();
    const std::int64_t warmUntil = start + job.warmUpMilliseconds * nsPerMs;
    const std::int64_t until = warmUntil + job.milliseconds * nsPerMs;
    Moment begin;
    int sender = 0;
    std::uint64_t number = 0;
    while (!isBroken()) {
        // Due times stand on the clock's face, so that a late generator or server cannot hide its lateness.
        const std::int64_t due = start + std::int64_t(double(number) * interval);
        if (due >= until)
            break;
        if (!m_measures && due >= warmUntil) {
            m_measures = true;
            begin = now();
        }
        if (monotonicNs() < due) {
            turn(due);
            continue;
        }
        if (!m_ledger.hasRoom(sender) || m_ledger.unanswered() > hopelessBacklog) {
            result.keptUp = false;
            break;
        }
        submit(sender, due);
        flush(m_clients[std::size_t(sender)]);
        sender = (sender + 1) % job.traffic.senders;
        ++number;
        // A generator that is behind still has to take what comes, or it measures its own queue.
        if (number % 16 == 0)
            turn(0);
    }
    const Moment end = now();
    settle(); // the latencies of the last messages belong to the figure
    m_measures = false;
    finish(begin, end, result);
}

void LoadLoop::collect(const LoadJob& job, LoadResult& result) {
    m_traffic = job.traffic;
    const Moment begin = now();
    const std::uint64_t enough = m_ledger.delivered() + job.messages;
    if (!open(job.first))
        return;
    std::int64_t progressNs = begin.atNs;
    std::uint64_t before = m_ledger.delivered();
    while (m_ledger.delivered() < enough && !isBroken()) {
        turn(monotonicNs() + 100 * nsPerMs);
        if (m_ledger.delivered() != before) {
            before = m_ledger.delivered();
            progressNs = monotonicNs();
        } else if (monotonicNs() - progressNs > settlePatienceNs) {
            fail("only " + std::to_string(job.messages - (enough - before)) + " of " +
                 std::to_string(job.messages) + " waiting messages came");
        }
    }
    finish(begin, now(), result);
}

void LoadLoop::settle() {
    std::int64_t progressNs = monotonicNs();
    std::uint64_t before = ~std::uint64_t(0);
    const auto left = [this] {
        return m_ledger.unanswered() + (m_traffic.online ? m_ledger.undelivered() : 0) + m_delayedAcks.size();
    };
    while (left() > 0 && !isBroken()) {
        turn(monotonicNs() + 100 * nsPerMs);
        if (left() != before) {
            before = left();
            progressNs = monotonicNs();
        } else if (monotonicNs() - progressNs > settlePatienceNs) {
            fail("after 20 s without progress " + std::to_string(m_ledger.undelivered()) + " of " +
                 std::to_string(m_ledger.submitted()) + " messages are not delivered, " +
                 std::to_string(m_ledger.unanswered()) + " not answered");
        }
    }
}

} // namespace recado::tests::load
