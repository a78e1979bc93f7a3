#include "relay/ops/AdminClient.h"
#include "relay/ops/AdminCommands.h"
#include "relay/ops/ConfigReader.h"
#include "relay/ops/Program.h"
#include "sql/Database.h"

#include <QDateTime>
#include <QDir>
#include <QFileInfo>
#include <QStorageInfo>

#include <sys/resource.h>

namespace recado::relay {

namespace {

constexpr auto foreignAccess = QFileDevice::ReadGroup | QFileDevice::WriteGroup | QFileDevice::ReadOther |
                               QFileDevice::WriteOther | QFileDevice::ExeGroup | QFileDevice::ExeOther;
constexpr rlim_t enoughDescriptors = 4'096;
constexpr qint64 enoughBytes = 256LL * 1'024 * 1'024;
constexpr qint64 clockToleranceMs = 60'000;

/// One line a finding; remembers whether one of them was bad.
class Findings {
public:
    void report(const QString& what, const QString& problem, const QString& good = {}) {
        m_healthy = m_healthy && problem.isEmpty();
        say(QStringLiteral("%1 %2: %3\n")
                .arg(problem.isEmpty() ? QStringLiteral("ok   ") : QStringLiteral("wrong"), what,
                     problem.isEmpty() ? (good.isEmpty() ? QStringLiteral("fine") : good) : problem));
    }
    [[nodiscard]] bool healthy() const { return m_healthy; }

private:
    bool m_healthy = true;
};

void checkAccess(Findings& findings, const QString& what, const QString& path) {
    const QFileInfo info(path);
    QString problem;
    if (!info.exists())
        problem = QStringLiteral("not there");
    else if ((info.permissions() & foreignAccess) != 0)
        problem = QStringLiteral("others have access");
    findings.report(what, problem);
}

void checkDatabase(Findings& findings, const QString& path) {
    sql::DatabaseOptions options;
    options.path = path;
    options.encryption = sql::Encryption::Plain;
    options.access = sql::Access::ReadOnly;
    const auto database = sql::Database::openExisting(options);
    const base::Status intact = database ? (*database)->checkIntegrity() : base::Status(database.error());
    findings.report(QStringLiteral("database"), intact ? QString() : intact.error().message,
                    QStringLiteral("every page is as it should be"));
}

/// A clock before the database's last write makes everything that waits expire late, or at once.
void checkClock(Findings& findings, const QString& database) {
    const qint64 lead = QFileInfo(database).lastModified().msecsTo(QDateTime::currentDateTime());
    findings.report(QStringLiteral("clock"), lead < -clockToleranceMs
                                                 ? QStringLiteral("behind the database's last change")
                                                 : QString());
}

void checkSystem(Findings& findings, const QString& directory) {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    const QString descriptors = QStringLiteral("%1 possible").arg(qulonglong(limit.rlim_max));
    findings.report(QStringLiteral("descriptors"),
                    limit.rlim_max < enoughDescriptors ? descriptors : QString(), descriptors);
    const qint64 free = QStorageInfo(directory).bytesAvailable();
    const QString space = QStringLiteral("%1 MiB free").arg(free / (1'024 * 1'024));
    findings.report(QStringLiteral("disk"), free < enoughBytes ? space : QString(), space);
}

void checkRelay(Findings& findings, const QString& directory) {
    const auto health = askRunningRelay(directory, healthRequest());
    const QString what = QStringLiteral("relay");
    if (!health && health.error().reason == base::Reason::RelayUnreachable)
        return findings.report(what, QString(), QStringLiteral("not running"));
    if (!health)
        return findings.report(what, health.error().message);
    const bool healthy = health->value(QStringLiteral("healthy")).toBool();
    findings.report(what, healthy ? QString() : QStringLiteral("running, but its store takes no changes"),
                    QStringLiteral("running"));
}

} // namespace

int runDoctor(const QStringList& options) {
    const auto config = readConfig(options, QProcessEnvironment::systemEnvironment());
    if (!config) {
        complain(config.error().message);
        return exitUsage;
    }
    Findings findings;
    findings.report(QStringLiteral("configuration"), QString());
    const QDir directory(config->dataDirectory);
    const QString database = directory.filePath(QStringLiteral("relay.db"));
    checkAccess(findings, QStringLiteral("data directory"), directory.path());
    checkAccess(findings, QStringLiteral("relay.key"), directory.filePath(QStringLiteral("relay.key")));
    checkDatabase(findings, database);
    checkClock(findings, database);
    checkSystem(findings, directory.path());
    checkRelay(findings, directory.path());
    return findings.healthy() ? exitSuccess : exitFailure;
}

} // namespace recado::relay
