#include "relay/ops/ConfigReader.h"
#include "relay/ops/Program.h"
#include "relay/ops/Relay.h"
#include "relay/ops/TerminationSignals.h"

#include <QCoreApplication>

#include <sys/resource.h>

namespace recado::relay {

namespace {

/// Connections need descriptors; the soft limit is usually far below what the system allows.
void raiseDescriptorLimit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
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
    raiseDescriptorLimit();
    const auto created = Relay::create(*config);
    if (!created) {
        complain(created.error().message);
        return exitCodeOf(created.error());
    }
    Relay& relay = **created;
    const TerminationSignals termination([] { QCoreApplication::quit(); });
    relay.start();
    if (!relay.firstInvitation().isEmpty())
        complain(QStringLiteral("the first invitation: %1").arg(relay.firstInvitation()));
    if (!relay.adminUrl().isEmpty())
        say(QStringLiteral("admin %1\n").arg(relay.adminUrl()));
    say(QStringLiteral("ready %1\n").arg(relay.url()));
    const int code = QCoreApplication::exec();
    relay.stop();
    return code;
}

} // namespace recado::relay
