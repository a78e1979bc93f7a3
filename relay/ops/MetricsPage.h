#pragma once

#include "relay/delivery/RelayMetrics.h"
#include "relay/gateway/GatewayCounters.h"
#include "sql/WriterCounters.h"

#include <QByteArray>

namespace recado::relay {

/// What a scrape shows.
struct MetricsSource {
    const RelayMetrics& relay;
    const GatewayCounters& gateway;
    sql::WriterCounters writer;
    bool healthy = true;
    qint64 uptimeMs = 0;
};

/// The Prometheus text format (version 0.0.4); every name begins with `recado_`. Counts only: nothing in it
/// names an account, an address or a device. Any thread.
QByteArray metricsPage(const MetricsSource& source);

} // namespace recado::relay
