#pragma once

#include "base/Inbox.h"
#include "relay/gateway/GatewayServices.h"
#include "relay/gateway/PortableTls.h"

#include <QWebSocketServer>

#include <atomic>
#include <functional>
#include <map>
#include <memory>

namespace recado::relay {

class PortableConnection;

/// What the connections of one thread of the portable driver share. Used on that thread only, except for the
/// inbox.
struct PortableContext {
    PortableContext(GatewayServices given, std::atomic<int>& strangersOfAll)
        : services(std::move(given))
        , allStrangers(strangersOfAll)
        , tls(services.config.tls.get()) {}

    const GatewayServices services;
    std::atomic<int>& allStrangers; // of every thread
    PortableTls tls;
    base::Inbox inbox;
    /// Upgrades what it is handed; made and destroyed on the thread, never listens.
    std::unique_ptr<QWebSocketServer> upgrader;
    /// Connections that are not authenticated, by id: the oldest first.
    std::map<quint64, PortableConnection*> strangers;
    /// The loop is later than GatewayConfig::overloadLag.
    bool isLate = false;
    /// Has the connection settle in a later turn. Set by the thread.
    std::function<void(PortableConnection&)> unsettle;
};

} // namespace recado::relay
