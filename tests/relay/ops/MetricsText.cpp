#include "MetricsText.h"

#include <QRegularExpression>
#include <QSet>

#include <limits>
#include <optional>

namespace recado::tests {

namespace {

bool isPart(const QString& sample, const QString& family) {
    return sample == family + QStringLiteral("_bucket") || sample == family + QStringLiteral("_sum") ||
           sample == family + QStringLiteral("_count");
}

/// Nothing when the text is no number.
std::optional<double> numberOf(const QString& text) {
    if (text == QStringLiteral("+Inf"))
        return std::numeric_limits<double>::infinity();
    bool isNumber = false;
    const double value = text.toDouble(&isNumber);
    return isNumber ? std::optional(value) : std::nullopt;
}

/// What is wrong with a histogram's samples; they come in the order of their bounds, then sum and count.
QString troubleOf(const QString& name, const MetricsText::Family& histogram) {
    double lastBound = -std::numeric_limits<double>::infinity();
    double lastCount = 0;
    double sum = -1;
    double count = -1;
    for (const MetricsText::Sample& sample : histogram.samples) {
        if (sample.name.endsWith(QStringLiteral("_bucket"))) {
            const auto bound = numberOf(sample.labels.value(QStringLiteral("le")));
            if (!bound || *bound <= lastBound)
                return name + QStringLiteral(": bounds do not grow");
            if (sample.value < lastCount)
                return name + QStringLiteral(": buckets are not cumulative");
            lastBound = *bound;
            lastCount = sample.value;
        } else if (sample.name.endsWith(QStringLiteral("_sum"))) {
            sum = sample.value;
        } else {
            count = sample.value;
        }
    }
    if (lastBound != std::numeric_limits<double>::infinity())
        return name + QStringLiteral(": no bucket without a bound");
    if (count != lastCount || sum < 0)
        return name + QStringLiteral(": count or sum do not fit");
    return {};
}

} // namespace

MetricsText MetricsText::parse(const QByteArray& page) {
    static const QRegularExpression comment(
        QStringLiteral("^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$"));
    static const QRegularExpression sampleLine(
        QStringLiteral("^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(.*)\\})? (\\S+)$"));
    static const QRegularExpression label(
        QStringLiteral("([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\]|\\\\.)*)\"(?:,|$)"));
    MetricsText text;
    const auto fail = [&](const QString& what) {
        if (text.trouble.isEmpty())
            text.trouble = what;
    };
    if (!page.endsWith('\n'))
        fail(QStringLiteral("the last line has no end"));
    QString current;
    QSet<QString> seen;
    QStringList lines = QString::fromUtf8(page).split(QLatin1Char('\n'));
    lines.removeLast();
    for (const QString& line : std::as_const(lines)) {
        if (const auto match = comment.match(line); match.hasMatch()) {
            const QString name = match.captured(2);
            Family& family = text.families[name];
            QString& field = match.captured(1) == QStringLiteral("HELP") ? family.help : family.type;
            if (!field.isEmpty() || !family.samples.isEmpty())
                fail(QStringLiteral("said twice, or too late: ") + line);
            field = match.captured(3);
            current = name;
            continue;
        }
        const auto match = sampleLine.match(line);
        if (!match.hasMatch()) {
            fail(QStringLiteral("no sample: ") + line);
            continue;
        }
        Sample sample{match.captured(1), {}, 0};
        const bool isHistogram = text.families.value(current).type == QStringLiteral("histogram");
        if (isHistogram ? !isPart(sample.name, current) : sample.name != current)
            fail(QStringLiteral("outside its family: ") + line);
        QString labels = match.captured(2);
        while (!labels.isEmpty()) {
            const auto next = label.match(labels, 0, QRegularExpression::NormalMatch,
                                          QRegularExpression::AnchorAtOffsetMatchOption);
            if (!next.hasMatch()) {
                fail(QStringLiteral("labels: ") + line);
                break;
            }
            sample.labels.insert(next.captured(1), next.captured(2));
            labels = labels.mid(next.capturedLength());
        }
        const auto value = numberOf(match.captured(3));
        if (!value)
            fail(QStringLiteral("no number: ") + line);
        sample.value = value.value_or(0);
        const QString series = line.left(line.lastIndexOf(QLatin1Char(' ')));
        if (seen.contains(series))
            fail(QStringLiteral("twice: ") + line);
        seen.insert(series);
        text.families[current].samples.append(sample);
    }
    for (auto family = text.families.cbegin(); family != text.families.cend(); ++family) {
        static const QStringList types{QStringLiteral("counter"), QStringLiteral("gauge"),
                                       QStringLiteral("histogram")};
        if (!types.contains(family->type) || family->help.isEmpty())
            fail(family.key() + QStringLiteral(": no type, or no help"));
        if (family->type == QStringLiteral("counter") && !family.key().endsWith(QStringLiteral("_total")))
            fail(family.key() + QStringLiteral(": a counter's name ends with _total"));
        if (family->type == QStringLiteral("histogram"))
            fail(troubleOf(family.key(), *family));
    }
    return text;
}

double MetricsText::value(const QString& name, const QMap<QString, QString>& labels) const {
    for (const Family& family : families) {
        for (const Sample& sample : family.samples) {
            if (sample.name == name && sample.labels == labels)
                return sample.value;
        }
    }
    return -1;
}

QStringList MetricsText::names() const {
    QStringList names;
    for (auto family = families.cbegin(); family != families.cend(); ++family) {
        if (family->type != QStringLiteral("histogram")) {
            names.append(family.key());
            continue;
        }
        for (const char* part : {"_bucket", "_sum", "_count"})
            names.append(family.key() + QLatin1String(part));
    }
    return names;
}

} // namespace recado::tests
