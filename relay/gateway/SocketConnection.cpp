#include "relay/gateway/SocketConnection.h"

#include "relay/gateway/AddressBook.h"
#include "relay/gateway/Handshake.h"
#include "relay/gateway/IoContext.h"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <cerrno>

namespace recado::relay {

namespace {

quint64 nextConnectionId() {
    static std::atomic<quint64> last{0};
    return ++last;
}

} // namespace

SocketConnection::SocketConnection(IoContext& context, Descriptor socket, const PeerAddress& peer)
    : m_context(context)
    , m_socket(std::move(socket))
    , m_peer(peer)
    , m_id(nextConnectionId())
    , m_head(std::make_unique<HttpRequestParser>(HttpRequestParser::Limits{
          context.services.config.headerBytes, context.services.config.headerFields}))
    , m_parser({std::min(context.services.config.messageBytes,
                         context.services.config.unauthenticatedMessageBytes),
                context.services.config.fragmentsPerMessage}) {
    m_stateSinceMs = now();
    m_heardAtMs = m_stateSinceMs;
}

SocketConnection::~SocketConnection() {
    m_context.services.addresses.leave(m_peer);
    --m_context.services.counters.open;
}

bool SocketConnection::watch() {
    return m_context.poll.add(m_socket.get(), *this, EPOLLIN);
}

void SocketConnection::markAuthenticated() {
    m_authenticated = true;
    m_parser.setMessageLimit(m_context.services.config.messageBytes);
}

base::Inbox& SocketConnection::inbox() const {
    return m_context.inbox;
}

qint64 SocketConnection::now() const {
    return m_context.services.clock.monotonicMs();
}

// --- What the session asks for ---

void SocketConnection::send(QByteArray message) {
    if (m_state != State::Open)
        return;
    ++m_context.services.counters.messagesOut;
    pushFrame(Opcode::Binary, std::move(message));
    if (m_queue.bytes() > m_context.services.config.queuedBytes) {
        ++m_context.services.counters.overflows;
        abort();
        return;
    }
    if (m_queue.bytes() > m_context.services.config.lowMarkBytes)
        m_aboveLowMark = true;
    unsettle();
}

void SocketConnection::close(quint16 code, const QString& reason) {
    if (m_state == State::Head) {
        linger();
        return;
    }
    if (m_state != State::Open)
        return;
    pushFrame(Opcode::Close, closePayload(code, reason));
    leaveHandler(code);
    changeState(State::Closing);
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
        m_blocked = false;
        updateInterest();
        unsettle();
    }
    if ((events & ~std::uint32_t(EPOLLOUT)) != 0)
        onReadable();
}

