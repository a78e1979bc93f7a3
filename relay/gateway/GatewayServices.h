#pragma once

#include "base/Clock.h"
#include "relay/gateway/Connection.h"
#include "relay/gateway/GatewayConfig.h"
#include "relay/gateway/GatewayCounters.h"
#include "relay/gateway/Http.h"

namespace recado::relay {

class AddressBook;

/// What every I/O thread of one gateway is given.
struct GatewayServices {
    GatewayConfig config;
    const base::Clock& clock;
    ConnectionHandlerFactory sessions; // may be empty
    HttpHandler http;                  // may be empty
    GatewayCounters& counters;
    AddressBook& addresses;
};

} // namespace recado::relay
