#pragma once

#include "relay/gateway/Gateway.h"
#include "relay/gateway/GatewayServices.h"
#include "relay/gateway/PortableListener.h"
#include "relay/gateway/PortableThread.h"

#include <QHostAddress>

#include <memory>
#include <mutex>
#include <vector>

namespace recado::relay {

/// The driver for every system Qt knows: one thread accepts, others serve up to `socketsAThread` connections
/// each by QTcpSocket or QSslSocket and QWebSocketServer; there are as many of them as are needed.
class PortableGateway final : public Gateway {
public:
    /// Gateway::create().
    static base::Result<std::unique_ptr<Gateway>> create(const GatewayConfig& config,
                                                         const base::Clock& clock,
                                                         ConnectionHandlerFactory sessions, HttpHandler http);
    ~PortableGateway() override;

    [[nodiscard]] quint16 port() const override { return m_port; }
    void start() override;
    void stopAccepting() override;
    void stop(quint16 code, const QString& reason, std::chrono::milliseconds patience) override;
    [[nodiscard]] QVector<base::Inbox*> inboxes() const override;
    [[nodiscard]] const GatewayCounters& counters() const override { return m_counters; }

private:
    PortableGateway(const GatewayConfig& config, const base::Clock& clock, ConnectionHandlerFactory sessions,
                    HttpHandler http);

    base::Status listen(const QHostAddress& address, quint16 port);
    void accept(qintptr descriptor);
    PortableThread& addThread();

    GatewayCounters m_counters;
    std::unique_ptr<AddressBook> m_addresses;
    const GatewayServices m_services;
    std::atomic<int> m_strangers{0};
    quint16 m_port = 0;
    bool m_stopped = false;

    mutable std::mutex m_threadsMutex; // others look while the accepting thread adds
    std::vector<std::unique_ptr<PortableThread>> m_threads;

    QThread m_accepting;
    ThreadEnd m_acceptingEnd;
    base::Inbox m_inbox;
    std::unique_ptr<PortableListener> m_listener; // lives on that thread
};

} // namespace recado::relay
