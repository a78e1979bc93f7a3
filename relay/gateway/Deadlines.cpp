#include "relay/gateway/Deadlines.h"

#include <algorithm>

namespace recado::relay {

void Deadlines::upgraded(qint64 nowMs) {
    m_phase = Phase::Open;
    m_heardAtMs = nowMs;
    m_progressAtMs = nowMs;
}

void Deadlines::farewell(qint64 nowMs) {
    m_phase = Phase::Farewell;
    m_sinceMs = nowMs;
}

bool Deadlines::owes(qint64 nowMs, qint64 bytes) {
    m_owedBytesHere = bytes;
    if (m_owesSinceMs != never)
        return false;
    m_owesSinceMs = nowMs;
    return true;
}

Deadlines::Next Deadlines::next(Backlog backlog) const {
    switch (m_phase) {
    case Phase::Handshake:
        return {Demand::EndHandshake, m_sinceMs + m_config.handshakeDeadline.count()};
    case Phase::Open:
        return nextWhileOpen(backlog);
    case Phase::Farewell:
        break;
    }
    return {Demand::EndFarewell, m_sinceMs + m_config.closeDeadline.count()};
}

Deadlines::Next Deadlines::nextWhileOpen(Backlog backlog) const {
    const qint64 lastLife = std::max(m_heardAtMs, m_progressAtMs);
    const bool owing = m_owesSinceMs != never;
    Next next{Demand::EndSilence, lastLife + m_config.idleLimit.count()};
    if (owing) {
        // Who sends steadily over a slow line gets the time his message takes at the slowest rate we know. In
        // the middle of a frame he can answer no ping: that alone is not silence.
        const qint64 earned = m_owedBytesHere * 1'000 / m_config.messageBytesPerSecond;
        next = {Demand::EndMessage, m_owesSinceMs + m_config.messageDeadline.count() + earned};
    }
    const auto consider = [&](Demand demand, qint64 atMs) {
        if (atMs < next.atMs)
            next = {demand, atMs};
    };
    if (!m_authenticated)
        consider(Demand::EndAuthentication, m_sinceMs + m_config.authenticationDeadline.count());
    if (backlog == Backlog::Large)
        consider(Demand::EndStall, m_progressAtMs + m_config.stallDeadline.count());
    if (backlog == Backlog::None && !owing)
        consider(Demand::Ping, std::max(lastLife, m_pingedAtMs) + m_config.pingInterval.count());
    return next;
}

} // namespace recado::relay
