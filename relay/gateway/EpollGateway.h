#pragma once

#include "relay/gateway/Gateway.h"

#include <memory>
#include <vector>

namespace recado::relay {

class AddressBook;
class IoThread;

/// The driver for Linux: a fixed number of I/O threads, each with its own listening socket on the shared port
/// and its own epoll descriptor.
class EpollGateway final : public Gateway {
public:
    /// Gateway::create().
    static base::Result<std::unique_ptr<Gateway>> create(const GatewayConfig& config,
                                                         const base::Clock& clock,
                                                         ConnectionHandlerFactory sessions, HttpHandler http);
    ~EpollGateway() override;

    [[nodiscard]] quint16 port() const override { return m_port; }
    void start() override;
    void stopAccepting() override;
    void stop(quint16 code, const QString& reason, std::chrono::milliseconds patience) override;
    [[nodiscard]] QVector<base::Inbox*> inboxes() const override;
    [[nodiscard]] const GatewayCounters& counters() const override { return m_counters; }

private:
    EpollGateway();

    quint16 m_port = 0;
    GatewayCounters m_counters;
    std::unique_ptr<AddressBook> m_addresses;
    std::vector<std::unique_ptr<IoThread>> m_threads;
    bool m_stopped = false;
};

} // namespace recado::relay
