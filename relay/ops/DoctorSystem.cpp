#include "relay/gateway/Descriptor.h"
#include "relay/ops/DoctorChecks.h"
#include "sql/Database.h"

#include <QDateTime>
#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QFileInfo>
#include <QStorageInfo>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/timex.h>

#include <algorithm>
#include <array>

namespace recado::relay::doctor {

namespace {

constexpr qint64 clockToleranceMs = 60'000;
constexpr qint64 reservedDescriptors = 64; // database, listeners, epoll and so on
constexpr qint64 bytesInMebibyte = 1'024 * 1'024;
constexpr qint64 leastFreeBytes = 256 * bytesInMebibyte;
constexpr qint64 enoughFreeBytes = 1'024 * bytesInMebibyte;
constexpr int syncProbes = 16;
constexpr double slowSyncMs = 20;

/// The limit of another process of ours; 0 when it cannot be read.
qint64 descriptorLimitOf(qint64 processId) {
    QFile limits(QStringLiteral("/proc/%1/limits").arg(processId));
    if (!limits.open(QIODevice::ReadOnly))
        return 0;
    const QList<QByteArray> lines = limits.readAll().split('\n');
    for (const QByteArray& line : lines) {
        if (line.startsWith("Max open files"))
            return line.mid(qsizetype(qstrlen("Max open files")))
                .simplified()
                .split(' ')
                .value(0)
                .toLongLong();
    }
    return 0;
}

/// What this process may have at most; serve takes all of it.
qint64 ownDescriptorLimit() {
    rlimit limit{};
    return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? qint64(limit.rlim_max) : 0;
}

/// Milliseconds of each of some small appends with fdatasync, sorted; empty when it cannot be written.
std::vector<double> syncTimes(const QString& directory) {
    const QByteArray path = QFile::encodeName(directory + QStringLiteral("/.doctor-probe"));
    const Descriptor file(open(path.constData(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    std::vector<double> times;
    if (!file.isOpen())
        return times;
    const QByteArray page(4'096, 'x');
    for (int probe = 0; probe < syncProbes; ++probe) {
        QElapsedTimer timer;
        timer.start();
        if (write(file.get(), page.constData(), std::size_t(page.size())) != page.size() ||
            fdatasync(file.get()) != 0) {
            times.clear();
            break;
        }
        times.push_back(double(timer.nsecsElapsed()) / 1e6);
    }
    unlink(path.constData());
    std::sort(times.begin(), times.end());
    return times;
}

} // namespace

Findings checkClock(const QString& databasePath) {
    Findings findings;
    const QString check = QStringLiteral("clock");
    timex state{};
    const int answer = adjtimex(&state);
    if (answer >= 0 && answer != TIME_ERROR && (state.status & STA_UNSYNC) == 0)
        findings.push_back(Finding::ok(
            check, QStringLiteral("kept right by the system, within %1 ms").arg(state.maxerror / 1'000)));
    else
        findings.push_back(Finding::warn(check, QStringLiteral("nothing keeps it right"),
                                         QStringLiteral("install chrony or systemd-timesyncd: clients order "
                                                        "messages by the relay's time")));
    // A clock before the database's last write makes everything that waits expire late.
    const QFileInfo database(databasePath);
    const qint64 lead = database.lastModified().msecsTo(QDateTime::currentDateTime());
    if (database.exists() && lead < -clockToleranceMs)
        findings.push_back(Finding::fail(check, QStringLiteral("behind the database's last change"),
                                         QStringLiteral("set the clock before starting the relay")));
    return findings;
}

Finding checkDescriptors(const RelayConfig& config, const RunningRelay& relay) {
    const QString check = QStringLiteral("descriptors");
    const qint64 ofRelay = relay.processId > 0 ? descriptorLimitOf(relay.processId) : 0;
    const qint64 limit = ofRelay > 0 ? ofRelay : ownDescriptorLimit();
    const qint64 wanted = config.gateway.connections + reservedDescriptors;
    const QString detail = QStringLiteral("%1 possible%2, %3 wanted for %4 connections")
                               .arg(limit)
                               .arg(ofRelay > 0 ? QStringLiteral(" in the running relay") : QString())
                               .arg(wanted)
                               .arg(config.gateway.connections);
    if (limit >= wanted)
        return Finding::ok(check, detail);
    return Finding::warn(check, detail,
                         QStringLiteral("raise LimitNOFILE of the service (or ulimit -Hn), or lower "
                                        "`connections`: further ones are turned away"));
}

Findings checkDisk(const QString& dataDirectory) {
    Findings findings;
    const qint64 free = QStorageInfo(dataDirectory).bytesAvailable();
    const QString check = QStringLiteral("disk");
    const QString space = QStringLiteral("%1 MiB free").arg(free / bytesInMebibyte);
    const QString remedy = QStringLiteral("make room: a relay without space accepts nothing");
    if (free < leastFreeBytes)
        findings.push_back(Finding::fail(check, space, remedy));
    else if (free < enoughFreeBytes)
        findings.push_back(Finding::warn(check, space, remedy));
    else
        findings.push_back(Finding::ok(check, space));

    const QString speed = QStringLiteral("disk speed");
    const std::vector<double> times = syncTimes(dataDirectory);
    if (times.empty()) {
        findings.push_back(Finding::fail(speed, QStringLiteral("nothing can be written and synced"),
                                         QStringLiteral("see who owns the data directory, and whether it is "
                                                        "mounted read-only")));
        return findings;
    }
    const double median = times[times.size() / 2];
    const QString detail = QStringLiteral("fdatasync takes %1 ms, %2 ms at worst")
                               .arg(median, 0, 'f', 2)
                               .arg(times.back(), 0, 'f', 2);
    if (median > slowSyncMs)
        findings.push_back(Finding::warn(speed, detail,
                                         QStringLiteral("put the data directory on a faster disk: nothing is "
                                                        "accepted before it is synced")));
    else
        findings.push_back(Finding::ok(speed, detail));
    return findings;
}

namespace {

/// Clients notice by it that a relay went back in time, which a copy made by hand would hide from them.
QString incarnationText(sql::Database& database) {
    QByteArray incarnation;
    if (auto statement = database.query("SELECT incarnation FROM meta")) {
        const auto row = statement->step();
        incarnation = row && *row ? statement->bytes(0) : QByteArray();
    }
    return QStringLiteral("store incarnation %1… (a copied directory keeps it; go back to a backup with "
                          "`recado-relay restore` only)")
        .arg(QString::fromLatin1(incarnation.toHex().left(8)));
}

} // namespace

Finding checkDatabase(const QString& databasePath) {
    const QString check = QStringLiteral("database");
    sql::DatabaseOptions options;
    options.path = databasePath;
    options.encryption = sql::Encryption::Plain;
    options.access = sql::Access::ReadOnly;
    const auto database = sql::Database::openExisting(options);
    const base::Status intact = database ? (*database)->checkIntegrity() : base::Status(database.error());
    if (intact)
        return Finding::ok(check,
                           QStringLiteral("every page is as it should be; ") + incarnationText(**database));
    return Finding::fail(check, intact.error().message,
                         QStringLiteral("start a relay once if there never was one; else restore a backup"));
}

} // namespace recado::relay::doctor
