#include "bench/relay/Scenarios.h"

#include <unistd.h>

#include <algorithm>

namespace recado::tests::load {

namespace {

constexpr int reconnecting = 2'000;
constexpr int tlsConnections = 4'000;

/// Some of the idle clients go and come again, the cells in turn.
void reconnectInRounds(const BenchRun& run, LoadCells& cells) {
    for (int round = 0; round < run.options.rounds; ++round) {
        for (const auto& cell : cells) {
            const int count = std::min(cell->idle(), reconnecting);
            LoadResult result;
            // Peers give a client that vanished a while; their figure is that of their start.
            if (count == 0 || cell->idle() != run.options.mostIdle() || !cell->reconnects ||
                !cell->disconnect(cell->active(), count) || !cell->connect(cell->active(), count, result))
                continue;
            cell->connectsPerSecond.push_back(count / result.seconds);
            cell->connectCpuUs.push_back(result.serverCpuSeconds * 1e6 / count);
        }
    }
}

} // namespace

ReportTable connectionScenario(BenchRun& run, LoadCells& cells) {
    const int tlsIdle =
        std::min(run.options.mostIdle(), run.options.quick ? tlsConnections / 4 : tlsConnections);
    if (tlsIdle > 0) {
        auto cell = std::make_unique<LoadCell>(
            QStringLiteral("relay, TLS"), std::min(run.options.active, 100), tlsIdle,
            std::make_unique<RecadoServer>(run.accounts, RecadoServer::Encryption::Tls), true);
        cell->start(run.directory + QStringLiteral("/tls"));
        cells.push_back(std::move(cell));
    }
    reconnectInRounds(run, cells);
    ReportTable table;
    table.title = QStringLiteral("Connections: 64 being made at a time, then kept");
    table.columns = {QStringLiteral("server"), QStringLiteral("idle"), QStringLiteral("bytes a connection"),
                     QStringLiteral("accepted a second"), QStringLiteral("CPU µs an accept")};
    for (const auto& cell : cells) {
        if (!cell->connectsPerSecond.isEmpty())
            table.rows << QStringList{cell->name(), grouped(cell->idle()), grouped(cell->idleBytes),
                                      spread(cell->connectsPerSecond, 0), spread(cell->connectCpuUs, 0)};
    }
    table.notes << QStringLiteral(
        "bytes: growth of the server's private memory, half a second after the last "
        "connection; accepted: TCP, upgrade and authentication, for the relay with "
        "Ed25519 signatures on both sides");
    return table;
}

} // namespace recado::tests::load
