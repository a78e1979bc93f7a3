#pragma once

#include "relay/gateway/GatewayConfig.h"

#include <QtGlobal>

#include <limits>

namespace recado::relay {

/// When the patience with a peer ends, and with what. Only arithmetic on the times it is told: no clock and
/// no I/O, so that every rule can be tested to the millisecond.
///
/// All times are base::Clock::monotonicMs(). What happens in between moves a deadline further away, or is
/// told by one of the functions below; next() is cheap.
class Deadlines {
public:
    enum class Demand {
        EndHandshake,      ///< no complete request head since the connection was accepted
        EndAuthentication, ///< nobody proved who he is since then
        EndMessage,        ///< a message began and does not become complete
        EndStall,          ///< much is queued and the peer's system takes none of it
        EndSilence,        ///< no frame came, and nothing queued was taken
        Ping,
        EndFarewell, ///< the peer had its time to answer the close frame or take the last bytes
    };
    struct Next {
        Demand demand = Demand::EndHandshake;
        qint64 atMs = 0;
    };
    /// What waits to be sent.
    enum class Backlog {
        None,
        Small, ///< patience as with an idle peer: a slow link is no offence
        Large, ///< above GatewayConfig::lowMarkBytes
    };

    static constexpr qint64 never = std::numeric_limits<qint64>::max();

    /// The configuration is borrowed.
    Deadlines(const GatewayConfig& config, qint64 acceptedAtMs)
        : m_config(config)
        , m_sinceMs(acceptedAtMs) {}

    void upgraded(qint64 nowMs);
    void authenticated() { m_authenticated = true; }
    /// The end has begun: a close frame or an answer is queued, or the peer is only read to its end.
    void farewell(qint64 nowMs);

    /// A frame came.
    void heard(qint64 nowMs) { m_heardAtMs = nowMs; }
    void pinged(qint64 nowMs) { m_pingedAtMs = nowMs; }
    /// The peer's system took something, or a backlog has just become Large.
    void progressed(qint64 nowMs) { m_progressAtMs = nowMs; }
    /// A message of which `bytes` are here is incomplete. True when it had just begun.
    bool owes(qint64 nowMs, qint64 bytes);
    void owesNothing() { m_owesSinceMs = never; }

    [[nodiscard]] Next next(Backlog backlog) const;

private:
    enum class Phase : quint8 { Handshake, Open, Farewell };

    [[nodiscard]] Next nextWhileOpen(Backlog backlog) const;

    const GatewayConfig& m_config;
    Phase m_phase = Phase::Handshake;
    bool m_authenticated = false;
    qint64 m_sinceMs; // accepted, or the farewell's begin
    qint64 m_heardAtMs = 0;
    qint64 m_pingedAtMs = 0;
    qint64 m_progressAtMs = 0;
    qint64 m_owesSinceMs = never;
    qint64 m_owedBytesHere = 0;
};

} // namespace recado::relay
