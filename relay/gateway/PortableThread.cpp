#include "relay/gateway/PortableThread.h"

#include "relay/gateway/PortableConnection.h"

#include <QTimer>

#include <algorithm>

namespace recado::relay {

namespace {

constexpr int ticksOfADeadline = 8;
// Also how often it is looked at what is queued.
constexpr int slowestTickMs = 100;
constexpr int fastestTickMs = 10;

} // namespace

PortableThread::PortableThread(GatewayServices services, std::atomic<int>& strangers)
    : m_context(std::move(services), strangers) {
    m_context.unsettle = [this](PortableConnection& connection) {
        if (m_unsettled.empty())
            QMetaObject::invokeMethod(
                &m_context.inbox, [this] { settleAll(); }, Qt::QueuedConnection);
        m_unsettled.push_back(&connection);
    };
    m_context.inbox.moveToThread(&m_thread);
    m_thread.setObjectName(QStringLiteral("relay-io"));
}

PortableThread::~PortableThread() = default;

void PortableThread::run() {
    m_thread.start();
    m_context.inbox.call([this] { begin(); });
}

void PortableThread::take(qintptr descriptor) {
    ++m_load;
    m_context.inbox.post([this, descriptor] { enroll(descriptor); });
}

void PortableThread::closeAll(quint16 code, const QString& reason) {
    m_context.inbox.call([&] {
        for (const auto& connection : m_members)
            connection->close(code, reason);
    });
}

bool PortableThread::waitUntilEmpty(std::chrono::milliseconds patience) {
    std::unique_lock lock(m_emptyMutex);
    return m_emptyChanged.wait_for(lock, patience, [this] { return m_load == 0; });
}

void PortableThread::finish() {
    if (!m_thread.isRunning())
        return;
    m_context.inbox.call([this] {
        end();
        m_thread.quit();
    });
    m_thread.wait();
    m_threadEnd.wait();
}

void PortableThread::begin() {
    m_threadEnd.comesWithThisThread();
    m_context.upgrader = std::make_unique<QWebSocketServer>(QString(), QWebSocketServer::NonSecureMode);
    m_timer = std::make_unique<QTimer>();
    QObject::connect(m_timer.get(), &QTimer::timeout, &m_context.inbox, [this] { tick(); });
    m_timer->start(tickIntervalMs());
    m_tickedAtMs = m_context.services.clock.monotonicMs();
}

void PortableThread::end() {
    for (const auto& connection : m_members)
        connection->abort();
    while (!m_unsettled.empty())
        settleAll();
    m_timer.reset();
    m_context.upgrader.reset();
}

void PortableThread::enroll(qintptr descriptor) {
    m_members.push_back(std::make_unique<PortableConnection>(m_context, descriptor));
    m_members.back()->admit();
    displaceStranger();
}

/// Who is honest proves it in a moment; who has been a stranger longest has had most of his time.
void PortableThread::displaceStranger() {
    if (m_context.allStrangers <= m_context.services.config.strangers || m_context.strangers.size() < 2)
        return;
    ++m_context.services.counters.displaced;
    m_context.strangers.begin()->second->abort();
}

void PortableThread::settleAll() {
    const std::vector<PortableConnection*> batch = std::exchange(m_unsettled, {});
    bool isAnyDead = false;
    for (PortableConnection* connection : batch) {
        connection->settle();
        isAnyDead = isAnyDead || connection->isDead();
    }
    if (isAnyDead)
        bury();
}

void PortableThread::bury() {
    const std::size_t before = m_members.size();
    std::erase_if(m_members, [](const std::unique_ptr<PortableConnection>& connection) {
        return connection->isDead() && connection->isSettled();
    });
    const std::lock_guard lock(m_emptyMutex);
    m_load -= int(before - m_members.size());
    m_emptyChanged.notify_all();
}

void PortableThread::tick() {
    const qint64 now = m_context.services.clock.monotonicMs();
    for (const auto& connection : m_members)
        connection->tick(now);
    // A timer that comes late says how long everything else waited.
    const qint64 late = std::max<qint64>(0, now - m_tickedAtMs - tickIntervalMs());
    m_tickedAtMs = now;
    m_context.services.counters.loopLagMs = late;
    m_context.isLate = late > m_context.services.config.overloadLag.count();
}

/// An eighth of the shortest deadline: nobody gets more than an eighth extra.
int PortableThread::tickIntervalMs() const {
    const GatewayConfig& config = m_context.services.config;
    const auto shortest =
        std::min({config.handshakeDeadline, config.authenticationDeadline, config.messageDeadline,
                  config.pingInterval, config.idleLimit, config.stallDeadline, config.closeDeadline});
    return std::clamp(int(shortest.count() / ticksOfADeadline), fastestTickMs, slowestTickMs);
}

} // namespace recado::relay
