#include "relay/gateway/PortableConnection.h"

#include "relay/gateway/AddressBook.h"
#include "relay/gateway/ConnectionId.h"
#include "relay/gateway/ForwardedPeer.h"
#include "relay/gateway/Handshake.h"
#include "relay/gateway/PortableContext.h"

#include <utility>

namespace recado::relay {

PortableConnection::PortableConnection(PortableContext& context, qintptr descriptor)
    : m_context(context)
    , m_id(nextConnectionId())
    , m_deadlines(context.services.config, context.services.clock.monotonicMs())
    , m_frames(context.services.config, context.services.counters, WebSocketParser::Payloads::Checked)
    , m_head(std::make_unique<HttpRequestParser>(HttpRequestParser::Limits{
          context.services.config.headerBytes, context.services.config.headerFields}))
    , m_tls(context.tls.current())
    , m_socket(descriptor, m_tls ? &m_tls->configuration : nullptr,
               {.received = [this](QByteArrayView bytes) { onReceived(bytes); },
                .encrypted = [this] { ++m_context.services.counters.tlsHandshakes; },
                .ended = [this] { onEnded(); },
                .sent = [this](qint64 bytes) { onSent(bytes); }})
    , m_peer(m_socket.peer()) {}

PortableConnection::~PortableConnection() {
    if (m_isInBook)
        m_context.services.addresses.leave(m_peer);
    if (m_isCounted)
        --m_context.services.counters.open;
    forgetStranger();
}

void PortableConnection::admit() {
    const GatewayServices& services = m_context.services;
    // Several threads may ask at once: first take the place, then look whether there was one.
    m_isCounted = services.counters.open.fetch_add(1) < services.config.connections;
    int status = 0;
    if (!m_isCounted) {
        --services.counters.open;
        ++services.counters.refused;
        status = 503;
    } else if (services.config.forwardedField == ForwardedField::None) {
        status = statusOfEntry(); // else a proxy stands for everybody: whom for, the request tells
    }
    if (status == 0) {
        ++services.counters.accepted;
        m_context.strangers.emplace(m_id, this);
        ++m_context.allStrangers;
    } else if (m_tls) {
        die(); // agreeing upon the encryption would cost more than the service that is refused
    } else {
        respond(serialize(comeBackLater(status, services.config.refusalRetry), false));
    }
}

QByteArray PortableConnection::tlsKeyHash() const {
    return m_tls ? m_tls->keyHash : QByteArray();
}

base::Inbox& PortableConnection::inbox() const {
    return m_context.inbox;
}

qint64 PortableConnection::now() const {
    return m_context.services.clock.monotonicMs();
}

// --- What the session asks for ---

/// One message may be larger than what may be queued: it goes when nothing else waits.
void PortableConnection::send(QByteArray message) {
    if (m_state != State::Open)
        return;
    const GatewayServices& services = m_context.services;
    const qint64 queued = m_socket.queuedBytes();
    const bool isTooMuch =
        (queued > 0 && queued + message.size() > services.config.queuedBytes) ||
        (m_aboveLowMark && services.counters.outgoingBytes > services.config.outgoingBytes);
    if (isTooMuch) {
        ++services.counters.overflows;
        abort();
        return;
    }
    ++services.counters.messagesOut;
    m_end->send(message);
    if (!m_aboveLowMark && m_socket.queuedBytes() > services.config.lowMarkBytes) {
        m_aboveLowMark = true;
        m_deadlines.progressed(now());
    }
    countQueue();
}

void PortableConnection::close(quint16 code, const QString& reason) {
    if (m_state == State::Head) {
        linger();
    } else if (m_state == State::Open) {
        sayClose(code, reason);
        beginFarewell(State::Closing);
    }
}

void PortableConnection::abort() {
    if (m_state == State::Open)
        leaveHandler(closeAbnormal);
    die();
}

void PortableConnection::markAuthenticated() {
    m_deadlines.authenticated();
    m_frames.trustWithLargeMessages();
    forgetStranger();
}

void PortableConnection::forgetStranger() {
    m_context.allStrangers -= int(m_context.strangers.erase(m_id));
}

void PortableConnection::setReading(bool reading) {
    if (m_state == State::Open)
        m_socket.setReading(reading);
}

void PortableConnection::note(Conduct conduct) {
    const GatewayConfig& config = m_context.services.config;
    if (m_isInBook)
        m_context.services.addresses.charge(
            m_peer, conduct == Conduct::Registration ? config.registrationPrice : config.failurePrice);
}

// --- Reading ---

void PortableConnection::onReceived(QByteArrayView input) {
    m_context.services.counters.bytesIn += quint64(input.size());
    if (m_state == State::Closing || m_state == State::Lingering) {
        // Reading on only serves to let our last words arrive; who floods us does not listen.
        m_farewellBytes -= input.size();
        if (m_farewellBytes < 0)
            return die();
    }
    if (m_state == State::Head)
        readHead(input);
    else if (m_state == State::Open || m_state == State::Closing)
        readFrames(input);
}

void PortableConnection::readHead(QByteArrayView input) {
    const auto outcome = m_head->parse(input);
    if (outcome == HttpRequestParser::Outcome::NeedMore)
        return;
    const std::unique_ptr<HttpRequestParser> head = std::move(m_head);
    const GatewayServices& services = m_context.services;
    ++services.counters.httpRequests;
    const HttpRequest& request = head->request();
    if (outcome == HttpRequestParser::Outcome::Refused)
        return respond(serialize(plainResponse(head->status()), request.isHead()));
    const bool isForSocket = isUpgrade(request) || request.path() == services.config.path.toUtf8();
    if (services.sessions && isForSocket)
        return upgrade(request, input);
    respond(serialize(answerRequest(request, services.http), request.isHead()));
}

void PortableConnection::upgrade(const HttpRequest& request, QByteArrayView rest) {
    const GatewayServices& services = m_context.services;
    const HttpResponse response = answerUpgrade(request, services.config.path.toUtf8());
    if (response.status != 101)
        return respond(serialize(response, request.isHead()));
    if (const int status = statusAgainst(request); status != 0)
        return respond(serialize(comeBackLater(status, services.config.refusalRetry), false));
    m_end = std::make_unique<QtWebSocketEnd>(*m_context.upgrader, services.config,
                                             [this](const QByteArray& bytes) { m_socket.write(bytes); });
    if (!m_end->upgrade(request.value("host"), request.value("sec-websocket-key")))
        return linger(); // Qt has answered by itself
    ++services.counters.upgraded;
    m_deadlines.upgraded(now());
    m_state = State::Open;
    m_handler = services.sessions(*this);
    if (!rest.isEmpty() && m_state == State::Open)
        readFrames(rest);
}

/// What stands against another session: the relay has too much to do, or the one a proxy asks for has had his
/// share; 0 when nothing does.
int PortableConnection::statusAgainst(const HttpRequest& request) {
    const GatewayServices& services = m_context.services;
    const bool isOverloaded = services.config.overloaded != nullptr && *services.config.overloaded;
    if (m_context.isLate || isOverloaded) {
        ++services.counters.shed;
        return 503;
    }
    const auto peer = forwardedPeer(request, services.config.forwardedField);
    if (!peer)
        return 0;
    m_peer = *peer;
    return statusOfEntry();
}

int PortableConnection::statusOfEntry() {
    const GatewayServices& services = m_context.services;
    const AddressBook::Entry entry = services.addresses.enter(m_peer);
    m_isInBook = entry == AddressBook::Entry::Admitted;
    if (m_isInBook)
        return 0;
    if (entry == AddressBook::Entry::TooFast) {
        ++services.counters.tooFast;
        return 429;
    }
    ++services.counters.refused;
    return 503;
}

void PortableConnection::readFrames(QByteArrayView input) {
    const qint64 nowMs = now();
    while (m_state == State::Open || m_state == State::Closing) {
        const QByteArrayView before = input;
        const IncomingFrames::Event event = m_frames.next(input, nowMs);
        if (m_state == State::Open)
            m_held += before.first(before.size() - input.size());
        if (!m_frames.isIncomplete())
            m_deadlines.owesNothing();
        if (event.kind == IncomingFrames::Kind::None)
            break;
        m_deadlines.heard(nowMs);
        handleEvent(event);
    }
    if (m_frames.isIncomplete())
        m_deadlines.owes(nowMs, m_frames.keptBytes());
}

/// While closing, only the end counts.
void PortableConnection::handleEvent(const IncomingFrames::Event& event) {
    using Kind = IncomingFrames::Kind;
    const bool isOpen = m_state == State::Open;
    switch (event.kind) {
    case Kind::Message:
        if (isOpen)
            handleMessage();
        break;
    case Kind::Ping:
        if (isOpen) {
            // The only frame that must not wait for the message it may have come into.
            m_ping = m_held.last(m_frames.frameBytes());
            m_held.chop(m_ping.size());
            answerPing();
        }
        break;
    case Kind::Close:
        if (isOpen) {
            // Qt cannot send a close frame without a code.
            sayClose(event.code == closeNoStatus ? quint16(closeNormal) : event.code, QString());
            leaveHandler(event.code);
        }
        linger();
        break;
    case Kind::Violation:
        if (isOpen)
            sayClose(event.code, QString::fromUtf16(event.reason));
        linger();
        break;
    case Kind::Nothing:
    case Kind::None:
        break;
    }
}

/// Qt gets all fragments of a message at once: in between, it would give its peer five seconds for the next.
void PortableConnection::handleMessage() {
    QVector<QByteArray> found = m_end->deliver(std::exchange(m_held, QByteArray()));
    if (found.size() != 1) { // never seen: the two implementations disagree about what a peer sent
        leaveHandler(closeInternalError);
        return linger();
    }
    m_handler->onMessage(std::move(found.first()));
}

/// Of several pings that come while something is queued only the last one is answered (RFC 6455 section
/// 5.5.3), so that answers nobody reads do not pile up.
void PortableConnection::answerPing() {
    if (m_state == State::Open && m_socket.queuedBytes() == 0)
        deliverPing();
}

void PortableConnection::deliverPing() {
    if (!m_ping.isEmpty())
        m_end->deliver(std::exchange(m_ping, QByteArray()));
}

void PortableConnection::sayClose(quint16 code, const QString& reason) {
    deliverPing(); // nothing could be answered behind the close frame
    m_end->close(code, reason);
    m_socket.flush();
    leaveHandler(code);
}

// --- Deadlines ---

void PortableConnection::tick(qint64 nowMs) {
    if (m_state == State::Dead)
        return;
    const GatewayConfig& config = m_context.services.config;
    // send() looks before it adds; this is for what Qt may have written by itself.
    if (m_socket.queuedBytes() > config.queuedBytes + config.messageBytes) {
        ++m_context.services.counters.overflows;
        return abort();
    }
    // Progress is what the system takes of a backlog. It keeps a bounded part of it to itself
    // (PortableSocket), which a stalled reader gets on top of his patience here.
    if (std::exchange(m_hasSent, false) && m_socket.queuedBytes() > 0)
        m_deadlines.progressed(nowMs);
    const Deadlines::Next next = m_deadlines.next(backlog());
    if (next.atMs <= nowMs)
        enforce(next.demand);
}

void PortableConnection::enforce(Deadlines::Demand demand) {
    using Demand = Deadlines::Demand;
    GatewayCounters& counters = m_context.services.counters;
    switch (demand) {
    case Demand::EndHandshake:
        ++counters.timedOut;
        die();
        break;
    case Demand::EndAuthentication:
        ++counters.timedOut;
        close(closePolicyViolation, QStringLiteral("not authenticated in time"));
        break;
    case Demand::EndMessage:
        ++counters.timedOut;
        close(closePolicyViolation, QStringLiteral("message not complete in time"));
        break;
    case Demand::EndStall:
        ++counters.overflows;
        abort();
        break;
    case Demand::EndSilence:
        ++counters.timedOut;
        abort();
        break;
    case Demand::Ping:
        m_deadlines.pinged(now());
        m_end->ping();
        break;
    case Demand::EndFarewell:
        die();
        break;
    }
}

Deadlines::Backlog PortableConnection::backlog() const {
    if (m_socket.queuedBytes() == 0)
        return Deadlines::Backlog::None;
    return m_aboveLowMark ? Deadlines::Backlog::Large : Deadlines::Backlog::Small;
}

// --- Sending and ending ---

void PortableConnection::onEnded() {
    if (m_socket.hasTlsTrouble())
        ++m_context.services.counters.tlsFailures;
    abort();
}

void PortableConnection::onSent(qint64 bytes) {
    m_context.services.counters.bytesOut += quint64(bytes);
    m_hasSent = true;
    unsettle();
}

void PortableConnection::settle() {
    m_unsettled = false;
    if (m_closedCode && m_handler) {
        const std::unique_ptr<ConnectionHandler> handler = std::move(m_handler);
        handler->onClosed(*m_closedCode);
    }
    if (m_state == State::Dead)
        return;
    if (m_state == State::Lingering && m_socket.queuedBytes() == 0 && !std::exchange(m_sendingEnded, true))
        m_socket.endSending();
    answerPing();
    if (m_aboveLowMark && m_socket.queuedBytes() <= m_context.services.config.lowMarkBytes) {
        m_aboveLowMark = false;
        if (m_state == State::Open)
            m_handler->onWritable();
    }
    countQueue();
}

/// Only backlogs count: traffic that flows costs nothing here.
void PortableConnection::countQueue() {
    const qint64 bytes = m_aboveLowMark ? m_socket.queuedBytes() : 0;
    m_context.services.counters.outgoingBytes += bytes - std::exchange(m_countedBytes, bytes);
}

void PortableConnection::respond(const QByteArray& bytes) {
    m_socket.write(bytes);
    m_socket.flush();
    linger();
}

void PortableConnection::beginFarewell(State state) {
    if (m_state == State::Head || m_state == State::Open)
        m_farewellBytes = 2 * m_context.services.config.messageBytes;
    m_state = state;
    m_socket.setReading(true);
    m_deadlines.farewell(now());
    m_held = QByteArray();
    unsettle();
}

void PortableConnection::leaveHandler(quint16 code) {
    m_closedCode = code;
    unsettle();
}

void PortableConnection::linger() {
    if (m_state == State::Lingering || m_state == State::Dead)
        return;
    m_head.reset();
    m_frames.stop();
    beginFarewell(State::Lingering);
}

void PortableConnection::die() {
    if (m_state == State::Dead)
        return;
    m_state = State::Dead;
    m_socket.abort();
    m_head.reset();
    m_frames.stop();
    m_held = QByteArray();
    m_aboveLowMark = false;
    countQueue();
    forgetStranger();
    unsettle();
}

void PortableConnection::unsettle() {
    if (!std::exchange(m_unsettled, true))
        m_context.unsettle(*this);
}

} // namespace recado::relay
