#pragma once

#include "relay/gateway/Descriptor.h"

#include <functional>
#include <memory>

class QSocketNotifier;

namespace recado::relay {

/// SIGTERM, SIGINT and SIGHUP as events of the main loop (signalfd), so that nothing runs in a signal
/// handler.
class TerminationSignals {
public:
    /// Blocks the signals for this thread and those it starts; call it before the first thread is made.
    static void block();

    /// Called on this thread, each time one arrives: `reload` for SIGHUP, `terminate` for the others. Needs
    /// block() and an application.
    TerminationSignals(const std::function<void()>& terminate, const std::function<void()>& reload);
    ~TerminationSignals();

private:
    Descriptor m_descriptor;
    std::unique_ptr<QSocketNotifier> m_notifier;
};

} // namespace recado::relay
