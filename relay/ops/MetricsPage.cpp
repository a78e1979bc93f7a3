#include "relay/ops/MetricsPage.h"

#include "relay/ops/MetricFamilies.h"

#include <prometheus/text_serializer.h>

#include <algorithm>
#include <sstream>

namespace recado::relay {

namespace {

using Labels = MetricFamilies::Labels;
using base::Reason;

constexpr double millisecond = 1e-3;
constexpr double microsecond = 1e-6;

// These are there from the start, so that the first one of them is an increase and not a new series.
constexpr std::array expectedRefusals{Reason::RateLimited,      Reason::Busy,
                                      Reason::QuotaExceeded,    Reason::StaleDevices,
                                      Reason::MessageTooLong,   Reason::InvalidArgument,
                                      Reason::UnknownRecipient, Reason::NotPermitted};

template <typename Counters>
void addByReason(MetricFamilies& page, const char* name, const char* help, const Counters& counters) {
    for (std::size_t index = 0; index < counters.size(); ++index) {
        const auto reason = Reason(index);
        const bool expected =
            std::find(expectedRefusals.begin(), expectedRefusals.end(), reason) != expectedRefusals.end();
        const std::uint64_t count = counters[index];
        if (count > 0 || expected)
            page.counter(name, help, double(count), Labels{{"reason", base::reasonName(reason).data()}});
    }
}

void addLatency(MetricFamilies& page, const char* name, const char* help, const LatencyHistogram& latency) {
    page.histogram(
        name, help, LatencyHistogram::boundsUs, [&](std::size_t index) { return latency.bucket(index); },
        microsecond, double(latency.sumUs()));
}

void addRelay(MetricFamilies& page, const MetricsSource& source) {
    page.gauge("recado_up", "1 while the store works", source.healthy ? 1 : 0);
    page.gauge("recado_accepting", "1 while connections are accepted", source.accepting ? 1 : 0);
    page.gauge("recado_uptime_seconds", "Since the start", double(source.uptimeMs) * millisecond);
    page.gauge("recado_build_info", "Always 1; what runs here", 1,
               {{"version", RECADO_VERSION}, {"qt", qVersion()}});
    page.gauge("recado_boot_epoch", "Grows by one with every start", double(source.bootEpoch));
    page.gauge("recado_certificate_expiry_timestamp_seconds",
               "When the served certificate expires, since 1970; 0 without TLS",
               double(source.operations.certificateExpiresAtS));
    page.gauge("recado_backup_timestamp_seconds",
               "When the latest backup was complete, since 1970; 0 when none is known",
               double(source.operations.lastBackupAtS));
    page.counter("recado_trace_spans_exported_total", "Spans a collector took",
                 double(source.operations.spansExported));
    page.counter("recado_trace_spans_dropped_total",
                 "Spans lost: the queue was full or no collector took them",
                 double(source.operations.spansDropped));
}

void addGateway(MetricFamilies& page, const MetricsSource& source) {
    const GatewayCounters& gateway = source.gateway;
    page.gauge("recado_connections", "Connections now, in any state", double(gateway.open));
    page.gauge("recado_connections_open", "The same by driver and encryption", double(gateway.open),
               {{"driver", source.driver}, {"tls", source.encrypted ? "true" : "false"}});
    page.gauge("recado_incomplete_bytes", "Kept now of messages that are not complete",
               double(gateway.incompleteBytes));
    page.gauge("recado_outgoing_bytes", "Queued now by connections whose peers read slowly",
               double(gateway.outgoingBytes));
    page.gauge("recado_loop_lag_seconds", "How late an I/O thread's loop was when last looked at",
               double(gateway.loopLagMs) * millisecond);
    page.counter("recado_connections_accepted_total", "Connections accepted", double(gateway.accepted));
    page.counter("recado_connections_upgraded_total", "WebSocket handshakes completed",
                 double(gateway.upgraded));
    page.counter("recado_connections_refused_total", "Connections there was no room for",
                 double(gateway.refused));
    page.counter("recado_connections_too_fast_total",
                 "Connections refused because their address makes too many", double(gateway.tooFast));
    page.counter("recado_connections_displaced_total", "Strangers that went for newer ones",
                 double(gateway.displaced));
    page.counter("recado_upgrades_shed_total", "Upgrades refused because there is too much to do",
                 double(gateway.shed));
    page.counter("recado_connections_timed_out_total",
                 "Connections ended by a deadline, stalled ones included", double(gateway.timedOut));
    page.counter("recado_protocol_violations_total", "Connections ended for breaking RFC 6455 or a limit",
                 double(gateway.violations));
    page.counter("recado_slow_readers_total", "Connections aborted because the peer did not read",
                 double(gateway.overflows));
    page.counter("recado_tls_handshakes_total", "TLS handshakes completed", double(gateway.tlsHandshakes));
    page.counter("recado_tls_failures_total", "TLS handshakes or records that were none",
                 double(gateway.tlsFailures));
    page.counter("recado_http_requests_total", "HTTP requests, upgrades included",
                 double(gateway.httpRequests));
    page.counter("recado_messages_received_total", "WebSocket messages received", double(gateway.messagesIn));
    page.counter("recado_messages_sent_total", "WebSocket messages queued for sending",
                 double(gateway.messagesOut));
    page.counter("recado_bytes_received_total", "Bytes received", double(gateway.bytesIn));
    page.counter("recado_bytes_sent_total", "Bytes sent", double(gateway.bytesOut));
}

void addSessions(MetricFamilies& page, const RelayMetrics& relay) {
    page.gauge("recado_sessions", "Connections with a session", double(relay.sessions));
    page.gauge("recado_devices_connected", "Authenticated connections", double(relay.devicesConnected));
    page.counter("recado_authentications_total", "Successful authentications", double(relay.authentications));
    page.counter("recado_authentication_failures_total", "Refused authentications",
                 double(relay.authenticationFailures));
    page.counter("recado_registrations_total", "Accounts registered", double(relay.registrations));
    addByReason(page, "recado_errors_total", "Error frames sent, by reason", relay.errors);
    const auto limited = std::size_t(Reason::RateLimited);
    page.counter("recado_rate_limited_total", "Requests and submissions refused for being too many",
                 double(relay.errors[limited] + relay.refused[limited]));
}

void addDelivery(MetricFamilies& page, const RelayMetrics& relay) {
    page.gauge("recado_submissions_in_flight", "Submissions not answered yet",
               double(relay.submissionsInFlight));
    page.counter("recado_submissions_total", "Submissions received", double(relay.submitted));
    page.counter("recado_submission_duplicates_total", "Submissions that were known already",
                 double(relay.duplicates));
    page.counter("recado_submissions_accepted_total", "Submissions accepted", double(relay.accepted));
    addByReason(page, "recado_submissions_refused_total", "Submissions refused, by reason", relay.refused);
    page.counter("recado_submissions_shed_total", "Submissions refused because the store lags",
                 double(relay.shed));
    page.counter("recado_reading_pauses_total",
                 "Connections not read for a while because they asked for much", double(relay.pauses));
    page.counter("recado_delivered_live_total", "Envelopes delivered as they came",
                 double(relay.deliveredLive));
    page.counter("recado_delivered_mailbox_total", "Envelopes delivered from a mailbox",
                 double(relay.deliveredFromMailbox));
    page.counter("recado_acknowledged_total", "Envelopes deleted after an acknowledgement",
                 double(relay.acknowledged));
    page.counter("recado_expired_total", "Envelopes nobody fetched in time", double(relay.expired));
    page.counter("recado_ephemeral_forwarded_total", "Typing notices forwarded",
                 double(relay.ephemeralForwarded));
    page.counter("recado_ephemeral_dropped_total", "Typing notices dropped", double(relay.ephemeralDropped));
    addLatency(page, "recado_accept_seconds", "From a submission to its acceptance", relay.acceptLatency);
    addLatency(page, "recado_accept_to_deliver_seconds",
               "From a submission to its envelope on a receiver's connection, delivered live",
               relay.deliverLatency);
}

void addStore(MetricFamilies& page, const MetricsSource& source) {
    const sql::WriterCounters& writer = source.writer;
    page.gauge("recado_store_queued_jobs", "Changes waiting for the writer", double(writer.queuedJobs));
    page.gauge("recado_store_queued_bytes", "What they hold in memory", double(writer.queuedBytes));
    page.counter("recado_store_jobs_total", "Changes committed", double(writer.jobs));
    page.counter("recado_store_failed_jobs_total", "Changes undone", double(writer.failedJobs));
    page.counter("recado_store_busy_jobs_total", "Changes turned away", double(writer.busyJobs));
    page.counter("recado_store_failed_commits_total", "Commits that failed", double(writer.failedCommits));
    page.counter("recado_store_failed_recoveries_total", "Attempts to write again after a failed commit",
                 double(writer.failedRecoveries));
    page.histogram(
        "recado_store_commit_seconds", "Time of one commit", sql::WriterCounters::bucketMicroseconds,
        [&](std::size_t index) { return writer.commitBuckets[index]; }, microsecond,
        double(writer.commitMicroseconds));
    page.histogram(
        "recado_store_commit_jobs", "Changes that share one commit", sql::WriterCounters::bucketJobs,
        [&](std::size_t index) { return writer.sizeBuckets[index]; }, 1, double(writer.committedJobs));
    const MailboxCounters& mailboxes = source.mailboxes;
    page.counter("recado_mailbox_rows_written_total", "Envelopes written to mailboxes",
                 double(mailboxes.rowsWritten));
    page.counter("recado_mailbox_rows_cancelled_total",
                 "Envelopes acknowledged before their commit, and never written",
                 double(mailboxes.rowsCancelled));
    page.gauge("recado_mailbox_rows", "Envelopes waiting in all mailboxes; counted now and then",
               double(mailboxes.rowsWaiting + mailboxes.rowsLogged));
    page.gauge("recado_mailbox_bytes", "What they hold",
               double(mailboxes.bytesWaiting + mailboxes.bytesLogged));
}

void addProcess(MetricFamilies& page, const ProcessUsage& process) {
    page.gauge("recado_process_resident_bytes", "Memory in use", double(process.residentBytes));
    page.gauge("recado_process_open_fds", "Descriptors in use", double(process.openDescriptors));
    page.gauge("recado_process_max_fds", "Descriptors there may be", double(process.mostDescriptors));
    page.gauge("recado_process_threads", "Threads", double(process.threads));
    page.counter("recado_process_cpu_seconds_total", "Processor time, user and system", process.cpuSeconds);
}

} // namespace

std::vector<prometheus::MetricFamily> RelayCollectable::Collect() const {
    MetricFamilies page;
    addRelay(page, m_source);
    addGateway(page, m_source);
    addSessions(page, m_source.relay);
    addDelivery(page, m_source.relay);
    addStore(page, m_source);
    addProcess(page, m_source.process);
    return page.take();
}

QByteArray metricsPage(const MetricsSource& source) {
    std::ostringstream out;
    prometheus::TextSerializer().Serialize(out, RelayCollectable(source).Collect());
    return QByteArray::fromStdString(out.str());
}

} // namespace recado::relay
