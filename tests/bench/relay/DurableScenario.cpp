#include "bench/Figures.h"
#include "bench/relay/Scenarios.h"

namespace recado::tests::load {

namespace {

constexpr int senders = 500;
constexpr int receivers = 500;
constexpr int offlineWindow = 16;
constexpr int onlineWindow = 16;
constexpr int acknowledgeAfterMs = 10;

/// What one kind of receiver gave, one value a round.
struct DurableFigures {
    QVector<double> perSecond;
    QVector<double> cpuUs;
    QVector<double> answerP50;
    QVector<double> answerP99;
    QVector<double> rowsPerMessage;

    [[nodiscard]] QStringList row(const QString& name) const {
        return {name,
                spread(perSecond, 0),
                spread(cpuUs, 1),
                spread(answerP50, 1),
                spread(answerP99, 1),
                spread(rowsPerMessage, 2)};
    }
};

bool measure(LoadCell& cell, const LoadJob& job, DurableFigures& figures) {
    const double rowsBefore = relayMetric(cell, "recado_mailbox_rows_written_total");
    LoadResult result;
    if (!cell.run(job, result) || result.accepted == 0)
        return false;
    const double rows = relayMetric(cell, "recado_mailbox_rows_written_total") - rowsBefore;
    const auto messages = double(result.accepted);
    figures.perSecond.push_back(messages / result.seconds);
    figures.cpuUs.push_back(result.serverCpuSeconds * 1e6 / messages);
    figures.answerP50.push_back(result.toAnswer.p50);
    figures.answerP99.push_back(result.toAnswer.p99);
    figures.rowsPerMessage.push_back(rows / double(result.acceptedInAll));
    return true;
}

/// The receivers come, take what waits, and everything that was accepted must be there.
bool fetchAll(LoadCell& cell) {
    LoadJob job;
    job.kind = LoadJob::Kind::Settle;
    LoadResult result;
    return cell.connect(senders, receivers, result) && cell.run(job, result);
}

LoadJob pairsJob(const BenchRun& run, int window) {
    LoadJob job;
    job.kind = LoadJob::Kind::ClosedLoop;
    job.traffic.senders = senders;
    job.traffic.firstReceiver = senders;
    job.traffic.receivers = receivers;
    job.window = window;
    job.warmUpMilliseconds = 200;
    job.milliseconds = run.options.milliseconds;
    return job;
}

} // namespace

ReportTable durableScenario(BenchRun& run) {
    const auto cell = makeMailboxCell(run, senders, receivers);
    LoadJob offline = pairsJob(run, offlineWindow);
    offline.traffic.online = false;
    LoadJob online = pairsJob(run, onlineWindow);
    online.traffic.acknowledgeAfterMs = acknowledgeAfterMs;
    DurableFigures offlineFigures;
    DurableFigures onlineFigures;
    bool going = cell->start(run.directory + QStringLiteral("/durable"));
    for (int round = 0; round < run.options.rounds && going; ++round)
        going = measure(*cell, offline, offlineFigures) && fetchAll(*cell) &&
                measure(*cell, online, onlineFigures) && cell->disconnect(senders, receivers);
    run.noteTrouble(*cell);
    ReportTable table;
    table.title =
        QStringLiteral("Durable accepts: %1 senders with %2 unanswered messages each to %3 devices; "
                       "median (range) of %4 rounds of %5 ms")
            .arg(senders)
            .arg(offlineWindow)
            .arg(receivers)
            .arg(run.options.rounds)
            .arg(run.options.milliseconds);
    table.columns = {QStringLiteral("receivers"),        QStringLiteral("accepts a second"),
                     QStringLiteral("CPU µs a message"), QStringLiteral("to the answer p50 ms"),
                     QStringLiteral("p99 ms"),           QStringLiteral("rows written a message")};
    table.rows << offlineFigures.row(QStringLiteral("offline"))
               << onlineFigures.row(QStringLiteral("online, acknowledging after 10 ms"));
    table.notes
        << QStringLiteral("after each round the offline devices connect and take everything: all that "
                          "was accepted must come, once and in order")
        << QStringLiteral("fdatasync of 4 KiB takes %1 ms (p95)").arg(fdatasyncP95(run.directory), 0, 'f', 2);
    return table;
}

} // namespace recado::tests::load
