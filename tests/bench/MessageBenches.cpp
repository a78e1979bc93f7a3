#include "Benches.h"
#include "Figures.h"
#include "support/CliProcess.h"
#include "support/RelayProcess.h"
#include "support/Wait.h"

#include <QDeadlineTimer>
#include <QHash>
#include <QTemporaryDir>

namespace recado::tests {

namespace {

struct Pair {
    explicit Pair(const QTemporaryDir& directory)
        : relay(directory.filePath(QStringLiteral("relay")))
        , ana(directory.filePath(QStringLiteral("ana")))
        , bruno(directory.filePath(QStringLiteral("bruno"))) {}

    bool start() {
        const bool started = relay.start() && ana.start() && bruno.start();
        const bool registered = started && ana.registerAt(relay.url(), QStringLiteral("ana")).ok() &&
                                bruno.registerAt(relay.url(), QStringLiteral("bruno")).ok();
        const bool online = registered && ana.waitOnline() && bruno.waitOnline();
        if (!online)
            printNote(QStringLiteral("  relay or clients did not start: ") +
                      QString::fromUtf8(relay.errorText() + ana.errorText() + bruno.errorText()));
        return online;
    }

    RelayProcess relay;
    CliProcess ana;
    CliProcess bruno;
};

QJsonObject textParams(const QString& to, const QString& text) {
    return {{QStringLiteral("to"), to},
            {QStringLiteral("content"),
             QJsonObject{{QStringLiteral("type"), QStringLiteral("text")}, {QStringLiteral("text"), text}}}};
}

QString receivedText(const RpcNotification& notification) {
    return notification.params[QLatin1String("content")].toObject()[QLatin1String("text")].toString();
}

} // namespace

bool latencyBench() {
    constexpr int warmUp = 40;
    constexpr int measured = 1'000;
    constexpr qint64 intervalNs = 50'000'000; // 20 a second
    const QTemporaryDir directory;
    printNote(QStringLiteral("latency: %1 messages at 20 a second; fdatasync p95 %2 ms")
                  .arg(measured)
                  .arg(fdatasyncP95(directory.path()), 0, 'f', 2));
    Pair pair(directory);
    if (!pair.start())
        return false;

    QHash<QString, qint64> asked;
    QVector<double> samples;
    QObject::connect(&pair.bruno, &CliProcess::notificationArrived, &pair.bruno,
                     [&](const RpcNotification& notification) {
                         if (notification.method != QLatin1String("message"))
                             return;
                         const auto start = asked.constFind(receivedText(notification));
                         if (start != asked.cend())
                             samples.push_back(double(notification.arrivedNs - *start) / 1e6);
                     });
    const qint64 begin = monotonicNs();
    for (int number = 0; number < warmUp + measured; ++number) {
        const qint64 due = begin + number * intervalNs;
        if (monotonicNs() < due) {
            const QDeadlineTimer deadline(int((due - monotonicNs()) / 1'000'000), Qt::PreciseTimer);
            (void)waitUntil([&] { return deadline.hasExpired(); }, 1'000);
        }
        const QString text = QStringLiteral("message number %1 of the latency bench").arg(number);
        if (number >= warmUp)
            asked.insert(text, monotonicNs());
        pair.ana.send(QStringLiteral("sendMessage"), textParams(pair.bruno.address(), text));
    }
    if (!waitUntil([&] { return samples.size() == measured; }, 30'000))
        printNote(QStringLiteral("  only %1 of %2 arrived").arg(samples.size()).arg(measured));
    const bool median = print({QStringLiteral("p50"), percentile(samples, 0.50), QStringLiteral("ms"), 20});
    const bool tail = print({QStringLiteral("p95"), percentile(samples, 0.95), QStringLiteral("ms"), 40});
    printNote(QStringLiteral("  p99: %1 ms").arg(percentile(samples, 0.99), 0, 'f', 2));
    return median && tail && samples.size() == measured;
}

bool backlogBench() {
    constexpr int waiting = 10'000;
    const QTemporaryDir directory;
    printNote(QStringLiteral("backlog: %1 messages waiting; fdatasync p95 %2 ms")
                  .arg(waiting)
                  .arg(fdatasyncP95(directory.path()), 0, 'f', 2));
    Pair pair(directory);
    if (!pair.start())
        return false;
    if (!pair.ana
             .call(QStringLiteral("sendMessage"), textParams(pair.bruno.address(), QStringLiteral("first")))
             .ok() ||
        !pair.bruno.waitForText(QStringLiteral("first")))
        return false;
    pair.bruno.finish();

    const qint64 sendStart = monotonicNs();
    for (int number = 0; number < waiting; ++number)
        pair.ana.send(QStringLiteral("sendMessage"),
                      textParams(pair.bruno.address(), QStringLiteral("waiting message %1").arg(number)));
    if (!pair.ana.call(QStringLiteral("waitIdle"), {{QStringLiteral("timeoutMs"), 120'000}}, 125'000).ok()) {
        printNote(QStringLiteral("  the sender did not come to rest"));
        return false;
    }
    printNote(QStringLiteral("  composed, sealed and accepted in %1 s")
                  .arg(double(monotonicNs() - sendStart) / 1e9, 0, 'f', 2));

    qint64 onlineNs = 0;
    qint64 lastNs = 0;
    int received = 0;
    bool ordered = true;
    pair.bruno.setKeepNotifications(false);
    QObject::connect(
        &pair.bruno, &CliProcess::notificationArrived, &pair.bruno, [&](const RpcNotification& notification) {
            if (notification.method == QLatin1String("connection") && onlineNs == 0 &&
                notification.params[QLatin1String("state")].toString() == QLatin1String("online"))
                onlineNs = notification.arrivedNs;
            if (notification.method != QLatin1String("message"))
                return;
            ordered =
                ordered && receivedText(notification) == QStringLiteral("waiting message %1").arg(received);
            ++received;
            lastNs = notification.arrivedNs;
        });
    if (!pair.bruno.start() || !waitUntil([&] { return received >= waiting; }, 120'000)) {
        printNote(QStringLiteral("  %1 of %2 came").arg(received).arg(waiting));
        return false;
    }
    if (!ordered)
        printNote(QStringLiteral("  they came out of order"));
    return print({QStringLiteral("online to the last one shown"), double(lastNs - onlineNs) / 1e9,
                  QStringLiteral("s"), 6}) &&
           ordered;
}

} // namespace recado::tests
