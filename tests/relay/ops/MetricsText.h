#pragma once

#include <QByteArray>
#include <QList>
#include <QMap>
#include <QString>

namespace recado::tests {

/// A page in the Prometheus text format 0.0.4, read as strictly as its specification allows.
struct MetricsText {
    struct Sample {
        QString name; // with _bucket, _sum or _count
        QMap<QString, QString> labels;
        double value = 0;
    };
    struct Family {
        QString type;
        QString help;
        QList<Sample> samples;
    };

    QMap<QString, Family> families;
    /// The first thing that is wrong; empty when nothing is.
    QString trouble;

    static MetricsText parse(const QByteArray& page);

    /// The sample of that name and those labels; -1 when there is none.
    [[nodiscard]] double value(const QString& name, const QMap<QString, QString>& labels = {}) const;
    /// Every name that a query may use: families, and the parts of histograms.
    [[nodiscard]] QStringList names() const;
};

} // namespace recado::tests
