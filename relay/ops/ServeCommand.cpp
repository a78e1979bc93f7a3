#include "relay/ops/ConfigReader.h"
#include "relay/ops/Program.h"
#include "relay/ops/Relay.h"
#include "relay/ops/ServiceNotifier.h"
#include "relay/ops/TerminationSignals.h"

#include <QCoreApplication>
#include <QTimer>

#include <sys/resource.h>

namespace recado::relay {

namespace {

Q_LOGGING_CATEGORY(serveLog, "recado.relay")

/// Connections need descriptors; the soft limit is usually far below what the system allows.
void raiseDescriptorLimit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

/// Says that the relay is alive, as often as the service manager wants to hear it and only while it is true.
std::unique_ptr<QTimer> superviseBy(ServiceNotifier& manager, Relay& relay) {
    if (manager.watchdogInterval().count() == 0)
        return nullptr;
    auto timer = std::make_unique<QTimer>();
    QObject::connect(timer.get(), &QTimer::timeout, timer.get(),
                     [&manager, &relay] { relay.whenAlive([&manager] { manager.alive(); }); });
    timer->start(std::chrono::duration_cast<std::chrono::milliseconds>(manager.watchdogInterval() / 3));
    return timer;
}

int exitCodeOf(const base::Error& error) {
    return error.reason == base::Reason::Configuration ? exitUsage : exitFailure;
}

} // namespace

int runServe(const QStringList& options) {
    const auto config = readConfig(options, QProcessEnvironment::systemEnvironment());
    if (!config) {
        complain(config.error().message);
        return exitUsage;
    }
    base::configureLogging(config->logFormat, config->logLevel);
    raiseDescriptorLimit();
    const auto created = Relay::create(*config);
    if (!created) {
        complain(created.error().message);
        return exitCodeOf(created.error());
    }
    Relay& relay = **created;
    const TerminationSignals signals([] { QCoreApplication::quit(); }, [&relay] { relay.reload(); });
    relay.start();
    if (!relay.firstInvitation().isEmpty())
        complain(QStringLiteral("the first invitation: %1").arg(relay.firstInvitation()));
    if (!relay.adminUrl().isEmpty())
        say(QStringLiteral("admin %1\n").arg(relay.adminUrl()));
    say(QStringLiteral("ready %1\n").arg(relay.url()));
    qCInfo(serveLog) << "accepting connections" << base::logField("version", QStringLiteral(RECADO_VERSION));
    ServiceNotifier manager(QProcessEnvironment::systemEnvironment());
    manager.ready();
    const auto watchdog = superviseBy(manager, relay);
    const int code = QCoreApplication::exec();
    manager.stopping();
    relay.stop();
    qCInfo(serveLog) << "stopped";
    return code;
}

} // namespace recado::relay
