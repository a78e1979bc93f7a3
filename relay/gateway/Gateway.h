#pragma once

#include "base/Clock.h"
#include "base/Result.h"
#include "relay/gateway/Connection.h"
#include "relay/gateway/GatewayConfig.h"
#include "relay/gateway/GatewayCounters.h"
#include "relay/gateway/Http.h"

#include <QVector>

#include <chrono>
#include <memory>

namespace recado::base {
class Inbox;
}

namespace recado::relay {

/// The relay's door: WebSocket connections (RFC 6455) and small HTTP answers on one port, served by I/O
/// threads of its own. The drivers behind it (GatewayDriver) keep the same promises; one suite holds them to
/// these, docs/decisions has the reasons for two.
///
/// create(), start(), stop() and the destructor belong to one thread that is not an I/O thread. `clock` is
/// the one deadlines go by; it is borrowed.
class Gateway {
public:
    /// Makes the driver that `config` names. Binds and listens; connections wait in the system's queue until
    /// start(). Errors: `Configuration` for a host that is no address of this machine, `IoFailed` for a port
    /// that is taken, by another relay too. Without `sessions` no upgrade is answered; without `http` every
    /// plain request is a 404.
    static base::Result<std::unique_ptr<Gateway>> create(const GatewayConfig& config,
                                                         const base::Clock& clock,
                                                         ConnectionHandlerFactory sessions, HttpHandler http);

    Gateway(const Gateway&) = delete;
    Gateway& operator=(const Gateway&) = delete;
    /// stop() without any patience.
    virtual ~Gateway() = default;

    /// The real one, when the system was asked for a free one.
    [[nodiscard]] virtual quint16 port() const = 0;

    /// Begins to accept connections.
    virtual void start() = 0;

    /// Closes the listeners; connections go on.
    virtual void stopAccepting() = 0;

    /// Stops accepting, sends every connection a close frame behind what it has queued, waits up to
    /// `patience` for them to end, aborts the rest and joins the threads. All handlers are gone when it
    /// returns.
    virtual void stop(quint16 code, const QString& reason, std::chrono::milliseconds patience) = 0;

    /// One inbox an I/O thread; they live as long as the gateway, and run tasks until stop() returns.
    [[nodiscard]] virtual QVector<base::Inbox*> inboxes() const = 0;

    /// Any thread.
    [[nodiscard]] virtual const GatewayCounters& counters() const = 0;

protected:
    Gateway() = default;
};

} // namespace recado::relay
