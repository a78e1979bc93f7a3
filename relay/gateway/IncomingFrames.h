#pragma once

#include "relay/gateway/GatewayConfig.h"
#include "relay/gateway/GatewayCounters.h"
#include "relay/gateway/WebSocketParser.h"

namespace recado::relay {

/// What a peer sends after the upgrade, within all that GatewayConfig allows it: the parser's strictness,
/// binary messages only, a ration of frames that carry nothing, and a share of the memory for what is
/// incomplete.
class IncomingFrames {
public:
    enum class Kind {
        None,      ///< the input is used up
        Message,   ///< payload
        Ping,      ///< payload
        Nothing,   ///< a frame that asks for nothing
        Close,     ///< code (closeNoStatus when the frame had none); the last event
        Violation, ///< code and reason to close with; the last event
    };

    struct Event {
        Kind kind = Kind::None;
        quint16 code = 0;
        QByteArray payload;
        const char16_t* reason = u"";
    };

    /// The configuration and the counters are borrowed.
    IncomingFrames(const GatewayConfig& config, GatewayCounters& counters,
                   WebSocketParser::Payloads payloads = WebSocketParser::Payloads::Kept);
    IncomingFrames(const IncomingFrames&) = delete;
    IncomingFrames& operator=(const IncomingFrames&) = delete;
    ~IncomingFrames() { stop(); }

    /// Takes bytes from the front of `input`. Call it until it answers `None`.
    Event next(QByteArrayView& input, qint64 nowMs);

    /// From now on messages may be as large as those of authenticated peers.
    void trustWithLargeMessages() { m_parser.setMessageLimit(m_config.messageBytes); }

    /// Whether the peer owes the rest of something, …
    [[nodiscard]] bool isIncomplete() const { return m_parser.isIncomplete(); }
    /// … and what is kept of it.
    [[nodiscard]] qint64 keptBytes() const { return m_parser.keptBytes(); }
    /// WebSocketParser::frameBytes()
    [[nodiscard]] qint64 frameBytes() const { return m_parser.frameBytes(); }

    /// Gives back all that is kept and swallows what follows.
    void stop();

private:
    [[nodiscard]] bool isBeyondRation(qint64 nowMs);
    [[nodiscard]] bool keepsTooMuch();
    Event violation(quint16 code, const char16_t* reason);

    const GatewayConfig& m_config;
    GatewayCounters& m_counters;
    WebSocketParser m_parser;
    qint64 m_countedBytes = 0; // our part of GatewayCounters::incompleteBytes
    qint64 m_secondStartMs = 0;
    int m_idleFrames = 0;
};

} // namespace recado::relay
