#include "bench/relay/BenchOptions.h"

#include "bench/Figures.h"
#include "bench/relay/LoadWorker.h"

#include <QCommandLineParser>
#include <QTextStream>

#include <algorithm>

namespace recado::tests::load {

namespace {

/// The server is under the same limit and needs some descriptors for itself.
constexpr int serverDescriptors = 200;

int numberOf(const QCommandLineParser& parser, const QString& name, int fallback, bool& fine) {
    if (!parser.isSet(name))
        return fallback;
    bool isNumber = false;
    const int number = parser.value(name).toInt(&isNumber);
    fine = fine && isNumber && number > 0;
    return number;
}

QVector<int> idleCounts(const QCommandLineParser& parser, bool quick, int active, bool& fine) {
    const int possible = mostClients() - serverDescriptors - active;
    QVector<int> counts{0};
    for (const int wanted : quick ? QVector<int>{5'000} : QVector<int>{5'000, 18'000})
        counts.push_back(wanted);
    if (parser.isSet(QStringLiteral("idle"))) {
        counts = {0};
        for (const QString& value : parser.values(QStringLiteral("idle"))) {
            bool isNumber = false;
            counts.push_back(value.toInt(&isNumber));
            fine = fine && isNumber && counts.last() >= 0;
        }
    }
    for (int& count : counts) {
        if (count > possible) {
            printNote(
                QStringLiteral("this machine gives a process descriptors for %1 idle connections beside "
                               "the active ones; measured with those instead of %2")
                    .arg(possible)
                    .arg(count));
            count = possible;
        }
    }
    std::sort(counts.begin(), counts.end());
    counts.erase(std::unique(counts.begin(), counts.end()), counts.end());
    return counts;
}

} // namespace

std::optional<BenchOptions> BenchOptions::parse(const QStringList& words) {
    QCommandLineParser parser;
    parser.addOptions({
        {QStringLiteral("quick"), QStringLiteral("shorter windows, at most 5,000 idle connections")},
        {QStringLiteral("limit"), QStringLiteral("the raw epoll floor in the same run")},
        {QStringLiteral("peers"), QStringLiteral("mosquitto, ejabberd and prosody in the same run")},
        {QStringLiteral("idle"), QStringLiteral("idle connections beside none; may be repeated"),
         QStringLiteral("n")},
        {QStringLiteral("active"), QStringLiteral("active connections"), QStringLiteral("n")},
        {QStringLiteral("window"), QStringLiteral("unanswered messages a sender"), QStringLiteral("n")},
        {QStringLiteral("rate"), QStringLiteral("messages a second for the latencies"), QStringLiteral("n")},
        {QStringLiteral("rounds"), QStringLiteral("interleaved rounds"), QStringLiteral("n")},
        {QStringLiteral("milliseconds"), QStringLiteral("of one measured window"), QStringLiteral("n")},
        {QStringLiteral("only"), QStringLiteral("routing, latency, memory, durable, drain; with commas"),
         QStringLiteral("names")},
        {QStringLiteral("markdown"), QStringLiteral("write the tables there as well"),
         QStringLiteral("file")},
        {QStringLiteral("help"), QStringLiteral("this")},
    });
    QTextStream errors(stderr);
    bool fine = parser.parse(QStringList{QStringLiteral("./dev bench relay")} + words) &&
                parser.positionalArguments().isEmpty();
    if (!fine || parser.isSet(QStringLiteral("help"))) {
        errors << parser.errorText() << Qt::endl << parser.helpText();
        return std::nullopt;
    }
    BenchOptions options;
    options.quick = parser.isSet(QStringLiteral("quick"));
    options.limit = parser.isSet(QStringLiteral("limit"));
    options.peers = parser.isSet(QStringLiteral("peers"));
    options.active = numberOf(parser, QStringLiteral("active"), 1'000, fine);
    options.window = numberOf(parser, QStringLiteral("window"), 1, fine);
    options.rate = numberOf(parser, QStringLiteral("rate"), 4'000, fine);
    options.rounds = numberOf(parser, QStringLiteral("rounds"), options.quick ? 3 : 5, fine);
    options.milliseconds =
        numberOf(parser, QStringLiteral("milliseconds"), options.quick ? 600 : 1'500, fine);
    options.idle = idleCounts(parser, options.quick, options.active, fine);
    options.markdownFile = parser.value(QStringLiteral("markdown"));
    for (const QString& name :
         parser.value(QStringLiteral("only")).split(QLatin1Char(','), Qt::SkipEmptyParts))
        options.only.insert(name);
    options.m_command = QStringLiteral("./dev bench relay ") + words.join(QLatin1Char(' '));
    if (!fine) {
        errors << "numbers above 0 are wanted" << Qt::endl;
        return std::nullopt;
    }
    return options;
}

} // namespace recado::tests::load
