#include "base/Log.h"
#include "relay/ops/Program.h"
#include "relay/ops/TerminationSignals.h"

#include <QCoreApplication>

#include <sys/resource.h>

#include <csignal>

/// The relay. Everything it can be told is in CONTRACT.md and `recado-relay --help`.
int main(int argc, char** argv) {
    const rlimit none{0, 0}; // a core dump would hold the relay's key
    setrlimit(RLIMIT_CORE, &none);
    std::signal(SIGPIPE, SIG_IGN); // who started it may have gone, and read the log no longer
    recado::relay::TerminationSignals::block();
    const QCoreApplication application(argc, argv);
    recado::base::installLogging();
    return recado::relay::runProgram(QCoreApplication::arguments().mid(1));
}
