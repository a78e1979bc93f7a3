#pragma once

#include "relay/gateway/Gateway.h"

#include <atomic>
#include <memory>

namespace recado::tests {

/// A gateway on a free loopback port whose sessions echo. Messages that begin with a word do more:
/// `fill N` queues N KiB, `close CODE`, `abort`, `authenticate`, `key` (answers with the TLS key
/// hash), `seen` (answers with the close code that was seen last).
class EchoGateway {
public:
    struct Seen {
        std::atomic<int> opened{0};
        std::atomic<int> closed{0};
        std::atomic<int> lastCode{0};
        std::atomic<int> writable{0};
        std::atomic<qint64> mostQueued{0};
    };

    explicit EchoGateway(const relay::GatewayConfig& config);

    [[nodiscard]] bool isRunning() const { return m_gateway != nullptr; }
    [[nodiscard]] quint16 port() const { return m_gateway->port(); }
    [[nodiscard]] relay::Gateway& gateway() { return *m_gateway; }
    [[nodiscard]] const relay::GatewayCounters& counters() const { return m_gateway->counters(); }
    [[nodiscard]] const Seen& seen() const { return m_seen; }

private:
    base::SystemClock m_clock;
    Seen m_seen;
    std::unique_ptr<relay::Gateway> m_gateway;
};

} // namespace recado::tests
