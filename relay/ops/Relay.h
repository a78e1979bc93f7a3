#pragma once

#include "base/Result.h"
#include "relay/ops/RelayConfig.h"

#include <QString>

#include <functional>
#include <memory>

namespace recado::relay {

struct GatewayCounters;
struct RelayMetrics;

/// A whole relay in this process: database, logic, listener, control socket. It brings all its threads along,
/// so its owner needs no event loop; all functions are for the one thread that owns it.
class Relay {
public:
    /// Takes the data directory, opens the database and binds the listeners, without accepting anybody yet.
    /// Errors: `Configuration` (a value that cannot be, a name other than the stored one, an unencrypted
    /// public listener; the message begins with the key), `ProfileInUse` (another relay has the data
    /// directory), `IoFailed` (the port is taken), or what the database answers.
    static base::Result<std::unique_ptr<Relay>> create(RelayConfig config);

    Relay(const Relay&) = delete;
    Relay& operator=(const Relay&) = delete;
    /// stop()
    ~Relay();

    /// Begins to accept connections and administrative commands.
    void start();

    /// Stops accepting, finishes commits, closes sessions with "going away", closes the database. Blocks for
    /// at most a few seconds.
    void stop();

    /// Takes what may have been renewed beside us: the TLS certificate, for new connections. Says in the log
    /// how it went; happens soon after.
    void reload();

    /// `ws://HOST:PORT` (or `wss://`), with the real port.
    [[nodiscard]] QString url() const;
    /// `http://HOST:PORT`; empty without an admin listener.
    [[nodiscard]] QString adminUrl() const;
    /// The part of addresses after the `@`.
    [[nodiscard]] QString name() const;
    /// The token of the invitation made at the first start of a relay that asks for invitations; else empty.
    [[nodiscard]] QString firstInvitation() const;

    /// A new invitation; returns its token. Blocks until it is stored.
    base::Result<QString> createInvitation(quint32 uses, int expiresInDays);

    /// Calls `alive` on one of the relay's threads once every one of them has answered, which may be never.
    void whenAlive(const std::function<void()>& alive);

    [[nodiscard]] const RelayMetrics& metrics() const;
    [[nodiscard]] const GatewayCounters& gatewayCounters() const;

private:
    class Parts;
    explicit Relay(std::unique_ptr<Parts> parts);

    std::unique_ptr<Parts> m_parts;
};

} // namespace recado::relay
