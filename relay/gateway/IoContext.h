#pragma once

#include "base/Clock.h"
#include "base/Inbox.h"
#include "relay/gateway/Connection.h"
#include "relay/gateway/EventPoll.h"
#include "relay/gateway/GatewayConfig.h"
#include "relay/gateway/GatewayCounters.h"
#include "relay/gateway/Http.h"

#include <vector>

namespace recado::relay {

class AddressBook;
class SocketConnection;

/// What every I/O thread of one gateway is given.
struct GatewayServices {
    GatewayConfig config;
    const base::Clock& clock;
    ConnectionHandlerFactory sessions; // may be empty
    HttpHandler http;                  // may be empty
    GatewayCounters& counters;
    AddressBook& addresses;
};

/// What the connections of one I/O thread share. Used on that thread only, except for the inbox.
struct IoContext {
    explicit IoContext(GatewayServices given)
        : services(std::move(given)) {}

    const GatewayServices services;
    base::Inbox inbox;
    EventPoll poll;
    /// Every read goes through this one buffer; connections keep only what is incomplete.
    std::vector<char> readBuffer = std::vector<char>(64 * 1'024);
    /// Connections with something to flush, report or bury at the end of this turn of the event loop.
    std::vector<SocketConnection*> unsettled;
    /// Connections that are only told that there is no room.
    int turnedAway = 0;
};

} // namespace recado::relay
