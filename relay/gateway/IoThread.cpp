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
// Well below a millisecond of pings.
constexpr int dueInASlice = 32;
constexpr int ticksADeadline = 8;
constexpr int longestTickMs = 1'000;
constexpr int shortestTickMs = 10;
// How many may hold a descriptor only to hear that there is no room.
constexpr int mostTurnedAway = 16;
// About a millisecond of signing.
constexpr int handshakesPerPass = 3;

/// A fresh socket takes these few bytes at once; if not, the peer sees the connection close.
void sayNoRoom(const Descriptor& socket, const GatewayConfig& config, const HttpResponse& response) {
    const QByteArray answer = config.tls ? TlsSession::refusal() : serialize(response, false);
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
              const GatewayConfig& config = m_context.services.config;
              sayNoRoom(socket, config, comeBackLater(503, config.refusalRetry));
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
    QObject::connect(m_notifier.get(), &QSocketNotifier::activated, &m_context.inbox, [this] { pass(); });
    m_timer = std::make_unique<QTimer>();
    QObject::connect(m_timer.get(), &QTimer::timeout, &m_context.inbox, [this] { tick(); });
    m_timer->start(tickIntervalMs());
    m_tickedAtMs = m_context.services.clock.monotonicMs();
    // The end of a turn, whatever woke the thread: everything queued in it leaves together.
    QObject::connect(QAbstractEventDispatcher::instance(), &QAbstractEventDispatcher::aboutToBlock,
                     &m_context.inbox, [this] {
                         { const base::Inbox::Turn turn(m_context.inbox); }
                         settleAll();
                     });
}

void IoThread::pass() {
    m_context.handshakesLeft = handshakesPerPass;
    {
        const base::Inbox::Turn turn(m_context.inbox);
        m_context.poll.dispatch();
    }
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
    if (admission == Admission::Refused)
        return turnAway(std::move(socket), peer, 503);
    if (admission == Admission::TooFast)
        return turnAway(std::move(socket), peer, 429);
    enroll(std::make_unique<SocketConnection>(m_context, std::move(socket), peer, admission));
    displaceStranger();
}

Admission IoThread::admit(const PeerAddress& peer) {
    const GatewayServices& services = m_context.services;
    if (services.counters.open >= services.config.connections) {
        // Saying so over and over is work as well, and those who wait may find a place.
        if (++m_refusals >= services.config.refusalsPerSecond * tickIntervalMs() / 1'000)
            m_listener.rest();
    } else {
        // A proxy stands for everybody: whom for, the request tells.
        const bool isProxy = services.config.forwardedField != ForwardedField::None;
        const auto entry = isProxy ? AddressBook::Entry::Admitted : services.addresses.enter(peer);
        if (entry == AddressBook::Entry::Admitted) {
            ++services.counters.accepted;
            return Admission::Accepted;
        }
        if (entry == AddressBook::Entry::TooFast) {
            ++services.counters.tooFast;
            return Admission::TooFast;
        }
    }
    ++services.counters.refused;
    return Admission::Refused;
}

void IoThread::turnAway(Descriptor socket, const PeerAddress& peer, int status) {
    const HttpResponse answer = comeBackLater(status, m_context.services.config.refusalRetry);
    if (m_context.turnedAway >= mostTurnedAway)
        return sayNoRoom(socket, m_context.services.config, answer);
    auto connection =
        std::make_unique<SocketConnection>(m_context, std::move(socket), peer, Admission::Refused);
    SocketConnection& refused = *connection;
    if (enroll(std::move(connection)))
        refused.turnAway(answer);
}

bool IoThread::enroll(std::unique_ptr<SocketConnection> connection) {
    if (!connection->watch())
        return false; // no memory in the system; the connection closes as it goes
    connection->place = m_members.size();
    const qint64 dueMs = connection->dueMs();
    m_members.push_back({std::move(connection), dueMs});
    const std::lock_guard lock(m_emptyMutex);
    m_empty = false;
    return true;
}

/// Who is honest proves it in a moment; who has been a stranger longest has had most of his time.
void IoThread::displaceStranger() {
    const GatewayConfig& config = m_context.services.config;
    const auto most = std::size_t(std::max(1, config.strangers / config.threads));
    if (m_context.strangers.size() <= most)
        return;
    ++m_context.services.counters.displaced;
    m_context.strangers.begin()->second->abort();
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
    if (!m_sliceComes) {
        m_tickPlace = 0;
        tickSome();
    }
    m_refusals = 0;
    m_listener.tick();
    measureLag(now);
}

/// A slice at a time: thousands that connected together have their pings due together, and who talks
/// meanwhile must not wait for all of them. One that takes the place of another behind the slice has its turn
/// at the next tick.
void IoThread::tickSome() {
    m_sliceComes = false;
    const qint64 now = m_context.services.clock.monotonicMs();
    int left = dueInASlice;
    for (; m_tickPlace < m_members.size() && left > 0; ++m_tickPlace) {
        Member& member = m_members[m_tickPlace];
        if (member.dueMs > now)
            continue;
        --left;
        member.connection->tick(now);
        member.dueMs = member.connection->dueMs();
    }
    m_sliceComes = m_tickPlace < m_members.size();
    if (m_sliceComes)
        QTimer::singleShot(0, m_timer.get(), [this] { tickSome(); });
}

/// A timer that comes late says how long everything else waited.
void IoThread::measureLag(qint64 nowMs) {
    const qint64 late = std::max<qint64>(0, nowMs - m_tickedAtMs - tickIntervalMs());
    m_tickedAtMs = nowMs;
    m_context.services.counters.loopLagMs = late;
    m_context.isLate = late > m_context.services.config.overloadLag.count();
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
