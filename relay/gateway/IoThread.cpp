#include "relay/gateway/IoThread.h"

#include "relay/gateway/AddressBook.h"

#include <QAbstractEventDispatcher>
#include <QSocketNotifier>
#include <QTimer>

#include <sys/socket.h>

#include <algorithm>

namespace recado::relay {

namespace {

// Handlers may answer each other within one turn; after so many rounds the rest waits for the next turn.
constexpr int settleRounds = 8;
constexpr int longestTickMs = 1'000;
constexpr int shortestTickMs = 10;

} // namespace

IoThread::IoThread(GatewayServices services, Descriptor listenSocket)
    : m_context(std::move(services))
    , m_listener(
          m_context.poll, std::move(listenSocket),
          [this](Descriptor socket, const PeerAddress& peer) { accept(std::move(socket), peer); },
          [this] { ++m_context.services.counters.refused; }) {
    m_context.inbox.moveToThread(&m_thread);
    m_thread.setObjectName(QStringLiteral("relay-io"));
}

IoThread::~IoThread() = default;

void IoThread::run() {
    m_thread.start();
    m_context.inbox.call([this] { begin(); });
}

void IoThread::startAccepting() {
    m_context.inbox.call([this] { m_listener.start(); });
}

void IoThread::stopAccepting() {
    m_context.inbox.call([this] { m_listener.stop(); });
}

void IoThread::closeAll(quint16 code, const QString& reason) {
    m_context.inbox.call([&] {
        for (const auto& connection : m_connections)
            connection->close(code, reason);
    });
}

bool IoThread::waitUntilEmpty(std::chrono::milliseconds patience) {
    std::unique_lock lock(m_emptyMutex);
    return m_emptyChanged.wait_for(lock, patience, [this] { return m_empty; });
}

void IoThread::finish() {
    if (!m_thread.isRunning())
        return;
    m_context.inbox.call([this] { end(); });
    m_thread.quit();
    m_thread.wait();
}

void IoThread::begin() {
    m_notifier = std::make_unique<QSocketNotifier>(m_context.poll.descriptor(), QSocketNotifier::Read);
    QObject::connect(m_notifier.get(), &QSocketNotifier::activated, &m_context.inbox,
                     [this] { m_context.poll.dispatch(); });
    m_timer = std::make_unique<QTimer>();
    QObject::connect(m_timer.get(), &QTimer::timeout, &m_context.inbox, [this] { tick(); });
    m_timer->start(tickIntervalMs());
    // The end of a turn, whatever woke the thread: everything queued in it leaves together.
    QObject::connect(QAbstractEventDispatcher::instance(), &QAbstractEventDispatcher::aboutToBlock,
                     &m_context.inbox, [this] { settleAll(); });
}

void IoThread::end() {
    m_listener.stop();
    for (const auto& connection : m_connections)
        connection->abort();
    while (!m_context.unsettled.empty())
        settleAll();
    QAbstractEventDispatcher::instance()->disconnect(&m_context.inbox);
    m_timer.reset();
    m_notifier.reset();
}

void IoThread::accept(Descriptor socket, const PeerAddress& peer) {
    GatewayCounters& counters = m_context.services.counters;
    if (counters.open >= m_context.services.config.connections || !m_context.services.addresses.enter(peer)) {
        refuse(socket);
        return;
    }
    ++counters.accepted;
    ++counters.open;
    auto connection = std::make_unique<SocketConnection>(m_context, std::move(socket), peer);
    if (!connection->watch())
        return; // no memory in the system; the connection closes as it goes
    connection->place = m_connections.size();
    m_connections.push_back(std::move(connection));
    const std::lock_guard lock(m_emptyMutex);
    m_empty = false;
}

/// A fresh socket takes these few bytes at once; if not, the peer sees the connection close.
void IoThread::refuse(const Descriptor& socket) {
    ++m_context.services.counters.refused;
    const QByteArray answer = serialize(plainResponse(503), false);
    [[maybe_unused]] const ssize_t sent =
        ::send(socket.get(), answer.constData(), std::size_t(answer.size()), MSG_DONTWAIT | MSG_NOSIGNAL);
}

void IoThread::settleAll() {
    std::vector<SocketConnection*>& unsettled = m_context.unsettled;
    for (int round = 0; round < settleRounds && !unsettled.empty(); ++round) {
        const std::vector<SocketConnection*> batch = std::exchange(unsettled, {});
        for (SocketConnection* connection : batch) {
            connection->settle();
            if (connection->isDead() && connection->isSettled())
                bury(*connection);
        }
    }
    if (!unsettled.empty())
        m_context.inbox.post([] {}); // only to wake this loop again
}

void IoThread::bury(SocketConnection& connection) {
    const std::size_t place = connection.place;
    std::swap(m_connections[place], m_connections.back());
    m_connections[place]->place = place;
    m_connections.pop_back();
    if (!m_connections.empty())
        return;
    const std::lock_guard lock(m_emptyMutex);
    m_empty = true;
    m_emptyChanged.notify_all();
}

void IoThread::tick() {
    const qint64 now = m_context.services.clock.monotonicMs();
    for (const auto& connection : m_connections)
        connection->tick(now);
    m_listener.tick();
}

/// A quarter of the shortest deadline: nobody gets more than a quarter extra.
int IoThread::tickIntervalMs() const {
    const GatewayConfig& config = m_context.services.config;
    const auto shortest =
        std::min({config.handshakeDeadline, config.authenticationDeadline, config.messageDeadline,
                  config.pingInterval, config.idleLimit, config.stallDeadline, config.closeDeadline});
    return std::clamp(int(shortest.count() / 4), shortestTickMs, longestTickMs);
}

} // namespace recado::relay
