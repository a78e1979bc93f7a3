#include "relay/ops/MetricsPage.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <limits>
#include <sstream>

namespace recado::relay {

namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

constexpr double millisecond = 1e-3;
constexpr double microsecond = 1e-6;

/// Collects families; the numbers are read once, as they are now.
class Page {
public:
    void gauge(const char* name, const char* help, double value) {
        ClientMetric metric;
        metric.gauge.value = value;
        add(name, help, MetricType::Gauge).push_back(metric);
    }

    void counter(const char* name, const char* help, std::uint64_t value) {
        add(name, help, MetricType::Counter).push_back(counted(value));
    }

    /// One family, told apart by one label.
    std::vector<ClientMetric>& counters(const char* name, const char* help) {
        return add(name, help, MetricType::Counter);
    }

    static ClientMetric counted(std::uint64_t value) {
        ClientMetric metric;
        metric.counter.value = double(value);
        return metric;
    }

    /// `counts` has one more bucket than `bounds`, not cumulative.
    template <typename Bounds, typename CountAt>
    void histogram(const char* name, const char* help, const Bounds& bounds, CountAt countAt, double unit,
                   double sum) {
        ClientMetric metric;
        std::uint64_t cumulative = 0;
        for (std::size_t index = 0; index <= bounds.size(); ++index) {
            cumulative += countAt(index);
            const double bound = index < bounds.size() ? double(bounds[index]) * unit
                                                       : std::numeric_limits<double>::infinity();
            metric.histogram.bucket.push_back({cumulative, bound});
        }
        metric.histogram.sample_count = cumulative;
        metric.histogram.sample_sum = sum * unit;
        add(name, help, MetricType::Histogram).push_back(metric);
    }

    [[nodiscard]] QByteArray text() const {
        std::ostringstream out;
        prometheus::TextSerializer().Serialize(out, m_families);
        return QByteArray::fromStdString(out.str());
    }

private:
    std::vector<ClientMetric>& add(const char* name, const char* help, MetricType type) {
        MetricFamily family;
        family.name = name;
        family.help = help;
        family.type = type;
        m_families.push_back(std::move(family));
        return m_families.back().metric;
    }

    std::vector<MetricFamily> m_families;
};

void addGateway(Page& page, const GatewayCounters& gateway) {
    page.gauge("recado_connections", "Connections now, in any state", double(gateway.open));
    page.counter("recado_connections_accepted_total", "Connections accepted", gateway.accepted);
    page.counter("recado_connections_upgraded_total", "WebSocket handshakes completed", gateway.upgraded);
    page.counter("recado_connections_refused_total", "Connections there was no room for", gateway.refused);
    page.counter("recado_connections_timed_out_total", "Connections ended by a deadline", gateway.timedOut);
    page.counter("recado_protocol_violations_total", "Connections ended for breaking RFC 6455 or a limit",
                 gateway.violations);
    page.counter("recado_slow_readers_total", "Connections dropped because the peer did not read",
                 gateway.overflows);
    page.counter("recado_http_requests_total", "HTTP requests, upgrades included", gateway.httpRequests);
    page.counter("recado_messages_received_total", "WebSocket messages received", gateway.messagesIn);
    page.counter("recado_messages_sent_total", "WebSocket messages queued for sending", gateway.messagesOut);
    page.counter("recado_bytes_received_total", "Bytes received", gateway.bytesIn);
    page.counter("recado_bytes_sent_total", "Bytes sent", gateway.bytesOut);
}

void addDelivery(Page& page, const RelayMetrics& relay) {
    page.gauge("recado_sessions", "Connections with a session", double(relay.sessions));
    page.gauge("recado_devices_connected", "Authenticated connections", double(relay.devicesConnected));
    page.gauge("recado_submissions_in_flight", "Submissions not answered yet",
               double(relay.submissionsInFlight));
    page.counter("recado_authentications_total", "Successful authentications", relay.authentications);
    page.counter("recado_authentication_failures_total", "Refused authentications",
                 relay.authenticationFailures);
    page.counter("recado_registrations_total", "Accounts registered", relay.registrations);
    page.counter("recado_submissions_total", "Submissions received", relay.submitted);
    page.counter("recado_submission_duplicates_total", "Submissions that were known already",
                 relay.duplicates);
    page.counter("recado_submissions_accepted_total", "Submissions accepted", relay.accepted);
    page.counter("recado_delivered_live_total", "Envelopes delivered as they came", relay.deliveredLive);
    page.counter("recado_delivered_mailbox_total", "Envelopes delivered from a mailbox",
                 relay.deliveredFromMailbox);
    page.counter("recado_acknowledged_total", "Envelopes deleted after an acknowledgement",
                 relay.acknowledged);
    page.counter("recado_expired_total", "Envelopes nobody fetched in time", relay.expired);
    page.counter("recado_ephemeral_forwarded_total", "Typing notices forwarded", relay.ephemeralForwarded);
    page.counter("recado_ephemeral_dropped_total", "Typing notices dropped", relay.ephemeralDropped);
    std::vector<ClientMetric>& refused =
        page.counters("recado_submissions_refused_total", "Submissions refused, by reason");
    for (std::size_t reason = 0; reason < relay.refused.size(); ++reason) {
        if (relay.refused[reason] == 0)
            continue;
        ClientMetric metric = Page::counted(relay.refused[reason]);
        metric.label.push_back({"reason", base::reasonName(base::Reason(reason)).data()});
        refused.push_back(std::move(metric));
    }
    page.histogram(
        "recado_accept_seconds", "From a submission to its acceptance", LatencyHistogram::boundsMs,
        [&](std::size_t index) { return relay.acceptLatency.bucket(index); }, millisecond,
        double(relay.acceptLatency.sumMs()));
}

void addStore(Page& page, const sql::WriterCounters& writer) {
    page.gauge("recado_store_queued_jobs", "Changes waiting for the writer", double(writer.queuedJobs));
    page.gauge("recado_store_queued_bytes", "What they hold in memory", double(writer.queuedBytes));
    page.counter("recado_store_jobs_total", "Changes committed", writer.jobs);
    page.counter("recado_store_failed_jobs_total", "Changes undone", writer.failedJobs);
    page.counter("recado_store_busy_jobs_total", "Changes turned away", writer.busyJobs);
    page.counter("recado_store_failed_commits_total", "Commits that failed", writer.failedCommits);
    page.histogram(
        "recado_store_commit_seconds", "Time of one commit", sql::WriterCounters::bucketMicroseconds,
        [&](std::size_t index) { return writer.commitBuckets[index]; }, microsecond,
        double(writer.commitMicroseconds));
}

} // namespace

QByteArray metricsPage(const MetricsSource& source) {
    Page page;
    page.gauge("recado_up", "1 while the store works", source.healthy ? 1 : 0);
    page.gauge("recado_uptime_seconds", "Since the start", double(source.uptimeMs) * millisecond);
    addGateway(page, source.gateway);
    addDelivery(page, source.relay);
    addStore(page, source.writer);
    return page.text();
}

} // namespace recado::relay
