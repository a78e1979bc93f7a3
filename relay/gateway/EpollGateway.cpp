#include "relay/gateway/EpollGateway.h"

#include "base/Inbox.h"
#include "relay/gateway/AddressBook.h"
#include "relay/gateway/ConnectionRoom.h"
#include "relay/gateway/IoThread.h"
#include "relay/gateway/ListenSockets.h"

#include <algorithm>

namespace recado::relay {

using base::makeError;
using base::Reason;
using base::Result;

EpollGateway::EpollGateway() = default;

EpollGateway::~EpollGateway() {
    stop(closeGoingAway, QString(), std::chrono::milliseconds(0));
}

Result<std::unique_ptr<Gateway>> EpollGateway::create(const GatewayConfig& wanted, const base::Clock& clock,
                                                      ConnectionHandlerFactory sessions, HttpHandler http) {
    GatewayConfig config = wanted;
    config.connections = connectionsThatFit(wanted.connections);
    RECADO_TRY(ListenSockets listening, openListenSockets(config.host, config.port, config.threads));
    std::unique_ptr<EpollGateway> gateway(new EpollGateway);
    gateway->m_port = listening.port;
    gateway->m_addresses = std::make_unique<AddressBook>(config, clock);
    for (Descriptor& socket : listening.sockets) {
        GatewayServices services{config, clock, sessions, http, gateway->m_counters, *gateway->m_addresses};
        auto thread = std::make_unique<IoThread>(std::move(services), std::move(socket));
        if (!thread->isUsable())
            return makeError(Reason::IoFailed, QStringLiteral("the system gave no epoll descriptor"));
        gateway->m_threads.push_back(std::move(thread));
    }
    for (const auto& thread : gateway->m_threads)
        thread->run();
    return std::unique_ptr<Gateway>(std::move(gateway));
}

void EpollGateway::start() {
    for (const auto& thread : m_threads)
        thread->startAccepting();
}

void EpollGateway::stopAccepting() {
    if (m_stopped)
        return;
    for (const auto& thread : m_threads)
        thread->stopAccepting();
}

void EpollGateway::stop(quint16 code, const QString& reason, std::chrono::milliseconds patience) {
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

QVector<base::Inbox*> EpollGateway::inboxes() const {
    QVector<base::Inbox*> inboxes;
    for (const auto& thread : m_threads)
        inboxes.append(&thread->inbox());
    return inboxes;
}

} // namespace recado::relay
