// The figures behind `./dev bench [latency|backlog|window]…` and `./dev bench relay [options]`; all of them
// without words. Exits 1 when a bound is missed. It is no timed test: run it on a quiet machine, in the
// release preset.
#include "Benches.h"

#include <QCoreApplication>
#include <QMap>
#include <QTextStream>

using namespace recado::tests;

int main(int argc, char** argv) {
    QCoreApplication application(argc, argv);
    const QMap<QString, bool (*)()> benches{
        {QStringLiteral("latency"), latencyBench},
        {QStringLiteral("backlog"), backlogBench},
        {QStringLiteral("window"), windowBench},
    };
    QStringList wanted = application.arguments().mid(1);
    if (wanted.value(0) == QLatin1String("relay"))
        return relayBench(wanted.mid(1));
    const bool all = wanted.isEmpty();
    if (all)
        wanted = {QStringLiteral("latency"), QStringLiteral("backlog"), QStringLiteral("window")};
    bool held = true;
    for (const QString& name : wanted) {
        if (!benches.contains(name)) {
            QTextStream(stderr) << "usage: recado-bench [latency|backlog|window]… | relay [--help]"
                                << Qt::endl;
            return 2;
        }
        held = benches[name]() && held;
    }
    if (all)
        held = relayBench({QStringLiteral("--quick"), QStringLiteral("--limit")}) == 0 && held;
    return held ? 0 : 1;
}
