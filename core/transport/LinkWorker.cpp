#include "transport/LinkWorker.h"

#include "protocol/FrameCodec.h"
#include "protocol/Limits.h"
#include "transport/RelayUrl.h"

#include <algorithm>
#include <utility>

namespace recado::transport {

using base::Reason;

namespace {

constexpr int closeReplaced = 4001;
/// A relay may ask for patience, not for good-bye.
constexpr qint64 longestPatienceMs = 5 * 60 * 1'000;
/// The key and the length in front of a frame.
constexpr qsizetype frameOverhead = 6;

queue::Backoff::Limits waitsFor(const QString& url) {
    const auto parsed = relaySocketUrl(url);
    const bool local = parsed.ok() && isLoopback(*parsed);
    return {.baseMs = 60, .capMs = local ? 500 : 30'000};
}

/// Reasons that another attempt would at once only repeat.
bool isFinal(Reason reason) {
    return reason == Reason::AuthenticationFailed || reason == Reason::UnsupportedVersion ||
           reason == Reason::RelayKeyChanged || reason == Reason::InvalidArgument;
}

} // namespace

LinkWorker::LinkWorker(messaging::LinkAccount account, LinkTiming timing, Events events)
    : m_account(std::move(account))
    , m_timing(std::move(timing))
    , m_events(std::move(events))
    , m_backoff(waitsFor(m_account.url), m_timing.random)
    , m_messageBytes(qsizetype(protocol::Limits().messageBytes)) {
    m_retry.setSingleShot(true);
    m_deadline.setSingleShot(true);
    m_settled.setSingleShot(true);
    connect(&m_retry, &QTimer::timeout, this, [this] { connectNow(); });
    connect(&m_deadline, &QTimer::timeout, this, [this] {
        dropSocket();
        retryAfter(m_backoff.nextMs(), m_refusal.value_or(Reason::RelayUnreachable));
    });
    connect(&m_settled, &QTimer::timeout, this, [this] { m_backoff.reset(); });
}

LinkWorker::~LinkWorker() = default;

void LinkWorker::start() {
    connectNow();
}

void LinkWorker::connectNow() {
    const auto url = relaySocketUrl(m_account.url);
    if (!url) {
        m_phase = Phase::Stopped;
        return m_events.offline(url.error().reason);
    }
    m_phase = Phase::Connecting;
    m_refusal.reset();
    m_refusalDelayMs = 0;
    m_handshake.emplace(m_account, wire::PURPOSE_AUTHENTICATE);
    m_events.connecting();
    m_deadline.start(m_timing.handshakeMs);
    m_socket =
        new RelaySocket(*url, m_timing.patience,
                        {.opened =
                             [this] {
                                 m_phase = Phase::Proving;
                                 m_socket->send(protocol::encode(m_handshake->hello()));
                             },
                         .received = [this](wire::RelayMessage message) { received(std::move(message)); },
                         .closed = [this](int code) { closed(code); }},
                        this);
}

void LinkWorker::received(wire::RelayMessage message) {
    std::vector<wire::RelayFrame> frames;
    for (wire::RelayFrame& frame : *message.mutable_frames()) {
        if (m_phase == Phase::Online)
            frames.push_back(std::move(frame));
        else if (m_phase == Phase::Proving && frame.has_challenge())
            challenged(frame.challenge());
        else if (m_phase == Phase::Proving && frame.has_welcome())
            welcomed(frame.welcome());
        else if (m_phase == Phase::Proving && frame.has_error())
            refused(frame.error());
    }
    if (!frames.empty())
        m_events.received(std::move(frames));
}

void LinkWorker::challenged(const wire::Challenge& challenge) {
    if (!m_relay.relayKey.isEmpty())
        return; // one a connection; this device has signed already
    auto relay = m_handshake->verify(challenge, m_socket->tlsKeyHash());
    if (!relay)
        return giveUp(relay.error().reason);
    auto answer = m_handshake->authenticate();
    if (!answer)
        return giveUp(Reason::AuthenticationFailed);
    m_relay = std::move(*relay);
    m_socket->send(protocol::encode(*answer));
}

void LinkWorker::refused(const wire::Error& error) {
    m_refusal = base::reasonFromString(QLatin1String(error.reason().data(), int(error.reason().size())));
    m_refusalDelayMs = qint64(std::min<quint64>(error.retry_after_ms(), longestPatienceMs));
    if (isFinal(*m_refusal))
        giveUp(*m_refusal);
}

void LinkWorker::welcomed(const wire::Welcome& welcome) {
    // Only after this side has verified the relay.
    if (m_relay.relayKey.isEmpty())
        return giveUp(Reason::AuthenticationFailed);
    m_deadline.stop();
    m_settled.start(m_timing.settledMs);
    m_refusal.reset();
    m_refusalDelayMs = 0;
    m_phase = Phase::Online;
    m_account.pinnedRelayKey = m_relay.relayKey;
    const protocol::Limits limits = protocol::fromWire(welcome.limits());
    m_messageBytes = limits.messageBytes;
    m_socket->setMessageLimit(limits.messageBytes);
    m_events.online(welcome, m_relay);
}

void LinkWorker::closed(int code) {
    const Phase before = m_phase;
    dropSocket();
    if (before == Phase::Stopped)
        return;
    if (code == closeReplaced)
        return retryAfter(m_timing.replacedMs, Reason::NotPermitted);
    // A connection that was online and just broke is no problem yet: say so only when it does not come back.
    std::optional<Reason> problem = m_refusal;
    if (!problem && before != Phase::Online)
        problem = Reason::RelayUnreachable;
    retryAfter(qMax(m_backoff.nextMs(), m_refusalDelayMs), problem);
}

void LinkWorker::giveUp(Reason reason) {
    m_phase = Phase::Stopped;
    dropSocket();
    m_events.offline(reason);
    // Nothing is accepted that was refused before; but a mix-up at the other end may have been put right.
    m_retry.start(m_timing.lookAgainMs);
}

void LinkWorker::retryAfter(qint64 delayMs, std::optional<Reason> problem) {
    m_phase = Phase::Waiting;
    m_events.offline(problem);
    m_retry.start(int(delayMs));
}

void LinkWorker::dropSocket() {
    m_deadline.stop();
    m_settled.stop();
    m_relay = {};
    if (!m_socket)
        return;
    // It may be on the stack below us; its destructor must wait for the event loop.
    m_socket->silence();
    m_socket->deleteLater();
    m_socket = nullptr;
}

void LinkWorker::send(std::vector<wire::ClientFrame> frames) {
    if (m_phase != Phase::Online)
        return;
    QByteArray message;
    int count = 0;
    std::vector<wire::RelayFrame> refused;
    for (const wire::ClientFrame& frame : frames) {
        const auto size = qsizetype(frame.ByteSizeLong()) + frameOverhead;
        if (size > m_messageBytes) {
            refused.push_back(protocol::errorFrame(
                frame.request_id(), base::makeError(Reason::MessageTooLong,
                                                    QStringLiteral("larger than this relay's messages"))));
            continue;
        }
        if (count > 0 &&
            (message.size() + size > m_messageBytes || count == protocol::maximumFramesPerMessage)) {
            m_socket->send(std::exchange(message, {}));
            count = 0;
        }
        protocol::appendFrame(message, frame);
        ++count;
    }
    if (count > 0)
        m_socket->send(std::move(message));
    if (!refused.empty())
        m_events.received(std::move(refused));
}

} // namespace recado::transport
