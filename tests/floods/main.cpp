// `./dev floods [NAME…]`: each flood for ten seconds against a relay of its own with nothing but defaults,
// and a table of what became of everybody. Exits 1 when one is not within the charter.
#include "FloodStage.h"

#include <QCoreApplication>
#include <QTextStream>

#include <algorithm>

using namespace recado::tests;

namespace {

QTextStream& floodOut() {
    static QTextStream stream(stdout);
    return stream;
}

QString milliseconds(double value) {
    return QString::number(value, 'f', 1);
}

bool runFlood(const Flood& flood) {
    FloodStage stage(FloodStage::Form::Long, flood.options, flood.accounts, flood.descriptors);
    if (!stage.trouble().isEmpty()) {
        floodOut() << flood.name << ": " << stage.trouble() << Qt::endl;
        return false;
    }
    const FloodReport report = stage.run(flood);
    floodOut() << qSetFieldWidth(16) << Qt::left << flood.name << qSetFieldWidth(9) << flood.check
               << qSetFieldWidth(0) << "RSS +" << QString::number(report.growthMb, 'f', 0) << " MB, "
               << QString::number(100 * report.cpuShare, 'f', 0) << " % CPU; p50/p99 quiet "
               << milliseconds(report.quiet.p50()) << '/' << milliseconds(report.quiet.p99())
               << " ms, flooded " << milliseconds(report.flooded.p50()) << '/'
               << milliseconds(report.flooded.p99()) << " ms (" << report.flooded.deliveredMs.size()
               << " messages) " << (report.broken.isEmpty() ? "ok" : "MISSED") << "\n    " << report.fate
               << Qt::endl;
    for (const QString& broken : report.broken)
        floodOut() << "    MISSED: " << broken << Qt::endl;
    return report.broken.isEmpty();
}

} // namespace

int main(int argc, char** argv) {
    QCoreApplication application(argc, argv);
    const QStringList wanted = application.arguments().mid(1);
    const auto isKnown = [](const QString& name) {
        return std::any_of(allFloods().begin(), allFloods().end(),
                           [&](const Flood& flood) { return flood.name == name; });
    };
    if (!std::all_of(wanted.begin(), wanted.end(), isKnown)) {
        QTextStream error(stderr);
        error << "usage: recado-floods [NAME…]; there are";
        for (const Flood& flood : allFloods())
            error << ' ' << flood.name;
        error << Qt::endl;
        return 2;
    }
    bool held = true;
    for (const Flood& flood : allFloods()) {
        if (wanted.isEmpty() || wanted.contains(flood.name))
            held = runFlood(flood) && held;
    }
    return held ? 0 : 1;
}
