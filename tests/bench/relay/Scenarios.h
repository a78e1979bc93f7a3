#pragma once

#include "bench/relay/BenchOptions.h"
#include "bench/relay/LoadCell.h"
#include "bench/relay/RecadoServer.h"
#include "bench/relay/ReportTable.h"

#include <memory>
#include <optional>
#include <vector>

namespace recado::tests::load {

using LoadCells = std::vector<std::unique_ptr<LoadCell>>;

/// What all scenarios of a run share.
struct BenchRun {
    BenchOptions options;
    QString directory; // scratch; gone after the run
    SeededAccounts accounts;
    /// Nothing was lost, doubled, out of order or unanswered, and every relay and floor ran.
    bool sound = true;

    /// Notes a cell's trouble on stdout; those of a relay or the floor fail the run.
    void noteTrouble(const LoadCell& cell, bool fails = true);
};

/// A relay of its own with `active` connected clients and `away` accounts more; for the durable figures.
std::unique_ptr<LoadCell> makeMailboxCell(const BenchRun& run, int active, int away);
RecadoServer& relayOf(LoadCell& cell);
double relayMetric(LoadCell& cell, const char* name);

/// CPU a message and messages a second, closed loop, the cells in turn.
ReportTable routingScenario(BenchRun& run, LoadCells& cells);
/// p50 and p99 at a fixed rate, open loop, the cells with the most idle connections in turn.
ReportTable latencyScenario(BenchRun& run, LoadCells& cells);
/// Memory of an idle connection, plain and with TLS, and how fast connections are accepted.
ReportTable connectionScenario(BenchRun& run, LoadCells& cells);
/// Accepts a second to offline devices, and to online ones that acknowledge after 10 ms.
ReportTable durableScenario(BenchRun& run);
/// A mailbox from connect to the last deletion on disk.
ReportTable drainScenario(BenchRun& run);

} // namespace recado::tests::load
