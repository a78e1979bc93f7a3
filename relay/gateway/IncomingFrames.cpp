#include "relay/gateway/IncomingFrames.h"

#include "relay/gateway/Connection.h"

#include <algorithm>
#include <utility>

namespace recado::relay {

namespace {

// A connection that keeps less than this never suffers for what others leave incomplete.
constexpr qint64 harmlessBytes = 2 * 1'024;

} // namespace

IncomingFrames::IncomingFrames(const GatewayConfig& config, GatewayCounters& counters,
                               WebSocketParser::Payloads payloads)
    : m_config(config)
    , m_counters(counters)
    , m_parser(
          {std::min(config.messageBytes, config.unauthenticatedMessageBytes), config.fragmentsPerMessage},
          payloads) {}

IncomingFrames::Event IncomingFrames::next(QByteArrayView& input, qint64 nowMs) {
    using Parsed = WebSocketParser::Kind;
    WebSocketParser::Event event = m_parser.parse(input);
    switch (event.kind) {
    case Parsed::None:
        if (keepsTooMuch())
            return violation(closeTryAgainLater, u"too much is incomplete");
        return {};
    case Parsed::Binary:
        ++m_counters.messagesIn;
        return Event{.kind = Kind::Message, .code = 0, .payload = std::move(event.payload), .reason = u""};
    case Parsed::Text:
        return violation(closeUnsupportedData, u"only binary messages");
    case Parsed::Ping:
    case Parsed::Pong:
    case Parsed::EmptyFragment:
        if (isBeyondRation(nowMs))
            return violation(closePolicyViolation, u"too many empty frames");
        return Event{.kind = event.kind == Parsed::Ping ? Kind::Ping : Kind::Nothing,
                     .code = 0,
                     .payload = std::move(event.payload),
                     .reason = u""};
    case Parsed::Close:
        return Event{.kind = Kind::Close, .code = event.code, .payload = {}, .reason = u""};
    case Parsed::Violation:
        break;
    }
    return violation(event.code, u"");
}

void IncomingFrames::stop() {
    m_parser.stop();
    m_counters.incompleteBytes -= std::exchange(m_countedBytes, 0);
}

/// Frames that carry nothing cost their sender next to nothing, so they are rationed.
bool IncomingFrames::isBeyondRation(qint64 nowMs) {
    if (nowMs - m_secondStartMs >= 1'000) {
        m_secondStartMs = nowMs;
        m_idleFrames = 0;
    }
    return ++m_idleFrames > m_config.idleFramesPerSecond;
}

bool IncomingFrames::keepsTooMuch() {
    const qint64 kept = m_parser.keptBytes();
    const qint64 more = kept - std::exchange(m_countedBytes, kept);
    if (more == 0)
        return false;
    const qint64 all = m_counters.incompleteBytes += more;
    return more > 0 && kept > harmlessBytes && all > m_config.incompleteBytes;
}

IncomingFrames::Event IncomingFrames::violation(quint16 code, const char16_t* reason) {
    ++m_counters.violations;
    stop();
    return Event{.kind = Kind::Violation, .code = code, .payload = {}, .reason = reason};
}

} // namespace recado::relay
