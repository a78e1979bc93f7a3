#include "bench/Figures.h"
#include "bench/relay/Scenarios.h"

namespace recado::tests::load {

namespace {

LoadTraffic ring(int active) {
    LoadTraffic traffic;
    traffic.senders = active;
    traffic.receivers = active;
    traffic.shift = 1;
    return traffic;
}

QString idleText(const LoadCell& cell) {
    return grouped(cell.idle());
}

/// The cell named `name` with that many idle connections, if it ran.
const LoadCell* find(const LoadCells& cells, const QString& name, int idle) {
    for (const auto& cell : cells) {
        if (cell->name() == name && cell->idle() == idle && cell->trouble().isEmpty())
            return cell.get();
    }
    return nullptr;
}

void addRatio(ReportTable& table, const QString& what, const QVector<double>& over,
              const QVector<double>& under) {
    if (!over.isEmpty() && !under.isEmpty())
        table.notes << QStringLiteral("%1: %2").arg(what, spread(ratios(over, under), 2));
}

void routingNotes(ReportTable& table, const LoadCells& cells, const BenchOptions& options) {
    const QString relay = cells.front()->name();
    for (const auto& cell : cells) {
        const LoadCell* ours = find(cells, relay, cell->idle());
        if (cell->name() == relay || ours == nullptr)
            continue;
        addRatio(table,
                 QStringLiteral("CPU a message, relay / %1, %2 idle").arg(cell->name(), idleText(*cell)),
                 ours->cpuUs, cell->cpuUs);
    }
    const LoadCell* none = find(cells, relay, 0);
    const LoadCell* most = find(cells, relay, options.mostIdle());
    if (none != nullptr && most != nullptr && most != none)
        addRatio(table, QStringLiteral("messages a second, relay, %1 idle / none").arg(idleText(*most)),
                 most->perSecond, none->perSecond);
}

} // namespace

void BenchRun::noteTrouble(const LoadCell& cell, bool fails) {
    if (cell.trouble().isEmpty())
        return;
    printNote(QStringLiteral("%1%2 with %3 idle: %4")
                  .arg(fails ? QStringLiteral("FAILED: ") : QStringLiteral("not measured: "), cell.name(),
                       idleText(cell), cell.trouble()));
    sound = sound && !fails;
}

std::unique_ptr<LoadCell> makeMailboxCell(const BenchRun& run, int active, int away) {
    auto cell = std::make_unique<LoadCell>(QStringLiteral("relay"), active, 0,
                                           std::make_unique<RecadoServer>(run.accounts));
    cell->reserve(away);
    return cell;
}

RecadoServer& relayOf(LoadCell& cell) {
    return static_cast<RecadoServer&>(cell.server());
}

double relayMetric(LoadCell& cell, const char* name) {
    return relayOf(cell).metrics().value(name);
}

ReportTable routingScenario(BenchRun& run, LoadCells& cells) {
    LoadJob job;
    job.kind = LoadJob::Kind::ClosedLoop;
    job.traffic = ring(run.options.active);
    job.window = run.options.window;
    job.warmUpMilliseconds = 200;
    job.milliseconds = run.options.milliseconds;
    for (int round = 0; round < run.options.rounds; ++round) {
        for (const auto& cell : cells) {
            LoadResult result;
            if (!cell->run(job, result) || result.delivered == 0)
                continue;
            const auto messages = double(result.delivered);
            cell->cpuUs.push_back(result.serverCpuSeconds * 1e6 / messages);
            cell->generatorUs.push_back(result.generatorCpuSeconds * 1e6 / messages);
            cell->perSecond.push_back(messages / result.seconds);
        }
    }
    ReportTable table;
    table.title =
        QStringLiteral("Routing: %1 active connections, %2 unanswered a sender, closed loop; median "
                       "(range) of %3 interleaved rounds of %4 ms")
            .arg(grouped(run.options.active))
            .arg(run.options.window)
            .arg(run.options.rounds)
            .arg(run.options.milliseconds);
    table.columns = {QStringLiteral("server"), QStringLiteral("idle"), QStringLiteral("CPU µs a message"),
                     QStringLiteral("messages a second"), QStringLiteral("generator µs a message")};
    for (const auto& cell : cells)
        table.rows << QStringList{cell->name(), idleText(*cell), spread(cell->cpuUs, 1),
                                  spread(cell->perSecond, 0), spread(cell->generatorUs, 1)};
    routingNotes(table, cells, run.options);
    return table;
}

ReportTable latencyScenario(BenchRun& run, LoadCells& cells) {
    LoadJob job;
    job.kind = LoadJob::Kind::FixedRate;
    job.traffic = ring(run.options.active);
    job.perSecond = run.options.rate;
    job.warmUpMilliseconds = 300;
    job.milliseconds = run.options.milliseconds;
    for (int round = 0; round < run.options.rounds; ++round) {
        for (const auto& cell : cells) {
            LoadResult result;
            if (cell->idle() != run.options.mostIdle() || !cell->run(job, result))
                continue;
            if (!result.keptUp || result.delivered == 0) {
                printNote(QStringLiteral("  %1 does not keep up with %2 messages a second")
                              .arg(cell->name(), grouped(job.perSecond)));
                continue;
            }
            cell->deliveryP50.push_back(result.toDelivery.p50);
            cell->deliveryP99.push_back(result.toDelivery.p99);
            cell->answerP50.push_back(result.toAnswer.p50);
            cell->answerP99.push_back(result.toAnswer.p99);
            cell->fixedRateCpuUs.push_back(result.serverCpuSeconds * 1e6 / double(result.delivered));
        }
    }
    ReportTable table;
    table.title =
        QStringLiteral("Latency at %1 messages a second, open loop, %2 idle connections, ms; median "
                       "(range) of %3 rounds of %4 ms")
            .arg(grouped(run.options.rate), grouped(run.options.mostIdle()))
            .arg(run.options.rounds)
            .arg(run.options.milliseconds);
    table.columns = {QStringLiteral("server"), QStringLiteral("to delivery p50"),
                     QStringLiteral("p99"),    QStringLiteral("to the answer p50"),
                     QStringLiteral("p99"),    QStringLiteral("CPU µs a message")};
    const QString relay = cells.front()->name();
    const LoadCell* ours = find(cells, relay, run.options.mostIdle());
    for (const auto& cell : cells) {
        if (cell->idle() != run.options.mostIdle())
            continue;
        table.rows << QStringList{cell->name(),
                                  spread(cell->deliveryP50, 2),
                                  spread(cell->deliveryP99, 2),
                                  spread(cell->answerP50, 2),
                                  spread(cell->answerP99, 2),
                                  spread(cell->fixedRateCpuUs, 1)};
        if (ours != nullptr && cell.get() != ours) {
            addRatio(table, QStringLiteral("p99 to delivery, relay / %1").arg(cell->name()),
                     ours->deliveryP99, cell->deliveryP99);
            addRatio(table, QStringLiteral("p99 to the answer, relay / %1").arg(cell->name()),
                     ours->answerP99, cell->answerP99);
        }
    }
    table.notes << QStringLiteral("one commit here: fdatasync of 4 KiB takes %1 ms (p95)")
                       .arg(fdatasyncP95(run.directory), 0, 'f', 2);
    return table;
}

} // namespace recado::tests::load