/// One read a turn: a busy peer does not keep the others of the thread waiting.
void SocketConnection::onReadable() {
    std::vector<char>& buffer = m_context.readBuffer;
    const ssize_t got = recv(m_socket.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
        return;
    if (got == 0 && m_state == State::Lingering && !m_queue.isEmpty() && !m_peerEnded) {
        m_peerEnded = true; // it still reads, perhaps
        updateInterest();
        return;
    }
    if (got <= 0) {
        abort();
        return;
    }
    m_context.services.counters.bytesIn += quint64(got);
    const QByteArrayView input(buffer.data(), got);
    if (m_state == State::Head)
        readHead(input);
    else if (m_state == State::Open || m_state == State::Closing)
        readFrames(input);
}

void SocketConnection::readHead(QByteArrayView input) {
    const auto outcome = m_head->parse(input);
    if (outcome == HttpRequestParser::Outcome::NeedMore)
        return;
    const std::unique_ptr<HttpRequestParser> head = std::move(m_head);
    ++m_context.services.counters.httpRequests;
    if (outcome == HttpRequestParser::Outcome::Refused)
        respond(serialize(plainResponse(head->status()), false));
    else if (m_context.services.sessions &&
             (isUpgrade(head->request()) ||
              head->request().path() == m_context.services.config.path.toUtf8()))
        upgrade(head->request(), input);
    else
        answer(head->request());
}

void SocketConnection::answer(const HttpRequest& request) {
    const bool headOnly = request.method == QByteArrayView("HEAD");
    if (!headOnly && request.method != QByteArrayView("GET")) {
        HttpResponse response = plainResponse(405);
        response.fields = {{QByteArrayLiteral("Allow"), QByteArrayLiteral("GET, HEAD")}};
        respond(serialize(response, false));
        return;
    }
    const HttpHandler& http = m_context.services.http;
    respond(serialize(http ? http(request) : plainResponse(404), headOnly));
}

void SocketConnection::upgrade(const HttpRequest& request, QByteArrayView rest) {
    const HttpResponse response = answerUpgrade(request, m_context.services.config.path.toUtf8());
    if (response.status != 101) {
        respond(serialize(response, false));
        return;
    }
    ++m_context.services.counters.upgraded;
    m_queue.pushRaw(serialize(response, true));
    m_heardAtMs = now();
    m_progressAtMs = m_heardAtMs;
    changeState(State::Open);
    m_handler = m_context.services.sessions(*this);
    if (!rest.isEmpty() && m_state == State::Open)
        readFrames(rest);
}

void SocketConnection::readFrames(QByteArrayView input) {
    while (m_state == State::Open || m_state == State::Closing) {
        WebSocketParser::Event event = m_parser.parse(input);
        if (event.kind == WebSocketParser::Kind::None)
            break;
        m_heardAtMs = now();
        m_pinged = false;
        if (!m_parser.isIncomplete())
            m_incompleteSinceMs = 0;
        handleEvent(std::move(event));
    }
    if (!m_parser.isIncomplete())
        m_incompleteSinceMs = 0;
    else if (m_incompleteSinceMs == 0)
        m_incompleteSinceMs = now();
}

void SocketConnection::handleEvent(WebSocketParser::Event event) {
    using Kind = WebSocketParser::Kind;
    const bool open = m_state == State::Open;
    switch (event.kind) {
    case Kind::Binary:
        ++m_context.services.counters.messagesIn;
        if (open)
            m_handler->onMessage(std::move(event.payload));
        break;
    case Kind::Text:
        violate(closeUnsupportedData, QStringLiteral("only binary messages"));
        break;
    case Kind::Ping:
        if (open) {
            if (m_queue.isEmpty())
                m_progressAtMs = now();
            m_queue.setUrgentFrame(Opcode::Pong, std::move(event.payload));
            unsettle();
        }
        countIdleFrame();
        break;
    case Kind::Pong:
    case Kind::EmptyFragment:
        countIdleFrame();
        break;
    case Kind::Close:
        if (open) {
            pushFrame(Opcode::Close,
                      event.code == closeNoStatus ? QByteArray() : closePayload(event.code, QString()));
            leaveHandler(event.code);
        }
        linger();
        break;
    case Kind::Violation:
        violate(event.code, QString());
        break;
    case Kind::None:
        break;
    }
}

/// Frames that carry nothing cost their sender next to nothing, so they are rationed.
void SocketConnection::countIdleFrame() {
    if (m_heardAtMs - m_secondStartMs >= 1'000) {
        m_secondStartMs = m_heardAtMs;
        m_idleFrames = 0;
    }
    if (++m_idleFrames > m_context.services.config.idleFramesPerSecond)
        violate(closePolicyViolation, QStringLiteral("too many empty frames"));
}

void SocketConnection::violate(quint16 code, const QString& reason) {
    ++m_context.services.counters.violations;
    if (m_state == State::Open) {
        pushFrame(Opcode::Close, closePayload(code, reason));
        leaveHandler(code);
    }
    linger();
}

// --- Deadlines ---

void SocketConnection::tick(qint64 nowMs) {
    const GatewayConfig& config = m_context.services.config;
    const qint64 inState = nowMs - m_stateSinceMs;
    switch (m_state) {
    case State::Head:
        if (inState >= config.handshakeDeadline.count()) {
            ++m_context.services.counters.timedOut;
            die();
        }
        break;
    case State::Open:
        tickOpen(nowMs);
        break;
    case State::Closing:
    case State::Lingering:
        if (inState >= config.closeDeadline.count())
            die();
        break;
    case State::Dead:
        break;
    }
}

void SocketConnection::tickOpen(qint64 nowMs) {
    const GatewayConfig& config = m_context.services.config;
    GatewayCounters& counters = m_context.services.counters;
    if (!m_queue.isEmpty() && nowMs - m_progressAtMs >= config.stallDeadline.count()) {
        ++counters.overflows;
        abort();
    } else if (!m_authenticated && nowMs - m_stateSinceMs >= config.authenticationDeadline.count()) {
        ++counters.timedOut;
        close(closePolicyViolation, QStringLiteral("not authenticated in time"));
    } else if (m_incompleteSinceMs != 0 && nowMs - m_incompleteSinceMs >= config.messageDeadline.count()) {
        ++counters.timedOut;
        close(closePolicyViolation, QStringLiteral("message not complete in time"));
    } else if (nowMs - m_heardAtMs >= config.idleLimit.count()) {
        ++counters.timedOut;
        abort();
    } else if (nowMs - m_heardAtMs >= config.pingInterval.count() && !m_pinged && m_queue.isEmpty()) {
        m_pinged = true;
        pushFrame(Opcode::Ping, QByteArray());
        unsettle();
    }
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
    if (m_state == State::Open && m_aboveLowMark &&
        m_queue.bytes() <= m_context.services.config.lowMarkBytes) {
        m_aboveLowMark = false;
        m_handler->onWritable();
    }
}

void SocketConnection::flush() {
    if (m_blocked)
        return;
    const qint64 before = m_queue.bytes();
    const OutgoingQueue::Flush result = m_queue.flush(m_socket.get());
    if (m_queue.bytes() != before) {
        m_progressAtMs = now();
        m_context.services.counters.bytesOut += quint64(before - m_queue.bytes());
    }
    switch (result) {
    case OutgoingQueue::Flush::Drained:
        if (m_state == State::Lingering)
            finishSending();
        break;
    case OutgoingQueue::Flush::Blocked:
        m_blocked = true;
        updateInterest();
        break;
    case OutgoingQueue::Flush::Failed:
        abort();
        break;
    }
}

void SocketConnection::respond(QByteArray bytes) {
    m_queue.pushRaw(std::move(bytes));
    linger();
}

void SocketConnection::pushFrame(Opcode opcode, QByteArray payload) {
    if (m_queue.isEmpty())
        m_progressAtMs = now();
    m_queue.pushFrame(opcode, std::move(payload));
}

void SocketConnection::finishSending() {
    if (m_peerEnded)
        die();
    else if (!std::exchange(m_sendingEnded, true))
        shutdown(m_socket.get(), SHUT_WR);
}

void SocketConnection::updateInterest() {
    const std::uint32_t reading = m_peerEnded ? 0U : std::uint32_t(EPOLLIN);
    const std::uint32_t writing = m_blocked ? std::uint32_t(EPOLLOUT) : 0U;
    m_context.poll.change(m_socket.get(), *this, reading | writing);
}

void SocketConnection::changeState(State state) {
    m_state = state;
    m_stateSinceMs = now();
    unsettle();
}

void SocketConnection::leaveHandler(quint16 code) {
    m_closedCode = code;
    unsettle();
}

void SocketConnection::linger() {
    if (m_state != State::Lingering && m_state != State::Dead)
        changeState(State::Lingering);
}

void SocketConnection::die() {
    if (m_state == State::Dead)
        return;
    m_state = State::Dead;
    m_socket.reset();
    m_queue.clear();
    m_head.reset();
    unsettle();
}

void SocketConnection::unsettle() {
    if (!std::exchange(m_unsettled, true))
        m_context.unsettled.push_back(this);
}

} // namespace recado::relay
