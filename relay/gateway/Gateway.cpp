#include "relay/gateway/Gateway.h"

#include "base/Inbox.h"
#include "relay/gateway/AddressBook.h"
#include "relay/gateway/IoThread.h"
#include "relay/gateway/ListenSockets.h"

#include <sys/resource.h>

#include <algorithm>

namespace recado::relay {

using base::makeError;
using base::Reason;
using base::Result;

namespace {

/// What the rest of the process (stores, inboxes, control socket) may need besides connections.
constexpr rlim_t otherDescriptors = 64;

/// As many connections as can be had without taking the last descriptors: refusing a newcomer in words is
/// better than a store that cannot open a file.
int connectionsThatFit(int wanted) {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
        return wanted;
    const rlim_t kept = std::min(otherDescriptors, limit.rlim_cur / 2);
    return int(std::min<rlim_t>(rlim_t(wanted), limit.rlim_cur - kept));
}

} // namespace

Gateway::Gateway() = default;

Gateway::~Gateway() {
    stop(closeGoingAway, QString(), std::chrono::milliseconds(0));
}

Result<std::unique_ptr<Gateway>> Gateway::create(const GatewayConfig& wanted, const base::Clock& clock,
                                                 ConnectionHandlerFactory sessions, HttpHandler http) {
    GatewayConfig config = wanted;
    config.connections = connectionsThatFit(wanted.connections);
    RECADO_TRY(ListenSockets listening, openListenSockets(config.host, config.port, config.threads));
    std::unique_ptr<Gateway> gateway(new Gateway);
    gateway->m_port = listening.port;
    gateway->m_addresses = std::make_unique<AddressBook>(config.connectionsPerAddress);
    for (Descriptor& socket : listening.sockets) {
        GatewayServices services{config, clock, sessions, http, gateway->m_counters, *gateway->m_addresses};
        auto thread = std::make_unique<IoThread>(std::move(services), std::move(socket));
        if (!thread->isUsable())
            return makeError(Reason::IoFailed, QStringLiteral("the system gave no epoll descriptor"));
        gateway->m_threads.push_back(std::move(thread));
    }
    for (const auto& thread : gateway->m_threads)
        thread->run();
    return gateway;
}

void Gateway::start() {
    for (const auto& thread : m_threads)
        thread->startAccepting();
}

void Gateway::stopAccepting() {
    if (m_stopped)
        return;
    for (const auto& thread : m_threads)
        thread->stopAccepting();
}

void Gateway::stop(quint16 code, const QString& reason, std::chrono::milliseconds patience) {
    stopAccepting();
    if (std::exchange(m_stopped, true) || m_threads.empty())
        return;
    const auto until = std::chrono::steady_clock::now() + patience;
    if (patience.count() > 0) {
        for (const auto& thread : m_threads)
            thread->closeAll(code, reason);
    }
    for (const auto& thread : m_threads) {
        const auto left = until - std::chrono::steady_clock::now();
        thread->waitUntilEmpty(std::max(std::chrono::duration_cast<std::chrono::milliseconds>(left),
                                        std::chrono::milliseconds(0)));
        thread->finish();
    }
}

QVector<base::Inbox*> Gateway::inboxes() const {
    QVector<base::Inbox*> inboxes;
    for (const auto& thread : m_threads)
        inboxes.append(&thread->inbox());
    return inboxes;
}

} // namespace recado::relay
