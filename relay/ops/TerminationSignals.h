#pragma once

#include "relay/gateway/Descriptor.h"

#include <functional>
#include <memory>

class QSocketNotifier;

namespace recado::relay {

/// SIGTERM and SIGINT as events of the main loop (signalfd), so that nothing runs in a signal handler.
class TerminationSignals {
public:
    /// Blocks the signals for this thread and those it starts; call it before the first thread is made.
    static void block();

    /// `terminate` is called on this thread, each time one of them arrives. Needs block() and an application.
    explicit TerminationSignals(const std::function<void()>& terminate);
    ~TerminationSignals();

private:
    Descriptor m_descriptor;
    std::unique_ptr<QSocketNotifier> m_notifier;
};

} // namespace recado::relay
