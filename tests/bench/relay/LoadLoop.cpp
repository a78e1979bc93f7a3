#include "bench/relay/LoadLoop.h"

#include "support/ChildProcess.h"

#include <poll.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>

namespace recado::tests::load {

namespace {

constexpr std::size_t readBytes = 256 * 1'024;
constexpr int eventsAtOnce = 512;
constexpr int wakeEvent = -1;
constexpr int localAddresses = 100; // 127.0.0.2 and up

double secondsOf(clockid_t clock) {
    timespec time{};
    clock_gettime(clock, &time);
    return double(time.tv_sec) + double(time.tv_nsec) / 1e9;
}

float millisecondsSince(std::int64_t ns) {
    return float(double(monotonicNs() - ns) / 1e6);
}

LoadLatency latencyOf(std::vector<float>& samples) {
    if (samples.empty())
        return {};
    std::sort(samples.begin(), samples.end());
    const auto at = [&](double fraction) {
        return double(samples[std::min(samples.size() - 1, std::size_t(fraction * double(samples.size())))]);
    };
    return {at(0.50), at(0.99), double(samples.back())};
}

} // namespace

void LoadResult::setTrouble(const std::string& text) {
    const std::size_t size = std::min(text.size(), trouble.size() - 1);
    std::copy_n(text.begin(), size, trouble.begin());
    trouble[size] = '\0';
}

LoadLoop::LoadLoop(std::unique_ptr<LoadProtocol> protocol, LoadTarget target)
    : m_protocol(std::move(protocol))
    , m_target(std::move(target))
    , m_ledger(m_target.clients)
    , m_clients(std::size_t(m_target.clients))
    , m_buffer(readBytes)
    , m_epoll(epoll_create1(EPOLL_CLOEXEC)) {
    if (m_target.tls)
        m_tls = std::make_unique<LoadTls>();
    for (int number = 0; number < m_target.clients; ++number)
        m_clients[std::size_t(number)].client = number;
    for (const int process : m_target.serverProcesses)
        countProcess(process);
}

LoadLoop::~LoadLoop() {
    close(m_epoll);
}

void LoadLoop::countProcess(int process) {
    clockid_t clock{};
    if (clock_getcpuclockid(process, &clock) == 0)
        m_clocks.push_back(clock);
}

LoadResult LoadLoop::run(const LoadJob& job) {
    LoadResult result;
    const std::uint64_t acceptedBefore = m_ledger.accepted();
    m_deliveryMs.clear();
    m_answerMs.clear();
    if (job.serverProcess > 0) {
        m_clocks.clear();
        countProcess(job.serverProcess);
    }
    switch (job.kind) {
    case LoadJob::Kind::Connect:
        connectClients(job, result);
        break;
    case LoadJob::Kind::Disconnect:
        disconnectClients(job);
        break;
    case LoadJob::Kind::ClosedLoop:
        closedLoop(job, result);
        break;
    case LoadJob::Kind::FixedRate:
        fixedRate(job, result);
        break;
    case LoadJob::Kind::Collect:
        collect(job, result);
        break;
    case LoadJob::Kind::Settle:
        m_traffic.online = job.traffic.online;
        settle();
        break;
    case LoadJob::Kind::Quit:
        break;
    }
    result.acceptedInAll = m_ledger.accepted() - acceptedBefore;
    if (isBroken())
        result.setTrouble(m_trouble);
    return result;
}

void LoadLoop::serveUntilReadable(int descriptor) {
    if (m_wake != descriptor) {
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.fd = wakeEvent;
        m_wake = descriptor;
        epoll_ctl(m_epoll, EPOLL_CTL_ADD, descriptor, &event);
    }
    m_woken = false;
    while (!m_woken && !isBroken())
        turn(monotonicNs() + 1'000'000'000);
    pollfd order{descriptor, POLLIN, 0};
    poll(&order, 1, -1);
}

void LoadLoop::turn(std::int64_t untilNs) {
    if (!m_delayedAcks.empty())
        untilNs = std::min(untilNs, m_delayedAcks.front().dueNs);
    const std::int64_t wait = std::max<std::int64_t>(untilNs - monotonicNs(), 0);
    const timespec timeout{time_t(wait / 1'000'000'000), long(wait % 1'000'000'000)};
    epoll_event events[eventsAtOnce];
    const int count = epoll_pwait2(m_epoll, events, eventsAtOnce, &timeout, nullptr);
    for (int index = 0; index < count; ++index) {
        if (events[index].data.fd == wakeEvent)
            m_woken = true;
        else
            handle(m_clients[std::size_t(events[index].data.fd)], events[index].events);
    }
    sendDueAcks();
}

void LoadLoop::handle(Client& client, std::uint32_t events) {
    if (client.socket.state() != LoadSocket::State::Open) {
        proceed(client);
        return;
    }
    if (events & (EPOLLIN | EPOLLHUP | EPOLLERR))
        receive(client);
    if (!client.output.empty() && client.socket.state() == LoadSocket::State::Open)
        flush(client);
}

void LoadLoop::proceed(Client& client) {
    switch (client.socket.proceed(m_tls.get())) {
    case LoadSocket::State::Closed:
        fail("client " + std::to_string(client.client) + " was refused");
        return;
    case LoadSocket::State::Open:
        m_protocol->opened(client);
        watch(client, EPOLLIN, EPOLL_CTL_MOD);
        flush(client);
        return;
    case LoadSocket::State::Connecting:
    case LoadSocket::State::Securing:
        watch(client, client.socket.wantsToWrite() ? EPOLLOUT : EPOLLIN, EPOLL_CTL_MOD);
        return;
    }
}

void LoadLoop::receive(Client& client) {
    for (;;) {
        const ssize_t got = client.socket.read(m_buffer.data(), m_buffer.size());
        if (got == LoadSocket::later)
            return;
        if (got == LoadSocket::broken) {
            fail("client " + std::to_string(client.client) + " was disconnected");
            return;
        }
        m_bytesReceived += std::uint64_t(got);
        std::string_view bytes(m_buffer.data(), std::size_t(got));
        if (!client.input.empty())
            bytes = client.input.append(bytes);
        const std::size_t used = m_protocol->received(client, bytes, *this);
        acknowledgeBatch(client);
        if (isBroken())
            return;
        if (!client.input.empty())
            client.input.erase(0, used);
        else if (used < bytes.size())
            client.input.assign(bytes.substr(used));
        // Without TLS, what is left announces itself again; a TLS layer may hold back more than the socket.
        if (m_tls == nullptr)
            return;
    }
}

void LoadLoop::flush(Client& client) {
    if (client.output.empty())
        return;
    const ssize_t sent = client.socket.write(client.output.data(), client.output.size());
    if (sent == LoadSocket::broken) {
        fail("client " + std::to_string(client.client) + " cannot send: " + std::strerror(errno));
        return;
    }
    if (sent > 0) {
        m_bytesSent += std::uint64_t(sent);
        if (std::size_t(sent) == client.output.size())
            client.output.clear();
        else
            client.output.erase(0, std::size_t(sent));
    }
    if (client.awaitsWrite == client.output.empty()) {
        client.awaitsWrite = !client.output.empty();
        watch(client, client.awaitsWrite ? EPOLLIN | EPOLLOUT : EPOLLIN, EPOLL_CTL_MOD);
    }
}

void LoadLoop::watch(Client& client, std::uint32_t events, int operation) {
    epoll_event event{};
    event.events = events;
    event.data.fd = client.client;
    if (epoll_ctl(m_epoll, operation, client.socket.descriptor(), &event) != 0)
        fail(std::string("epoll_ctl: ") + std::strerror(errno));
}

bool LoadLoop::open(int number) {
    Client& client = m_clients[std::size_t(number)];
    client.output.clear();
    client.input.clear();
    client.isReady = false;
    client.awaitsWrite = false;
    if (!client.socket.connect(m_target.port, 2 + number % localAddresses)) {
        fail("client " + std::to_string(number) + " cannot connect: " + std::strerror(errno));
        return false;
    }
    watch(client, EPOLLOUT, EPOLL_CTL_ADD);
    return !isBroken();
}

// --- What the driver tells ---

void LoadLoop::ready(LoadConnection& connection) {
    auto& client = static_cast<Client&>(connection);
    if (client.isReady)
        failed(connection, "is ready twice");
    client.isReady = true;
    ++m_readyCount;
}

void LoadLoop::delivered(LoadConnection& connection, std::string_view payload, std::uint64_t token) {
    const std::optional<LoadStamp> stamp = readPayload(payload);
    const std::string wrong =
        stamp ? m_ledger.delivered(connection.client, *stamp) : "a message is not what was sent";
    if (!wrong.empty()) {
        fail(wrong);
        return;
    }
    if (m_measures)
        m_deliveryMs.push_back(millisecondsSince(stamp->dueNs));
    if (m_traffic.acknowledgeAfterMs > 0) {
        m_delayedAcks.push_back(
            {monotonicNs() + m_traffic.acknowledgeAfterMs * 1'000'000LL, connection.client, token});
    } else if (m_traffic.acknowledgeTogether > 1) {
        m_batch.push_back(token);
        if (m_batch.size() >= std::size_t(m_traffic.acknowledgeTogether))
            acknowledgeBatch(static_cast<Client&>(connection));
    } else {
        m_protocol->acknowledge(connection, token);
    }
}

void LoadLoop::acknowledgeBatch(Client& client) {
    if (m_batch.empty())
        return;
    m_protocol->acknowledgeAll(client, m_batch);
    m_batch.clear();
}

void LoadLoop::accepted(LoadConnection& connection, std::uint32_t sequence) {
    std::int64_t dueNs = 0;
    const std::string wrong = m_ledger.accepted(connection.client, sequence, dueNs);
    if (!wrong.empty()) {
        fail(wrong);
        return;
    }
    if (m_measures)
        m_answerMs.push_back(millisecondsSince(dueNs));
    if (m_refills && m_ledger.submitted() < m_submitLimit && m_ledger.hasRoom(connection.client))
        submit(connection.client, monotonicNs()); // sent with what else its event brings about
}

void LoadLoop::drained(LoadConnection&) {}

void LoadLoop::failed(LoadConnection& connection, const std::string& what) {
    fail("client " + std::to_string(connection.client) + ": " + what);
}

void LoadLoop::submit(int sender, std::int64_t dueNs) {
    m_protocol->submit(m_clients[std::size_t(sender)], m_ledger.receiverOf(sender),
                       m_ledger.next(sender, dueNs));
}

void LoadLoop::sendDueAcks() {
    if (m_delayedAcks.empty())
        return;
    const std::int64_t now = monotonicNs();
    while (!m_delayedAcks.empty() && m_delayedAcks.front().dueNs <= now) {
        const DelayedAck ack = m_delayedAcks.front();
        m_delayedAcks.pop_front();
        Client& client = m_clients[std::size_t(ack.client)];
        m_protocol->acknowledge(client, ack.token);
        flush(client);
    }
}

LoadLoop::Moment LoadLoop::now() const {
    Moment moment;
    moment.atNs = monotonicNs();
    for (const int clock : m_clocks)
        moment.serverCpu += secondsOf(clock);
    moment.generatorCpu = secondsOf(CLOCK_PROCESS_CPUTIME_ID);
    moment.delivered = m_ledger.delivered();
    moment.accepted = m_ledger.accepted();
    moment.bytesSent = m_bytesSent;
    moment.bytesReceived = m_bytesReceived;
    return moment;
}

void LoadLoop::finish(const Moment& begin, const Moment& end, LoadResult& result) {
    result.seconds = double(end.atNs - begin.atNs) / 1e9;
    result.delivered = end.delivered - begin.delivered;
    result.accepted = end.accepted - begin.accepted;
    result.bytesSent = end.bytesSent - begin.bytesSent;
    result.bytesReceived = end.bytesReceived - begin.bytesReceived;
    result.serverCpuSeconds = end.serverCpu - begin.serverCpu;
    result.generatorCpuSeconds = end.generatorCpu - begin.generatorCpu;
    result.toDelivery = latencyOf(m_deliveryMs);
    result.toAnswer = latencyOf(m_answerMs);
}

void LoadLoop::fail(const std::string& what) {
    if (m_trouble.empty())
        m_trouble = what.empty() ? "something unnamed went wrong" : what;
}

} // namespace recado::tests::load
