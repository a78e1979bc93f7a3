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
#include <vector>

namespace recado::base {
class Inbox;
}

namespace recado::relay {

class AddressBook;
class IoThread;

/// The relay's door: WebSocket connections (RFC 6455) and small HTTP answers on one port, served by a fixed
/// number of I/O threads, each with its own epoll descriptor.
///
/// create(), start(), stop() and the destructor belong to one thread that is not an I/O thread. `clock` is
/// the one deadlines go by; it is borrowed.
class Gateway {
public:
    /// Binds and listens; connections wait in the system's queue until start(). Errors: `Configuration` for a
    /// host that is no address of this machine, `IoFailed` for a port that is taken, by another relay too.
    /// Without `sessions` no upgrade is answered; without `http` every plain request is a 404.
    static base::Result<std::unique_ptr<Gateway>> create(const GatewayConfig& config,
                                                         const base::Clock& clock,
                                                         ConnectionHandlerFactory sessions, HttpHandler http);

    Gateway(const Gateway&) = delete;
    Gateway& operator=(const Gateway&) = delete;
    /// stop() without any patience.
    ~Gateway();

    [[nodiscard]] quint16 port() const { return m_port; }

    /// Begins to accept connections.
    void start();

    /// Closes the listeners; connections go on.
    void stopAccepting();

    /// Stops accepting, sends every connection a close frame behind what it has queued, waits up to
    /// `patience` for them to end, aborts the rest and joins the threads. All handlers are gone when it
    /// returns.
    void stop(quint16 code, const QString& reason, std::chrono::milliseconds patience);

    /// One inbox an I/O thread; they live as long as the gateway, and run tasks until stop() returns.
    [[nodiscard]] QVector<base::Inbox*> inboxes() const;

    /// Any thread.
    [[nodiscard]] const GatewayCounters& counters() const { return m_counters; }

private:
    Gateway();

    quint16 m_port = 0;
    GatewayCounters m_counters;
    std::unique_ptr<AddressBook> m_addresses;
    std::vector<std::unique_ptr<IoThread>> m_threads;
    bool m_stopped = false;
};

} // namespace recado::relay
