#pragma once

#include "base/Inbox.h"

#include <QThread>

namespace recado::relay {

/// A thread with an event loop and one inbox, for what belongs to no connection.
class HomeThread {
public:
    HomeThread();
    /// stop()
    ~HomeThread();

    [[nodiscard]] base::Inbox& inbox() { return m_inbox; }
    /// Ends the loop and joins the thread. Tasks that come later never run.
    void stop();

private:
    base::Inbox m_inbox;
    QThread m_thread;
};

} // namespace recado::relay
