#pragma once

#include "base/Inbox.h"
#include "relay/gateway/EventPoll.h"
#include "relay/gateway/GatewayServices.h"
#include "relay/gateway/TlsSession.h"

#include <map>
#include <optional>
#include <vector>

namespace recado::relay {

class SocketConnection;

/// What the connections of one I/O thread share. Used on that thread only, except for the inbox.
struct IoContext {
    explicit IoContext(GatewayServices given)
        : services(std::move(given)) {
        if (services.config.tls)
            tls.emplace(services.counters.incompleteBytes, services.config.incompleteBytes);
    }

    const GatewayServices services;
    base::Inbox inbox;
    EventPoll poll;
    /// Every read goes through this one buffer; connections keep only what is incomplete.
    std::vector<char> readBuffer = std::vector<char>(64 * 1'024);
    /// With TLS, the same for encrypted connections.
    std::optional<TlsWorkspace> tls;
    /// TLS handshakes that may still begin in this pass.
    int handshakesLeft = 0;
    /// Those that are under way, by id: the oldest first.
    std::map<quint64, SocketConnection*> shakingHands;
    /// Connections with something to flush, report or bury at the end of this turn of the event loop.
    std::vector<SocketConnection*> unsettled;
    /// Connections that are only told that there is no room.
    int turnedAway = 0;
    /// Connections that are not authenticated, by id: the oldest first.
    std::map<quint64, SocketConnection*> strangers;
    /// The loop is later than GatewayConfig::overloadLag.
    bool isLate = false;
};

} // namespace recado::relay
