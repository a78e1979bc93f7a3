#pragma once

#include "base/Inbox.h"

#include <QThread>

namespace recado::host {

/// A thread with an event loop and the inbox that leads to it.
class WorkerThread {
public:
    /// Starts at once; `name` is what debuggers show.
    explicit WorkerThread(const QString& name);
    /// Ends the loop after the task it runs, and waits.
    ~WorkerThread();
    WorkerThread(const WorkerThread&) = delete;
    WorkerThread& operator=(const WorkerThread&) = delete;

    [[nodiscard]] base::Inbox& inbox() { return m_inbox; }

private:
    QThread m_thread;
    base::Inbox m_inbox;
};

} // namespace recado::host
