#include "bench/relay/ReportTable.h"

#include "bench/Figures.h"

#include <QLocale>

#include <algorithm>

namespace recado::tests::load {

QString grouped(double number) {
    return QLocale(QLocale::English).toString(number, 'f', 0);
}

QString spread(const QVector<double>& samples, int decimals) {
    if (samples.isEmpty())
        return QStringLiteral("–");
    const QLocale english(QLocale::English);
    const auto text = [&](double value) { return english.toString(value, 'f', decimals); };
    const auto [lowest, highest] = std::minmax_element(samples.cbegin(), samples.cend());
    return QStringLiteral("%1 (%2–%3)").arg(text(percentile(samples, 0.5)), text(*lowest), text(*highest));
}

QVector<double> ratios(const QVector<double>& over, const QVector<double>& under) {
    QVector<double> quotients;
    for (qsizetype round = 0; round < std::min(over.size(), under.size()); ++round) {
        if (under[round] > 0)
            quotients.push_back(over[round] / under[round]);
    }
    return quotients;
}

QString ReportTable::toText() const {
    QVector<qsizetype> widths(columns.size());
    for (qsizetype column = 0; column < columns.size(); ++column) {
        widths[column] = columns[column].size();
        for (const QStringList& row : rows)
            widths[column] = std::max(widths[column], row.value(column).size());
    }
    const auto line = [&](const QStringList& cells) {
        QString text = QStringLiteral(" ");
        for (qsizetype column = 0; column < columns.size(); ++column)
            text += QStringLiteral(" ") + (column == 0 ? cells.value(column).leftJustified(widths[column])
                                                       : cells.value(column).rightJustified(widths[column]));
        return text + QLatin1Char('\n');
    };
    QString text = title + QLatin1Char('\n') + line(columns);
    for (const QStringList& row : rows)
        text += line(row);
    for (const QString& note : notes)
        text += QStringLiteral("  ") + note + QLatin1Char('\n');
    return text;
}

QString ReportTable::toMarkdown() const {
    const auto line = [](const QStringList& cells) {
        return QStringLiteral("| ") + cells.join(QStringLiteral(" | ")) + QStringLiteral(" |\n");
    };
    QStringList rule;
    for (qsizetype column = 0; column < columns.size(); ++column)
        rule << (column == 0 ? QStringLiteral("---") : QStringLiteral("---:"));
    QString text = QStringLiteral("**") + title + QStringLiteral("**\n\n") + line(columns) + line(rule);
    for (const QStringList& row : rows)
        text += line(row);
    text += QLatin1Char('\n');
    for (const QString& note : notes)
        text += QStringLiteral("- ") + note + QLatin1Char('\n');
    return text + QLatin1Char('\n');
}

} // namespace recado::tests::load
