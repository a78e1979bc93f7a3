#include "relay/gateway/SocketConnection.h"

#include "relay/gateway/AddressBook.h"
#include "relay/gateway/ConnectionId.h"
#include "relay/gateway/ForwardedPeer.h"
#include "relay/gateway/Handshake.h"
#include "relay/gateway/IoContext.h"
#include "relay/gateway/TlsIdentity.h"

#include <sys/epoll.h>

#include <algorithm>
#include <utility>

namespace recado::relay {

namespace {

std::unique_ptr<TlsSession> newTlsSession(IoContext& context) {
    if (!context.tls)
        return nullptr;
    return std::make_unique<TlsSession>(*context.tls, context.services.config.tls->current());
}

} // namespace

SocketConnection::SocketConnection(IoContext& context, Descriptor socket, const PeerAddress& peer,
                                   Admission admission)
    : m_context(context)
    , m_id(nextConnectionId())
    , m_peer(peer)
    , m_admission(admission)
    , m_stream(context.poll, *this, std::move(socket), newTlsSession(context))
    , m_deadlines(context.services.config, context.services.clock.monotonicMs())
    , m_frames(context.services.config, context.services.counters)
    , m_head(std::make_unique<HttpRequestParser>(HttpRequestParser::Limits{
          context.services.config.headerBytes, context.services.config.headerFields})) {
    if (admission == Admission::Accepted) {
        ++m_context.services.counters.open;
        m_context.strangers.emplace(m_id, this);
        m_inBook = context.services.config.forwardedField == ForwardedField::None;
    } else {
        ++m_context.turnedAway;
    }
}

SocketConnection::~SocketConnection() {
    m_context.shakingHands.erase(m_id);
    if (m_inBook)
        m_context.services.addresses.leave(m_peer);
    if (m_admission == Admission::Accepted) {
        m_context.strangers.erase(m_id);
        --m_context.services.counters.open;
    } else {
        --m_context.turnedAway;
    }
}

void SocketConnection::turnAway(const HttpResponse& response) {
    // Nobody gets a handshake only to hear that there is no room.
    if (m_stream.refuseHandshake())
        linger();
    else
        respond(serialize(response, false));
}

void SocketConnection::markAuthenticated() {
    m_deadlines.authenticated();
    m_frames.trustWithLargeMessages();
    m_context.strangers.erase(m_id);
    if (m_state == State::Open)
        m_stream.trust();
}

void SocketConnection::setReading(bool reading) {
    if (m_state == State::Open)
        m_stream.setReading(reading);
}

void SocketConnection::note(Conduct conduct) {
    const GatewayConfig& config = m_context.services.config;
    if (m_inBook)
        m_context.services.addresses.charge(
            m_peer, conduct == Conduct::Registration ? config.registrationPrice : config.failurePrice);
}

base::Inbox& SocketConnection::inbox() const {
    return m_context.inbox;
}

qint64 SocketConnection::now() const {
    return m_context.services.clock.monotonicMs();
}

// --- What the session asks for ---

/// One message may be larger than what may be queued: it goes when nothing else waits.
void SocketConnection::send(QByteArray message) {
    if (m_state != State::Open)
        return;
    const qint64 allowed = m_context.services.config.queuedBytes;
    if (!m_stream.isDrained() && m_stream.queuedBytes() + message.size() > allowed)
        return dropReader();
    ++m_context.services.counters.messagesOut;
    m_stream.queue().pushFrame(Opcode::Binary, std::move(message));
    if (!m_aboveLowMark && m_stream.queuedBytes() > m_context.services.config.lowMarkBytes) {
        m_aboveLowMark = true;
        m_deadlines.progressed(now());
    }
    // Much does not wait for the end of the turn: fanned out to a thousand, it would all lie here until then.
    if (m_aboveLowMark)
        flush();
    countQueue();
    // One backlog is bounded, and so are all of them together.
    const GatewayCounters& counters = m_context.services.counters;
    if (m_countedBytes > m_context.services.config.lowMarkBytes &&
        counters.outgoingBytes > m_context.services.config.outgoingBytes)
        return dropReader();
    unsettle();
}

void SocketConnection::close(quint16 code, const QString& reason) {
    if (m_state == State::Head) {
        linger();
        return;
    }
    if (m_state != State::Open)
        return;
    sayClose(code, reason);
    beginFarewell(State::Closing);
}

/// Whoever does not read keeps nothing of ours, in this process or in the system.
void SocketConnection::dropReader() {
    ++m_context.services.counters.overflows;
    m_stream.dropUnsent();
    abort();
}

void SocketConnection::abort() {
    if (m_state == State::Open)
        leaveHandler(closeAbnormal);
    die();
}

// --- Reading ---

void SocketConnection::onEvents(std::uint32_t events) {
    if (m_state == State::Dead)
        return;
    if ((events & EPOLLOUT) != 0) {
        m_stream.unblock();
        unsettle();
    }
    const std::uint32_t incoming = events & ~std::uint32_t(EPOLLOUT);
    if (m_stream.isReading() && incoming != 0)
        onReadable();
    else if ((incoming & (EPOLLHUP | EPOLLERR)) != 0)
        abort(); // it is over, and what it sent before counts no more
}

/// One read a turn: a busy peer does not keep the others of the thread waiting.
void SocketConnection::onReadable() {
    const bool handshakes = m_stream.awaitsHandshake();
    if (handshakes && !mayShakeHands())
        return; // the next pass tells of it again
    const quint64 before = m_stream.receivedBytes();
    QByteArrayView input;
    const SocketStream::Reading reading = m_stream.read(m_context.readBuffer, input);
    m_context.services.counters.bytesIn += m_stream.receivedBytes() - before;
    if (handshakes && !m_stream.awaitsHandshake())
        m_context.shakingHands.erase(m_id);
    if (handshakes && !m_stream.awaitsHandshake() && reading != SocketStream::Reading::Failed &&
        reading != SocketStream::Reading::Plain)
        ++m_context.services.counters.tlsHandshakes;
    if (!m_stream.isDrained())
        unsettle(); // TLS may have something to say by itself
    switch (reading) {
    case SocketStream::Reading::NothingYet:
        return;
    case SocketStream::Reading::Ended:
        return onPeerEnded();
    case SocketStream::Reading::Broken:
        return abort();
    case SocketStream::Reading::Failed:
        return onTlsFailed();
    case SocketStream::Reading::Plain:
        ++m_context.services.counters.tlsFailures;
        m_stream.speakPlainly();
        return respond(serialize(plainResponse(400), false));
    case SocketStream::Reading::Bytes:
        onInput(input);
        break;
    }
    if (m_stream.peerHasEnded() && m_state != State::Dead)
        onPeerEnded();
}

void SocketConnection::onInput(QByteArrayView input) {
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

/// A handshake is the dearest thing a stranger can ask for: only so many begin in one pass, those who are
/// there already come in between.
bool SocketConnection::mayShakeHands() {
    if (m_state != State::Head || m_handshakeBegun)
        return true;
    if (m_context.handshakesLeft <= 0)
        return false;
    --m_context.handshakesLeft;
    m_handshakeBegun = true;
    m_context.shakingHands.emplace(m_id, this);
    const GatewayConfig& config = m_context.services.config;
    if (m_context.shakingHands.size() > std::size_t(std::max(1, config.handshakes / config.threads))) {
        // Who is honest answers in a moment; it may be this one, which came early and began late.
        ++m_context.services.counters.displaced;
        m_context.shakingHands.begin()->second->abort();
    }
    return m_state == State::Head;
}

/// The alert that says why is not lost in a reset.
void SocketConnection::onTlsFailed() {
    ++m_context.services.counters.tlsFailures;
    if (m_state == State::Open)
        leaveHandler(closeAbnormal);
    linger();
}

void SocketConnection::onPeerEnded() {
    const bool mayStillRead =
        m_state == State::Lingering && !m_stream.isDrained() && !m_stream.ignoresInput();
    if (mayStillRead)
        m_stream.ignoreInput();
    else
        abort();
}

void SocketConnection::readHead(QByteArrayView input) {
    const auto outcome = m_head->parse(input);
    if (outcome == HttpRequestParser::Outcome::NeedMore)
        return;
    const std::unique_ptr<HttpRequestParser> head = std::move(m_head);
    const GatewayServices& services = m_context.services;
    ++services.counters.httpRequests;
    if (outcome == HttpRequestParser::Outcome::Refused)
        return respond(serialize(plainResponse(head->status()), head->request().isHead()));
    const HttpRequest& request = head->request();
    const bool isForSocket = isUpgrade(request) || request.path() == services.config.path.toUtf8();
    if (services.sessions && isForSocket)
        return upgrade(request, input);
    respond(serialize(answerRequest(request, services.http), request.isHead()));
}

void SocketConnection::upgrade(const HttpRequest& request, QByteArrayView rest) {
    const HttpResponse response = answerUpgrade(request, m_context.services.config.path.toUtf8());
    if (response.status != 101)
        return respond(serialize(response, request.isHead()));
    if (const int status = statusAgainst(request); status != 0)
        return respond(serialize(comeBackLater(status, m_context.services.config.refusalRetry), false));
    ++m_context.services.counters.upgraded;
    m_stream.queue().pushRaw(serialize(response, true));
    m_deadlines.upgraded(now());
    m_state = State::Open;
    unsettle();
    m_handler = m_context.services.sessions(*this);
    if (!rest.isEmpty() && m_state == State::Open)
        readFrames(rest);
}

/// What stands against another session: the relay has too much to do, or the one a proxy asks for has had his
/// share; 0 when nothing does.
int SocketConnection::statusAgainst(const HttpRequest& request) {
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
    switch (services.addresses.enter(m_peer)) {
    case AddressBook::Entry::Admitted:
        m_inBook = true;
        return 0;
    case AddressBook::Entry::Full:
        ++services.counters.refused;
        return 503;
    case AddressBook::Entry::TooFast:
        ++services.counters.tooFast;
        break;
    }
    return 429;
}

void SocketConnection::readFrames(QByteArrayView input) {
    const qint64 nowMs = now();
    while (m_state == State::Open || m_state == State::Closing) {
        IncomingFrames::Event event = m_frames.next(input, nowMs);
        if (!m_frames.isIncomplete())
            m_deadlines.owesNothing();
        if (event.kind == IncomingFrames::Kind::None)
            break;
        m_deadlines.heard(nowMs);
        handleEvent(std::move(event));
    }
    if (m_frames.isIncomplete() && m_deadlines.owes(nowMs, m_frames.keptBytes()))
        unsettle(); // dueMs() is earlier now
}

/// While closing, only the end counts.
void SocketConnection::handleEvent(IncomingFrames::Event event) {
    using Kind = IncomingFrames::Kind;
    const bool open = m_state == State::Open;
    switch (event.kind) {
    case Kind::Message:
        if (open)
            m_handler->onMessage(std::move(event.payload));
        break;
    case Kind::Ping:
        if (open) {
            m_stream.queue().setUrgentFrame(Opcode::Pong, std::move(event.payload));
            unsettle();
        }
        break;
    case Kind::Close:
        if (open)
            sayClose(event.code, QString());
        linger();
        break;
    case Kind::Violation:
        if (open)
            sayClose(event.code, QString::fromUtf16(event.reason));
        linger();
        break;
    case Kind::Nothing:
    case Kind::None:
        break;
    }
}

void SocketConnection::sayClose(quint16 code, const QString& reason) {
    m_stream.queue().pushFrame(Opcode::Close,
                               code == closeNoStatus ? QByteArray() : closePayload(code, reason));
    leaveHandler(code);
}

// --- Deadlines ---

qint64 SocketConnection::dueMs() const {
    if (m_state == State::Dead)
        return Deadlines::never;
    // How far a large backlog has come is looked at every time.
    return m_aboveLowMark ? 0 : m_deadlines.next(backlog()).atMs;
}

void SocketConnection::tick(qint64 nowMs) {
    if (m_state == State::Dead)
        return;
    measureProgress(nowMs);
    const Deadlines::Next next = m_deadlines.next(backlog());
    if (next.atMs <= nowMs)
        enforce(next.demand);
}

void SocketConnection::enforce(Deadlines::Demand demand) {
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
        dropReader();
        break;
    case Demand::EndSilence:
        ++counters.timedOut;
        abort();
        break;
    case Demand::Ping:
        m_deadlines.pinged(now());
        m_stream.queue().pushFrame(Opcode::Ping, QByteArray());
        unsettle();
        break;
    case Demand::EndFarewell:
        die();
        break;
    }
}

/// Progress is what arrives, not what the system's own buffer takes: over a slow line that takes nothing for
/// seconds while everything is well.
void SocketConnection::measureProgress(qint64 nowMs) {
    if (m_stream.isDrained())
        return;
    const quint64 confirmed = m_stream.confirmedBytes();
    if (confirmed != std::exchange(m_confirmedBytes, confirmed))
        m_deadlines.progressed(nowMs);
}

Deadlines::Backlog SocketConnection::backlog() const {
    if (m_stream.isDrained())
        return Deadlines::Backlog::None;
    return m_aboveLowMark ? Deadlines::Backlog::Large : Deadlines::Backlog::Small;
}

// --- Sending and ending ---

void SocketConnection::settle() {
    m_unsettled = false;
    if (m_closedCode && m_handler) {
        const std::unique_ptr<ConnectionHandler> handler = std::move(m_handler);
        handler->onClosed(*m_closedCode);
    }
    if (m_state == State::Dead)
        return;
    flush();
    if (m_aboveLowMark && m_stream.queuedBytes() <= m_context.services.config.lowMarkBytes) {
        m_aboveLowMark = false;
        countQueue();
        if (m_state == State::Open)
            m_handler->onWritable();
    }
    countQueue();
}

/// Only backlogs count: traffic that flows costs nothing here.
void SocketConnection::countQueue() {
    const qint64 bytes = m_aboveLowMark ? m_stream.queuedBytes() : 0;
    if (bytes != m_countedBytes)
        m_context.services.counters.outgoingBytes += bytes - std::exchange(m_countedBytes, bytes);
}

void SocketConnection::flush() {
    const quint64 before = m_stream.takenBytes();
    const OutgoingQueue::Flush result = m_stream.flush();
    m_context.services.counters.bytesOut += m_stream.takenBytes() - before;
    if (result == OutgoingQueue::Flush::Failed) {
        abort();
    } else if (result == OutgoingQueue::Flush::Drained && m_state == State::Lingering) {
        if (m_stream.ignoresInput())
            die();
        else
            m_stream.endSending();
    }
}

void SocketConnection::respond(QByteArray bytes) {
    m_stream.queue().pushRaw(std::move(bytes));
    linger();
}

void SocketConnection::beginFarewell(State state) {
    if (m_state == State::Head || m_state == State::Open)
        m_farewellBytes = 2 * m_context.services.config.messageBytes;
    m_state = state;
    m_stream.setReading(true);
    m_deadlines.farewell(now());
    unsettle();
}

void SocketConnection::leaveHandler(quint16 code) {
    m_closedCode = code;
    unsettle();
}

void SocketConnection::linger() {
    if (m_state == State::Lingering || m_state == State::Dead)
        return;
    m_head.reset();
    m_frames.stop();
    beginFarewell(State::Lingering);
}

void SocketConnection::die() {
    if (m_state == State::Dead)
        return;
    m_state = State::Dead;
    m_stream.close();
    m_head.reset();
    m_frames.stop();
    m_aboveLowMark = false;
    countQueue();
    m_context.shakingHands.erase(m_id);
    m_context.strangers.erase(m_id);
    unsettle();
}

void SocketConnection::unsettle() {
    if (!std::exchange(m_unsettled, true))
        m_context.unsettled.push_back(this);
}

} // namespace recado::relay
