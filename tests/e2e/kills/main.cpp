// The long kill loops behind `./dev kills [relay|sender|receiver|client|all] [N] [SEED]`: N kills with -9
// under load each, judged by the history checker. Exits 1 on any loss, double, phantom or wrong order.
#include "KillRun.h"

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
    if (!known || kills <= 0) {
        QTextStream(stderr) << "usage: recado-kills [relay|client|sender|receiver|all] [N] [SEED]"
                            << Qt::endl;
        return 2;
    }
    return held ? 0 : 1;
}
