#include "relay/ops/TerminationSignals.h"

#include <QSocketNotifier>

#include <sys/signalfd.h>

#include <csignal>

namespace recado::relay {

namespace {

sigset_t terminationSet() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    return set;
}

} // namespace

void TerminationSignals::block() {
    const sigset_t set = terminationSet();
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

TerminationSignals::TerminationSignals(const std::function<void()>& terminate,
                                       const std::function<void()>& reload) {
    const sigset_t set = terminationSet();
    m_descriptor = Descriptor(signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC));
    m_notifier = std::make_unique<QSocketNotifier>(m_descriptor.get(), QSocketNotifier::Read);
    QObject::connect(m_notifier.get(), &QSocketNotifier::activated, m_notifier.get(),
                     [this, terminate, reload] {
                         signalfd_siginfo info{};
                         if (read(m_descriptor.get(), &info, sizeof info) != ssize_t(sizeof info))
                             return;
                         if (info.ssi_signo == SIGHUP)
                             reload();
                         else
                             terminate();
                     });
}

TerminationSignals::~TerminationSignals() = default;

} // namespace recado::relay
