// What `./dev kills [relay|sender|receiver|client|all|power|disk] [N] [SEED]` runs, in the long form: N kills
// with -9 under load each, judged by the history checker; N power cuts below the relay's store, which drop
// what was not synced; a disk that fails for good at N places, until it is repaired. Exits 1 on any breach.
#include "KillRun.h"
#include "relay/storage/StoreTrial.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QTextStream>

using namespace recado::tests;

namespace {

QTextStream& out() {
    static QTextStream stream(stdout);
    return stream;
}

bool runLoop(const QString& name, const QVector<KillRun::Victim>& victims, int kills, quint32 seed) {
    KillRun run(seed);
    QString problem = run.prepare();
    for (int round = 0; round < kills && problem.isEmpty(); ++round) {
        problem = run.killOnce(victims[round % victims.size()]);
        if ((round + 1) % 25 == 0)
            out() << name << ": " << round + 1 << " kills" << Qt::endl;
    }
    QStringList violations = problem.isEmpty() ? run.settleAndJudge() : QStringList{problem};
    out() << name << ", seed " << seed << ": " << kills << " kills, " << run.messages()
          << " messages committed, " << violations.size() << " violations" << Qt::endl;
    for (const QString& violation : violations.mid(0, 20))
        out() << "  " << violation << Qt::endl;
    return violations.isEmpty();
}

bool finishTrials(const QString& what, const StoreTrial::Outcome& sum) {
    out() << what << ", " << sum.confirmed << " appends accepted, " << sum.violations.size() << " violations";
    if (sum.recoveryMs > 0)
        out() << ", longest recovery " << sum.recoveryMs << " ms";
    out() << Qt::endl;
    for (const QString& violation : sum.violations.mid(0, 20))
        out() << "  " << violation << Qt::endl;
    return sum.violations.isEmpty();
}

void addOutcome(StoreTrial::Outcome& sum, const StoreTrial::Outcome& more, const QString& name) {
    sum.judged += more.judged;
    sum.confirmed += more.confirmed;
    sum.recoveryMs = std::max(sum.recoveryMs, more.recoveryMs);
    for (const QString& violation : more.violations)
        sum.violations.push_back(name + QStringLiteral(": ") + violation);
}

bool runPowerCuts(int cuts, quint32 seed) {
    StoreTrial::Outcome sum;
    const quint32 first = seed;
    for (; sum.judged < cuts && sum.violations.isEmpty(); ++seed) {
        StoreTrial trial(seed);
        addOutcome(sum, trial.cutPower(10, 5), QStringLiteral("seed %1").arg(seed));
    }
    return finishTrials(
        QStringLiteral("%1 power cuts, seeds %2 to %3").arg(sum.judged).arg(first).arg(seed - 1), sum);
}

bool runDiskFailures(int points, quint32 seed) {
    StoreTrial::Outcome sum;
    for (int point = 0; point < points && sum.violations.isEmpty(); ++point) {
        StoreTrial trial(seed + quint32(point));
        const auto error = point % 2 == 0 ? FaultyDisk::Error::Full : FaultyDisk::Error::Io;
        addOutcome(sum, trial.failDisk(point % 150, error),
                   QStringLiteral("seed %1").arg(seed + quint32(point)));
    }
    return finishTrials(QStringLiteral("%1 disk failures from seed %2").arg(points).arg(seed), sum);
}

} // namespace

int main(int argc, char** argv) {
    QCoreApplication application(argc, argv);
    const QStringList words = application.arguments();
    const QString what = words.value(1, QStringLiteral("all"));
    const int kills = words.value(2, QStringLiteral("100")).toInt();
    const auto seed = quint32(words.value(3, QString::number(QDateTime::currentSecsSinceEpoch())).toUInt());
    using Victim = KillRun::Victim;
    const QVector<std::pair<QString, QVector<Victim>>> loops{
        {QStringLiteral("relay"), {Victim::Relay}},
        {QStringLiteral("client"), {Victim::Sender, Victim::Receiver}},
        {QStringLiteral("sender"), {Victim::Sender}},
        {QStringLiteral("receiver"), {Victim::Receiver}},
    };
    bool known = false;
    bool held = true;
    for (const auto& [name, victims] : loops) {
        const bool partOfAll = name == QLatin1String("relay") || name == QLatin1String("client");
        const bool wanted = what == name || (what == QLatin1String("all") && partOfAll);
        if (!wanted)
            continue;
        known = true;
        held = runLoop(name, victims, kills, seed) && held;
    }
    if (what == QLatin1String("power") || what == QLatin1String("disk")) {
        known = true;
        held = kills > 0 &&
               (what == QLatin1String("power") ? runPowerCuts(kills, seed) : runDiskFailures(kills, seed));
    }
    if (!known || kills <= 0) {
        QTextStream(stderr) << "usage: recado-kills [relay|client|sender|receiver|all|power|disk] [N] [SEED]"
                            << Qt::endl;
        return 2;
    }
    return held ? 0 : 1;
}
