#include "Benches.h"
#include "Figures.h"
#include "support/ChildProcess.h"
#include "support/ProfileSeeder.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace recado::tests {

namespace {

constexpr int seededMessages = 100'000;

/// Proportional set size in MB of a process and everything below it.
double pssOfTree(qint64 processId) {
    double megabytes = 0;
    QFile rollup(QStringLiteral("/proc/%1/smaps_rollup").arg(processId));
    if (rollup.open(QIODevice::ReadOnly)) {
        for (const QByteArray& line : rollup.readAll().split('\n')) {
            if (line.startsWith("Pss:"))
                megabytes += line.mid(4).trimmed().split(' ').first().toDouble() / 1'024;
        }
    }
    QFile children(QStringLiteral("/proc/%1/task/%1/children").arg(processId));
    if (children.open(QIODevice::ReadOnly)) {
        for (const QByteArray& child : children.readAll().split(' ')) {
            if (child.trimmed().toLongLong() > 0)
                megabytes += pssOfTree(child.trimmed().toLongLong());
        }
    }
    return megabytes;
}

struct Start {
    double readyMs = 0;
    double megabytes = 0;
};

/// Starts the window on a profile and waits for `ready` on a pipe of its own.
Start startWindow(const QString& profile, const QString& passphraseFile, const QString& scratch,
                  const QString& display) {
    int ends[2];
    if (pipe(ends) != 0)
        return {};
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    ChildProcess window(QStringLiteral("recado"), scratch);
    QStringList arguments{QStringLiteral("--profile"), profile};
    if (!passphraseFile.isEmpty())
        arguments << QStringLiteral("--passphrase-file") << passphraseFile;
    window.setArguments(arguments);
    window.setEnvironment(QStringLiteral("RECADO_READY_FD"), QString::number(ends[1]));
    window.setEnvironment(QStringLiteral("QT_QPA_PLATFORM"),
                          display.isEmpty() ? QStringLiteral("offscreen") : QStringLiteral("xcb"));
    window.setEnvironment(QStringLiteral("DISPLAY"), display);
    const qint64 begin = monotonicNs();
    const bool launched = window.launch();
    close(ends[1]);
    Start start;
    char byte = 0;
    pollfd ready{ends[0], POLLIN, 0};
    if (launched && poll(&ready, 1, 30'000) == 1 && read(ends[0], &byte, 1) == 1) {
        start.readyMs = double(monotonicNs() - begin) / 1e6;
        start.megabytes = pssOfTree(window.processId());
    } else {
        printNote(QStringLiteral("  the window was never ready: ") +
                  QString::fromUtf8(window.errorText().right(400)));
    }
    close(ends[0]);
    window.terminate();
    return start;
}

bool measure(const QString& what, const QString& profile, const QString& passphraseFile,
             const QString& scratch, const QString& display, double boundMs) {
    QVector<double> times;
    double megabytes = 0;
    for (int run = 0; run < 6; ++run) {
        const Start start = startWindow(profile, passphraseFile, scratch, display);
        if (start.readyMs == 0)
            return false;
        if (run > 0) // the first one warms the cache
            times.push_back(start.readyMs);
        megabytes = std::max(megabytes, start.megabytes);
    }
    const bool fast = print({what + QStringLiteral(", ready (median of 5)"), percentile(times, 0.5),
                             QStringLiteral("ms"), boundMs});
    const bool small =
        print({what + QStringLiteral(", PSS of all processes"), megabytes, QStringLiteral("MB"), 100});
    return fast && (small || boundMs > 1'000); // memory's bound is for the key-file profile
}

} // namespace

bool windowBench() {
    const QTemporaryDir directory;
    printNote(QStringLiteral("window: a profile with %1 messages, warm cache").arg(seededMessages));
    const QString keyFileProfile = directory.filePath(QStringLiteral("keyfile"));
    const QString passphraseProfile = directory.filePath(QStringLiteral("passphrase"));
    const QString passphraseFile = directory.filePath(QStringLiteral("passphrase.txt"));
    QFile file(passphraseFile);
    if (!file.open(QIODevice::WriteOnly) || file.write("correct horse battery staple\n") < 0)
        return false;
    file.close();
    for (const QString& problem : {seedProfile(keyFileProfile, {}, seededMessages),
                                   seedProfile(passphraseProfile, passphraseFile, seededMessages)}) {
        if (!problem.isEmpty()) {
            printNote(QStringLiteral("  seeding failed: ") + problem);
            return false;
        }
    }
    ChildProcess server(QStringLiteral("/usr/bin/Xvfb"), directory.filePath(QStringLiteral("xvfb")));
    server.setArguments({QStringLiteral(":87"), QStringLiteral("-screen"), QStringLiteral("0"),
                         QStringLiteral("1280x800x24"), QStringLiteral("-nolisten"), QStringLiteral("tcp")});
    const QString scratch = directory.filePath(QStringLiteral("scratch"));
    bool held = measure(QStringLiteral("offscreen"), keyFileProfile, {}, scratch, {}, 400);
    if (server.launch() && QDir().mkpath(scratch)) {
        QFile socket(QStringLiteral("/tmp/.X11-unix/X87"));
        for (int attempt = 0; attempt < 100 && !socket.exists(); ++attempt)
            usleep(50'000);
        held =
            measure(QStringLiteral("Xvfb"), keyFileProfile, {}, scratch, QStringLiteral(":87"), 400) && held;
    }
    held =
        measure(QStringLiteral("with a passphrase"), passphraseProfile, passphraseFile, scratch, {}, 1'500) &&
        held;
    server.terminate();
    return held;
}

} // namespace recado::tests
