#include "Figures.h"

#include "support/ChildProcess.h"

#include <QTextStream>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

namespace recado::tests {

namespace {

QTextStream& figuresOut() {
    static QTextStream stream(stdout);
    return stream;
}

} // namespace

double percentile(QVector<double> samples, double fraction) {
    if (samples.isEmpty())
        return 0;
    std::sort(samples.begin(), samples.end());
    return samples[std::min(samples.size() - 1, qsizetype(fraction * double(samples.size())))];
}

bool print(const Figure& figure) {
    figuresOut() << "  " << figure.name << ": " << QString::number(figure.value, 'f', 2) << ' ' << figure.unit
                 << "  (" << (figure.atMost ? "at most " : "at least ") << figure.bound << ") "
                 << (figure.holds() ? "ok" : "MISSED") << Qt::endl;
    return figure.holds();
}

void printNote(const QString& text) {
    figuresOut() << text << Qt::endl;
}

double fdatasyncP95(const QString& directory) {
    const QByteArray path = (directory + QStringLiteral("/fdatasync")).toLocal8Bit();
    const int file = open(path.constData(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
    if (file < 0)
        return 0;
    const std::vector<char> block(4'096, 'x');
    QVector<double> samples;
    for (int round = 0; round < 200; ++round) {
        const qint64 start = monotonicNs();
        if (write(file, block.data(), block.size()) != ssize_t(block.size()) || fdatasync(file) != 0)
            break;
        samples.push_back(double(monotonicNs() - start) / 1e6);
    }
    close(file);
    unlink(path.constData());
    return percentile(samples, 0.95);
}

} // namespace recado::tests
