#pragma once

#include <QtGlobal>

#include <atomic>

namespace recado::relay {

/// What a gateway has done since it began, for the metrics. Written by the I/O threads, read by any.
struct GatewayCounters {
    std::atomic<qint64> open{0};            ///< connections now, whatever their state
    std::atomic<qint64> incompleteBytes{0}; ///< kept now of messages that are not complete
    std::atomic<qint64> outgoingBytes{0};   ///< queued now by connections above their low mark
    std::atomic<qint64> loopLagMs{0};       ///< how late a thread's loop was when last looked at
    std::atomic<quint64> accepted{0};
    std::atomic<quint64> upgraded{0};
    std::atomic<quint64> refused{0};       ///< no room: connections, one address' share, descriptors
    std::atomic<quint64> tooFast{0};       ///< refused because their address makes too many
    std::atomic<quint64> displaced{0};     ///< strangers that went for newer ones
    std::atomic<quint64> shed{0};          ///< upgrades refused because there is too much to do
    std::atomic<quint64> timedOut{0};      ///< any deadline passed
    std::atomic<quint64> violations{0};    ///< closed for breaking the WebSocket protocol or a limit
    std::atomic<quint64> overflows{0};     ///< aborted because the peer does not read
    std::atomic<quint64> tlsHandshakes{0}; ///< complete
    std::atomic<quint64> tlsFailures{0};   ///< no TLS 1.3, a broken handshake, broken records
    std::atomic<quint64> httpRequests{0};
    std::atomic<quint64> messagesIn{0};
    std::atomic<quint64> messagesOut{0};
    std::atomic<quint64> bytesIn{0};
    std::atomic<quint64> bytesOut{0};
};

} // namespace recado::relay
