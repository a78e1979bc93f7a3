#include "bench/relay/Scenarios.h"
#include "support/ChildProcess.h"

#include <unistd.h>

#include <algorithm>

namespace recado::tests::load {

namespace {

constexpr int mailboxSenders = 100;
constexpr int mailboxClient = mailboxSenders;
/// What a client commits at a time, and so acknowledges at once (PROTOCOL.md, "Delivery").
constexpr int acknowledgeTogether = 256;
constexpr std::int64_t deletionPatienceNs = 20'000'000'000;
constexpr int quietMicroseconds = 500'000;

enum class RelayState { Running, Killed };

struct DrainFigures {
    QVector<double> perSecond;
    QVector<double> deliveredPerSecond;
    QVector<double> cpuUs;

    [[nodiscard]] QStringList row(const QString& name) const {
        return {name, spread(perSecond, 0), spread(deliveredPerSecond, 0), spread(cpuUs, 1)};
    }
};

bool fillMailbox(LoadCell& cell, int waiting) {
    LoadJob job;
    job.kind = LoadJob::Kind::ClosedLoop;
    job.traffic.senders = mailboxSenders;
    job.traffic.firstReceiver = mailboxClient;
    job.traffic.receivers = 1;
    job.traffic.online = false;
    job.window = 64;
    job.messages = std::uint64_t(waiting);
    job.milliseconds = 60'000;
    LoadResult result;
    return cell.run(job, result);
}

/// Nobody is connected while the relay is killed and started, so that its end disconnects nobody.
bool killAndRestart(LoadCell& cell) {
    if (!cell.disconnect(0, mailboxSenders))
        return false;
    if (relayOf(cell).killAndRestart())
        return true;
    cell.setTrouble(QStringLiteral("the relay did not start again"));
    return false;
}

/// Until the relay has deleted `count` envelopes more than `before`, on disk.
bool awaitDeletions(LoadCell& cell, double before, double count) {
    const std::int64_t patience = monotonicNs() + deletionPatienceNs;
    while (relayMetric(cell, "recado_acknowledged_total") - before < count) {
        if (monotonicNs() > patience) {
            cell.setTrouble(QStringLiteral("not everything was deleted within 20 s"));
            return false;
        }
        usleep(2'000);
    }
    return true;
}

bool drainOnce(LoadCell& cell, int waiting, RelayState state, DrainFigures& figures) {
    if (!fillMailbox(cell, waiting) || (state == RelayState::Killed && !killAndRestart(cell)))
        return false;
    LoadJob job;
    job.kind = LoadJob::Kind::Collect;
    job.first = mailboxClient;
    job.messages = std::uint64_t(waiting);
    job.traffic.acknowledgeTogether = acknowledgeTogether;
    job.serverProcess = int(cell.server().processIds().first());
    const double deletedBefore = relayMetric(cell, "recado_acknowledged_total");
    const std::int64_t begin = monotonicNs();
    LoadResult result;
    if (!cell.run(job, result) || !awaitDeletions(cell, deletedBefore, waiting))
        return false;
    figures.perSecond.push_back(waiting * 1e9 / double(monotonicNs() - begin));
    figures.deliveredPerSecond.push_back(waiting / result.seconds);
    figures.cpuUs.push_back(result.serverCpuSeconds * 1e6 / waiting);
    return cell.disconnect(mailboxClient, 1) &&
           (state == RelayState::Running || cell.connect(0, mailboxSenders, result));
}

/// What was reported as deleted must not come again, even if the relay is killed: the generator fails on a
/// message it has had.
bool stayDeleted(LoadCell& cell) {
    LoadResult result;
    if (!killAndRestart(cell) || !cell.connect(mailboxClient, 1, result))
        return false;
    usleep(quietMicroseconds);
    LoadJob job;
    job.kind = LoadJob::Kind::Settle;
    return cell.run(job, result);
}

} // namespace

ReportTable drainScenario(BenchRun& run) {
    const int waiting = run.options.quick ? 40'000 : 200'000;
    const auto cell = makeMailboxCell(run, mailboxSenders, 1);
    DrainFigures running;
    DrainFigures killed;
    bool going = cell->start(run.directory + QStringLiteral("/drain"));
    for (int round = 0; round < std::max(run.options.rounds / 2, 1) && going; ++round)
        going = drainOnce(*cell, waiting, RelayState::Running, running) &&
                drainOnce(*cell, waiting, RelayState::Killed, killed);
    if (going)
        stayDeleted(*cell);
    run.noteTrouble(*cell);
    ReportTable table;
    table.title = QStringLiteral("A mailbox of %1 envelopes, from connecting to the last deletion on disk; "
                                 "acknowledged %2 at a time")
                      .arg(grouped(waiting))
                      .arg(acknowledgeTogether);
    table.columns = {QStringLiteral("relay"), QStringLiteral("drained a second"),
                     QStringLiteral("delivered a second"), QStringLiteral("CPU µs a message")};
    table.rows << running.row(QStringLiteral("running since before they were accepted"))
               << killed.row(QStringLiteral("killed with -9 and started again in between"));
    table.notes << QStringLiteral(
        "afterwards the relay is killed with -9 once more: nothing of it may come again");
    return table;
}

} // namespace recado::tests::load
