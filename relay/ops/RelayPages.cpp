#include "relay/gateway/Gateway.h"
#include "relay/ops/BackupMark.h"
#include "relay/ops/MetricsPage.h"
#include "relay/ops/RelayParts.h"
#include "relay/ops/TraceExporter.h"
#include "relay/session/RelayCore.h"
#include "relay/storage/RelayDatabase.h"
#include "relay/storage/SqliteMailboxStore.h"

// What a relay tells over HTTP, and what it has to look up for that.
namespace recado::relay {

/// A request that names a trace becomes a span of it.
HttpResponse Relay::Parts::answerTraced(const HttpRequest& request) const {
    const QByteArray traceparent = tracing ? request.value("traceparent") : QByteArray();
    if (traceparent.isEmpty())
        return answerPublic(request);
    const qint64 startNs = MessageTrace::nowNs();
    HttpResponse response = answerPublic(request);
    tracing->request(traceparent, request.isHead() ? "HEAD" : "GET", response.status, startNs);
    return response;
}

HttpResponse Relay::Parts::answerPublic(const HttpRequest& request) const {
    HttpResponse response;
    response.body = QByteArrayLiteral("ok\n");
    if (request.path() == QByteArrayView("/healthz"))
        return response;
    if (request.path() == QByteArrayView("/readyz"))
        return accepting && database->healthy() ? response : plainResponse(503);
    return plainResponse(404);
}

HttpResponse Relay::Parts::answerAdmin(const HttpRequest& request) const {
    if (request.path() != QByteArrayView("/metrics"))
        return answerPublic(request);
    HttpResponse response;
    response.contentType = QByteArrayLiteral("text/plain; version=0.0.4; charset=utf-8");
    response.body = metricsPage(
        MetricsSource{.relay = core->metrics(),
                      .gateway = gateway->counters(),
                      .mailboxes = mailboxes->counters(),
                      .operations = operations,
                      .writer = database->counters(),
                      .process = ProcessUsage::now(),
                      .driver = config.gateway.driver == GatewayDriver::Epoll ? "epoll" : "portable",
                      .encrypted = config.encrypts(),
                      .healthy = database->healthy(),
                      .accepting = accepting,
                      .uptimeMs = machineClock.monotonicMs() - startedAtMs,
                      .bootEpoch = database->meta().bootEpoch});
    return response;
}

/// How much waits in all mailboxes, for the metrics. A scrape must not cost more with every account, so it is
/// counted on the reading thread, now and then.
void Relay::Parts::surveyMailboxes() {
    operations.lastBackupAtS = backupMark::read(config.dataDirectory);
    // Any operation brings the count of what lies in the log up to date, also where nothing else happens.
    mailboxes->usage({}, StoreCall{.inbox = &home.inbox()}, [](const auto&) {});
    database->read<MailboxUsage>(
        StoreCall{.inbox = &home.inbox()},
        [this](const StoreAnswer<MailboxUsage>& answer) {
            if (!answer.committed())
                return;
            mailboxes->counters().rowsWaiting = answer.value.count;
            mailboxes->counters().bytesWaiting = answer.value.bytes;
        },
        [](sql::Database& reading) -> base::Result<MailboxUsage> {
            RECADO_TRY(sql::Statement sum,
                       reading.query("SELECT total(envelopes), total(bytes) FROM mailbox"));
            MailboxUsage usage;
            RECADO_TRY(const bool found, sum.step());
            if (found)
                usage = {{}, quint64(sum.int64(0)), quint64(sum.int64(1))};
            return usage;
        });
}

} // namespace recado::relay
