// The figures behind docs/decisions on the mailbox store: `recado-store-bench [sqlite|log]… [COUNT]`, in a
// directory of its own below the working directory's disk. No timed test: run it on a quiet machine, in the
// release preset.
#include "bench/store/SegmentLogStore.h"
#include "bench/store/StoreJob.h"
#include "relay/storage/RelayDatabase.h"
#include "relay/storage/SqliteMailboxStore.h"

#include <QCoreApplication>
#include <QDir>
#include <QTemporaryDir>
#include <QTextStream>

#include <cstdio>

using namespace recado;
using tests::StoreBench;
using tests::StoreFigures;

namespace {

void print(const StoreFigures& figures, const QString& written) {
    std::printf("%-46s %8.0f /s  %6.2f us CPU (store %6.2f)  %s\n", qPrintable(figures.name),
                double(figures.operations) / figures.seconds, figures.processMicroseconds,
                figures.processMicroseconds - figures.callerMicroseconds, qPrintable(written));
    std::fflush(stdout);
}

void runAll(relay::MailboxStore& store, quint64 count, const std::function<QString()>& written) {
    StoreBench bench{store};
    const auto job = [&](const StoreFigures& figures) { print(figures, written()); };
    for (const int window : {100, 300, 1'000, 4'000})
        job(bench.appendOffline(count, window));
    bench.fill(0, count / 4);
    written();
    job(bench.drain(0, count / 4));
    job(bench.online(count / 2, 4'000, 1));
    job(bench.online(count / 2, 20'000, 1));
    job(bench.online(count / 2, 10'000, 10));
}

/// Here and not in the system's place for temporary files, which may be memory: a sync has to reach a disk.
QString storeTemplate() {
    return QDir::current().filePath(QStringLiteral("recado-store-XXXXXX"));
}

bool benchSqlite(quint64 count) {
    const QTemporaryDir directory(storeTemplate());
    const base::SystemClock clock;
    relay::RelayDatabaseOptions options;
    options.directory = directory.path();
    auto database = relay::RelayDatabase::open(std::move(options), clock);
    if (!database) {
        QTextStream(stderr) << database.error().message << Qt::endl;
        return false;
    }
    relay::SqliteMailboxStore store(**database);
    quint64 commits = 0;
    runAll(store, count, [&] {
        const quint64 now = (*database)->counters().commits;
        return QStringLiteral("%1 commits").arg(now - std::exchange(commits, now));
    });
    (*database)->stop();
    return true;
}

void benchLog(quint64 count) {
    const QTemporaryDir directory(storeTemplate());
    tests::SegmentLogStore store(directory.path());
    quint64 commits = 0;
    runAll(store, count, [&] {
        const quint64 now = store.commits();
        return QStringLiteral("%1 commits").arg(now - std::exchange(commits, now));
    });
}

} // namespace

int main(int argc, char** argv) {
    QCoreApplication application(argc, argv);
    QStringList words = application.arguments().mid(1);
    quint64 count = 60'000;
    if (!words.isEmpty() && words.back().toULongLong() > 0)
        count = words.takeLast().toULongLong();
    if (words.isEmpty())
        words = {QStringLiteral("sqlite"), QStringLiteral("log")};
    bool held = true;
    for (const QString& driver : words) {
        std::printf("%s, %llu envelopes of 400 bytes\n", qPrintable(driver),
                    static_cast<unsigned long long>(count));
        if (driver == QLatin1String("log"))
            benchLog(count);
        else
            held = benchSqlite(count) && held;
    }
    return held ? 0 : 1;
}
