#include "relay/gateway/SocketConnection.h"

#include "relay/gateway/AddressBook.h"
#include "relay/gateway/Handshake.h"
#include "relay/gateway/IoContext.h"

#include <sys/epoll.h>

#include <atomic>
#include <utility>

namespace recado::relay {

namespace {

quint64 nextConnectionId() {
    static std::atomic<quint64> last{0};
    return ++last;
}

} // namespace

SocketConnection::SocketConnection(IoContext& context, Descriptor socket, const PeerAddress& peer,
                                   Admission admission)
    : m_context(context)
    , m_id(nextConnectionId())
    , m_peer(peer)
    , m_admission(admission)
    , m_stream(context.poll, *this, std::move(socket))
    , m_deadlines(context.services.config, context.services.clock.monotonicMs())
    , m_frames(context.services.config, context.services.counters)
    , m_head(std::make_unique<HttpRequestParser>(HttpRequestParser::Limits{
          context.services.config.headerBytes, context.services.config.headerFields})) {
    if (admission == Admission::Accepted)
        ++m_context.services.counters.open;
    else
        ++m_context.turnedAway;
}

SocketConnection::~SocketConnection() {
    if (m_admission == Admission::Accepted) {
        m_context.services.addresses.leave(m_peer);
        --m_context.services.counters.open;
    } else {
        --m_context.turnedAway;
    }
}

void SocketConnection::turnAway() {
    respond(serialize(plainResponse(503), false));
}

void SocketConnection::markAuthenticated() {
    m_deadlines.authenticated();
    m_frames.trustWithLargeMessages();
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
    if (!m_stream.queue().isEmpty() && m_stream.queue().bytes() + message.size() > allowed) {
        ++m_context.services.counters.overflows;
        abort();
        return;
    }
    ++m_context.services.counters.messagesOut;
    m_stream.queue().pushFrame(Opcode::Binary, std::move(message));
    if (!m_aboveLowMark && m_stream.queue().bytes() > m_context.services.config.lowMarkBytes) {
        m_aboveLowMark = true;
        m_deadlines.progressed(now());
    }
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
    if ((events & ~std::uint32_t(EPOLLOUT)) != 0)
        onReadable();
}

/// One read a turn: a busy peer does not keep the others of the thread waiting.
void SocketConnection::onReadable() {
    QByteArrayView input;
    switch (m_stream.read(m_context.readBuffer, input)) {
    case SocketStream::Reading::NothingYet:
        return;
    case SocketStream::Reading::Ended:
        return onPeerEnded();
    case SocketStream::Reading::Broken:
        return abort();
    case SocketStream::Reading::Bytes:
        break;
    }
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

void SocketConnection::onPeerEnded() {
    const bool mayStillRead =
        m_state == State::Lingering && !m_stream.queue().isEmpty() && !m_stream.ignoresInput();
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
    ++m_context.services.counters.upgraded;
    m_stream.queue().pushRaw(serialize(response, true));
    m_deadlines.upgraded(now());
    m_state = State::Open;
    unsettle();
    m_handler = m_context.services.sessions(*this);
    if (!rest.isEmpty() && m_state == State::Open)
        readFrames(rest);
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
        ++counters.overflows;
        abort();
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
    if (m_stream.queue().isEmpty())
        return;
    const quint64 confirmed = m_stream.confirmedBytes();
    if (confirmed != std::exchange(m_confirmedBytes, confirmed))
        m_deadlines.progressed(nowMs);
}

Deadlines::Backlog SocketConnection::backlog() const {
    if (m_stream.queue().isEmpty())
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
    if (m_aboveLowMark && m_stream.queue().bytes() <= m_context.services.config.lowMarkBytes) {
        m_aboveLowMark = false;
        if (m_state == State::Open)
            m_handler->onWritable();
    }
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
    unsettle();
}

void SocketConnection::unsettle() {
    if (!std::exchange(m_unsettled, true))
        m_context.unsettled.push_back(this);
}

} // namespace recado::relay
