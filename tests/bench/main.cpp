// The figures behind `./dev bench [latency|backlog|window|idle]…`; all of them without words. Exits 1 when a
// bound is missed. It is no timed test: run it on a quiet machine, in the release preset.
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
        {QStringLiteral("idle"), idleBench},
    };
    QStringList wanted = application.arguments().mid(1);
    if (wanted.isEmpty())
        wanted = {QStringLiteral("latency"), QStringLiteral("backlog"), QStringLiteral("window"),
                  QStringLiteral("idle")};
    bool held = true;
    for (const QString& name : wanted) {
        if (!benches.contains(name)) {
            QTextStream(stderr) << "usage: recado-bench [latency|backlog|window|idle]…" << Qt::endl;
            return 2;
        }
        held = benches[name]() && held;
    }
    return held ? 0 : 1;
}
