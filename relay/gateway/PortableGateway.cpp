#include "relay/gateway/PortableGateway.h"

#include "relay/gateway/AddressBook.h"
#include "relay/gateway/ConnectionRoom.h"
#include "relay/gateway/ListenHost.h"

#include <algorithm>

namespace recado::relay {

PortableGateway::PortableGateway(const GatewayConfig& config, const base::Clock& clock,
                                 ConnectionHandlerFactory sessions, HttpHandler http)
    : m_addresses(std::make_unique<AddressBook>(config, clock))
    , m_services{config, clock, std::move(sessions), std::move(http), m_counters, *m_addresses} {
    m_inbox.moveToThread(&m_accepting);
    m_accepting.setObjectName(QStringLiteral("relay-accept"));
    m_accepting.start();
    m_inbox.call([this] { m_acceptingEnd.comesWithThisThread(); });
}

PortableGateway::~PortableGateway() {
    stop(closeGoingAway, QString(), std::chrono::milliseconds(0));
}

base::Result<std::unique_ptr<Gateway>> PortableGateway::create(const GatewayConfig& wanted,
                                                               const base::Clock& clock,
                                                               ConnectionHandlerFactory sessions,
                                                               HttpHandler http) {
    GatewayConfig config = wanted;
    config.connections = connectionsThatFit(wanted.connections);
    RECADO_CHECK(PortableTls::check(config.tls.get()));
    RECADO_TRY(const QHostAddress address, resolveListenHost(config.host));
    std::unique_ptr<PortableGateway> gateway(
        new PortableGateway(config, clock, std::move(sessions), std::move(http)));
    RECADO_CHECK(gateway->listen(address, config.port));
    for (int count = 0; count < config.threads; ++count)
        gateway->addThread();
    return std::unique_ptr<Gateway>(std::move(gateway));
}

base::Status PortableGateway::listen(const QHostAddress& address, quint16 port) {
    QString trouble;
    m_inbox.call([&] {
        m_listener = std::make_unique<PortableListener>([this](qintptr descriptor) { accept(descriptor); });
        if (!m_listener->listen(address, port))
            trouble = m_listener->errorString();
        m_port = m_listener->serverPort();
        m_listener->pauseAccepting();
    });
    if (trouble.isNull())
        return {};
    return base::makeError(base::Reason::IoFailed,
                           QStringLiteral("cannot bind port %1: %2").arg(port).arg(trouble));
}

void PortableGateway::start() {
    m_inbox.call([this] { m_listener->resumeAccepting(); });
}

void PortableGateway::stopAccepting() {
    if (!m_stopped)
        m_inbox.call([this] { m_listener.reset(); });
}

void PortableGateway::stop(quint16 code, const QString& reason, std::chrono::milliseconds patience) {
    stopAccepting();
    if (std::exchange(m_stopped, true))
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
    m_accepting.quit();
    m_accepting.wait();
    m_acceptingEnd.wait();
}

QVector<base::Inbox*> PortableGateway::inboxes() const {
    const std::lock_guard lock(m_threadsMutex);
    QVector<base::Inbox*> inboxes;
    for (const auto& thread : m_threads)
        inboxes.append(&thread->inbox());
    return inboxes;
}

/// To the thread that has least to do, or to a new one when all are full. The limit of connections bounds the
/// threads as well.
void PortableGateway::accept(qintptr descriptor) {
    // Only this thread ever changes the list.
    const auto least = std::min_element(m_threads.begin(), m_threads.end(),
                                        [](const auto& a, const auto& b) { return a->load() < b->load(); });
    const bool isFull = (*least)->load() >= socketsAThread;
    const bool mayGrow = qint64(m_threads.size()) * socketsAThread < m_services.config.connections;
    PortableThread& thread = isFull && mayGrow ? addThread() : **least;
    thread.take(descriptor);
}

PortableThread& PortableGateway::addThread() {
    auto thread = std::make_unique<PortableThread>(m_services, m_strangers);
    thread->run();
    const std::lock_guard lock(m_threadsMutex);
    m_threads.push_back(std::move(thread));
    return *m_threads.back();
}

} // namespace recado::relay
