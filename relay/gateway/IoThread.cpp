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
constexpr int ticksADeadline = 8;
constexpr int longestTickMs = 1'000;
constexpr int shortestTickMs = 10;
// How many may hold a descriptor only to hear that there is no room.
constexpr int mostTurnedAway = 16;

/// A fresh socket takes these few bytes at once; if not, the peer sees the connection close.
void sayNoRoom(const Descriptor& socket) {
    const QByteArray answer = serialize(plainResponse(503), false);
    [[maybe_unused]] const ssize_t sent =
        ::send(socket.get(), answer.constData(), std::size_t(answer.size()), MSG_DONTWAIT | MSG_NOSIGNAL);
}

} // namespace

IoThread::IoThread(GatewayServices services, Descriptor listenSocket)
    : m_context(std::move(services))
    , m_listener(
          m_context.poll, std::move(listenSocket),
          [this](Descriptor socket, const PeerAddress& peer) { accept(std::move(socket), peer); },
          [this](const Descriptor& socket) {
              ++m_context.services.counters.refused;
              sayNoRoom(socket);
          }) {
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
    if (!m_thread.isRunning())
        return; // a gateway that was given up before it began
    m_context.inbox.call([this] { m_listener.stop(); });
}

void IoThread::closeAll(quint16 code, const QString& reason) {
    m_context.inbox.call([&] {
        for (const Member& member : m_members)
            member.connection->close(code, reason);
    });
}

bool IoThread::waitUntilEmpty(std::chrono::milliseconds patience) {
    std::unique_lock lock(m_emptyMutex);
    return m_emptyChanged.wait_for(lock, patience, [this] { return m_empty; });
}

void IoThread::finish() {
    if (!m_thread.isRunning())
        return;
    m_context.inbox.call([this] {
        end();
        m_thread.quit();
    });
    m_thread.wait();
    m_threadEnd.wait();
}

void IoThread::begin() {
    m_threadEnd.comesWithThisThread();
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
    for (const Member& member : m_members)
        member.connection->abort();
    while (!m_context.unsettled.empty())
        settleAll();
    QAbstractEventDispatcher::instance()->disconnect(&m_context.inbox);
    m_timer.reset();
    m_notifier.reset();
}

void IoThread::accept(Descriptor socket, const PeerAddress& peer) {
    const Admission admission = admit(peer);
    if (admission == Admission::Refused && m_context.turnedAway >= mostTurnedAway)
        return sayNoRoom(socket);
    auto connection = std::make_unique<SocketConnection>(m_context, std::move(socket), peer, admission);
    if (!connection->watch())
        return; // no memory in the system; the connection closes as it goes
    if (admission == Admission::Refused)
        connection->turnAway();
    connection->place = m_members.size();
    const qint64 dueMs = connection->dueMs();
    m_members.push_back({std::move(connection), dueMs});
    const std::lock_guard lock(m_emptyMutex);
    m_empty = false;
}

Admission IoThread::admit(const PeerAddress& peer) {
    const GatewayServices& services = m_context.services;
    if (services.counters.open >= services.config.connections || !services.addresses.enter(peer)) {
        ++services.counters.refused;
        return Admission::Refused;
    }
    ++services.counters.accepted;
    return Admission::Accepted;
}

void IoThread::settleAll() {
    std::vector<SocketConnection*>& unsettled = m_context.unsettled;
    for (int round = 0; round < settleRounds && !unsettled.empty(); ++round) {
        const std::vector<SocketConnection*> batch = std::exchange(unsettled, {});
        for (SocketConnection* connection : batch) {
            connection->settle();
            if (connection->isDead() && connection->isSettled())
                bury(*connection);
            else
                m_members[connection->place].dueMs = connection->dueMs();
        }
    }
    if (!unsettled.empty())
        m_context.inbox.post([] {}); // only to wake this loop again
}

void IoThread::bury(const SocketConnection& connection) {
    const std::size_t place = connection.place;
    std::swap(m_members[place], m_members.back());
    m_members[place].connection->place = place;
    m_members.pop_back();
    if (!m_members.empty())
        return;
    const std::lock_guard lock(m_emptyMutex);
    m_empty = true;
    m_emptyChanged.notify_all();
}

void IoThread::tick() {
    const qint64 now = m_context.services.clock.monotonicMs();
    for (Member& member : m_members) {
        if (member.dueMs > now)
            continue;
        member.connection->tick(now);
        member.dueMs = member.connection->dueMs();
    }
    m_listener.tick();
}

/// An eighth of the shortest deadline: nobody gets more than an eighth extra.
int IoThread::tickIntervalMs() const {
    const GatewayConfig& config = m_context.services.config;
    const auto shortest =
        std::min({config.handshakeDeadline, config.authenticationDeadline, config.messageDeadline,
                  config.pingInterval, config.idleLimit, config.stallDeadline, config.closeDeadline});
    return std::clamp(int(shortest.count() / ticksADeadline), shortestTickMs, longestTickMs);
}

} // namespace recado::relay
