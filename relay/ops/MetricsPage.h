#pragma once

#include "relay/delivery/MailboxCounters.h"
#include "relay/delivery/RelayMetrics.h"
#include "relay/gateway/GatewayCounters.h"
#include "relay/ops/OperationsState.h"
#include "relay/ops/ProcessUsage.h"
#include "sql/WriterCounters.h"

#include <QByteArray>

#include <prometheus/collectable.h>

namespace recado::relay {

/// What a scrape shows. Counters are borrowed and read once.
struct MetricsSource {
    const RelayMetrics& relay;
    const GatewayCounters& gateway;
    const MailboxCounters& mailboxes;
    const OperationsState& operations;
    sql::WriterCounters writer;
    ProcessUsage process;
    /// Which gateway serves people: labels of the connections.
    const char* driver = "epoll";
    bool encrypted = false;
    bool healthy = true;
    bool accepting = true;
    qint64 uptimeMs = 0;
    qint64 bootEpoch = 0;
};

/// The relay's numbers as families for prometheus-cpp; every name begins with `recado_`, and no label holds
/// an account, an address or a device. Costs the same whatever the relay does. Any thread.
class RelayCollectable final : public prometheus::Collectable {
public:
    explicit RelayCollectable(const MetricsSource& source)
        : m_source(source) {}
    [[nodiscard]] std::vector<prometheus::MetricFamily> Collect() const override;

private:
    const MetricsSource& m_source;
};

/// The Prometheus text format (version 0.0.4). Any thread.
QByteArray metricsPage(const MetricsSource& source);

} // namespace recado::relay
