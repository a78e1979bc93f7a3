#pragma once

#include <QString>
#include <QStringList>
#include <QVector>

namespace recado::tests::load {

/// One table of figures, for the terminal and for a Markdown file.
struct ReportTable {
    QString title;
    QStringList columns;
    QVector<QStringList> rows;
    QStringList notes; // below the table: ratios, conditions

    [[nodiscard]] QString toText() const;
    [[nodiscard]] QString toMarkdown() const;
};

/// Median and range of what the rounds gave: `12.3 (11.9–13.0)`; `–` without samples.
QString spread(const QVector<double>& samples, int decimals);
/// Round by round one over the other, as a spread with two decimals. Rounds that one of them lacks are left
/// out.
QVector<double> ratios(const QVector<double>& over, const QVector<double>& under);
/// With thousands separated: 18,000.
QString grouped(double number);

} // namespace recado::tests::load
