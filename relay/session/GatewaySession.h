#pragma once

#include "relay/gateway/Connection.h"
#include "relay/session/RelayCore.h"

#include <memory>

namespace recado::relay {

/// Joins a connection of the gateway with a session of the core. I/O thread.
class GatewaySession final : public ConnectionHandler, private SessionLink {
public:
    /// For Gateway::create(). The core is borrowed and outlives the gateway's connections.
    static ConnectionHandlerFactory factory(RelayCore& core);

    GatewaySession(RelayCore& core, Connection& connection);

    void onMessage(QByteArray message) override;
    void onWritable() override;
    void onClosed(quint16 code) override;

private:
    void send(const QByteArray& message) override;
    void close(CloseCode code, const QString& reason) override;
    [[nodiscard]] qint64 queuedBytes() const override;
    [[nodiscard]] QByteArray tlsKeyHash() const override { return m_connection.tlsKeyHash(); }
    void markAuthenticated() override;
    void setReading(bool reading) override;
    void note(Conduct conduct) override;

    Connection& m_connection;
    std::unique_ptr<SessionHandler> m_session;
};

} // namespace recado::relay
