#include "bench/Benches.h"
#include "bench/Figures.h"
#include "bench/relay/FloorServer.h"
#include "bench/relay/Scenarios.h"

#ifdef RECADO_BENCH_PEERS
#include "bench/relay/peers/Peers.h"
#endif

#include <QFile>
#include <QTemporaryDir>

#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>

namespace recado::tests {

namespace {

using namespace load;

QString machineText(const BenchRun& run) {
    utsname system{};
    uname(&system);
    return QStringLiteral("%1 cores, Linux %2, %3 descriptors a process, fdatasync of 4 KiB p95 %4 ms")
        .arg(sysconf(_SC_NPROCESSORS_ONLN))
        .arg(QString::fromLatin1(system.release))
        .arg(mostClients())
        .arg(fdatasyncP95(run.directory), 0, 'f', 2);
}

/// Peers may fail without failing the run.
bool isOurs(const LoadCell& cell) {
    return cell.name().startsWith(QLatin1String("relay")) || cell.name() == QLatin1String("floor");
}

/// The relay first: the ratios are of its figures over those of the others.
LoadCells makeCells(const BenchRun& run) {
    LoadCells cells;
    const BenchOptions& options = run.options;
    const auto add = [&](const QString& name, int idle, std::unique_ptr<LoadServer> server) {
        cells.push_back(std::make_unique<LoadCell>(name, options.active, idle, std::move(server)));
    };
    for (const int idle : options.idle)
        add(QStringLiteral("relay"), idle, std::make_unique<RecadoServer>(run.accounts));
    if (options.limit) {
        for (const int idle : options.idle)
            add(QStringLiteral("floor"), idle, std::make_unique<FloorServer>());
    }
#ifdef RECADO_BENCH_PEERS
    if (options.peers) {
        for (auto& peer : peerServers()) {
            const QString name = peer->name();
            add(name, options.mostIdle(), std::move(peer));
        }
    }
#endif
    for (const auto& cell : cells)
        cell->reconnects = isOurs(*cell);
    return cells;
}

void startCells(BenchRun& run, LoadCells& cells) {
    for (std::size_t number = 0; number < cells.size(); ++number) {
        LoadCell& cell = *cells[number];
        if (!cell.start(run.directory + QStringLiteral("/cell%1").arg(number)))
            run.noteTrouble(cell, isOurs(cell));
    }
}

void report(const ReportTable& table, QString& markdown) {
    printNote(table.toText());
    markdown += table.toMarkdown();
}

bool writeMarkdown(const BenchOptions& options, const QString& machine, const QString& tables) {
    QFile file(options.markdownFile);
    if (!file.open(QIODevice::WriteOnly))
        return false;
    const QString text = QStringLiteral("`%1` on %2:\n\n%3").arg(options.command(), machine, tables);
    return file.write(text.toUtf8()) > 0;
}

void routeAndConnect(BenchRun& run, QString& markdown) {
    if (!run.options.wants(QStringLiteral("routing")) && !run.options.wants(QStringLiteral("latency")) &&
        !run.options.wants(QStringLiteral("memory")))
        return;
    LoadCells cells = makeCells(run);
    startCells(run, cells);
    if (run.options.wants(QStringLiteral("routing")))
        report(routingScenario(run, cells), markdown);
    if (run.options.wants(QStringLiteral("latency")))
        report(latencyScenario(run, cells), markdown);
    if (run.options.wants(QStringLiteral("memory")))
        report(connectionScenario(run, cells), markdown);
    for (const auto& cell : cells)
        run.noteTrouble(*cell, isOurs(*cell));
}

} // namespace

int relayBench(const QStringList& words) {
    const auto options = BenchOptions::parse(words);
    if (!options)
        return 2;
    const QTemporaryDir directory;
    BenchRun run{*options, directory.path(), {}, true};
    const QString machine = machineText(run);
    printNote(machine);
    // The scenarios with mailboxes want a thousand accounts, whatever was asked for.
    run.accounts =
        SeededAccounts::make(run.directory, std::max(options->active + options->mostIdle(), 1'100));
    if (run.accounts.devices->empty())
        return 1;
    QString markdown;
    routeAndConnect(run, markdown);
    if (options->wants(QStringLiteral("durable")))
        report(durableScenario(run), markdown);
    if (options->wants(QStringLiteral("drain")))
        report(drainScenario(run), markdown);
    if (!options->markdownFile.isEmpty() && !writeMarkdown(*options, machine, markdown))
        printNote(QStringLiteral("cannot write ") + options->markdownFile);
    printNote(run.sound ? QStringLiteral("every message was delivered once, in order, and answered")
                        : QStringLiteral("FAILED: see above"));
    return run.sound ? 0 : 1;
}

} // namespace recado::tests
