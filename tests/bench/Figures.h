#pragma once

#include <QString>
#include <QVector>

namespace recado::tests {

/// The value below which `fraction` (0 to 1) of the samples lie; 0 without samples. Sorts a copy.
double percentile(QVector<double> samples, double fraction);

/// One printed figure with its bound.
struct Figure {
    QString name;
    double value = 0;
    QString unit;
    double bound = 0;
    bool atMost = true;

    [[nodiscard]] bool holds() const { return atMost ? value <= bound : value >= bound; }
};

/// Prints `name: value unit (bound …) ok|MISSED`; returns whether it holds.
bool print(const Figure& figure);
void printNote(const QString& text);

/// p95 in milliseconds of a 4 KiB write followed by fdatasync in `directory`, 200 times: what every commit
/// pays at least, printed beside each latency because machines differ.
double fdatasyncP95(const QString& directory);

} // namespace recado::tests
