#include "app/cli/TerminationSignals.h"

#include <fcntl.h>
#include <unistd.h>

#include <csignal>

namespace recado::cli {

namespace {

// A signal handler may only reach what is static, and only write() to it.
int terminationPipe[2] = {-1, -1};

void onTerminationSignal(int /*signal*/) {
    const char one = 1;
    [[maybe_unused]] const ssize_t written = ::write(terminationPipe[1], &one, 1);
}

int openTerminationPipe() {
    if (::pipe2(terminationPipe, O_CLOEXEC | O_NONBLOCK) != 0)
        qFatal("no descriptor left for signals");
    return terminationPipe[0];
}

} // namespace

TerminationSignals::TerminationSignals(QObject* parent)
    : QObject(parent)
    , m_notifier(openTerminationPipe(), QSocketNotifier::Read) {
    connect(&m_notifier, &QSocketNotifier::activated, this, [this] {
        char taken[16];
        while (::read(terminationPipe[0], taken, sizeof taken) > 0) {
        }
        Q_EMIT requested();
    });
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGTERM, onTerminationSignal);
    std::signal(SIGINT, onTerminationSignal);
}

TerminationSignals::~TerminationSignals() {
    std::signal(SIGTERM, SIG_DFL);
    std::signal(SIGINT, SIG_DFL);
    for (int& end : terminationPipe) {
        ::close(end);
        end = -1;
    }
}

} // namespace recado::cli
