#pragma once

#include "base/Inbox.h"

#include <QThread>

#include <functional>
#include <memory>

namespace recado::host {

/// A thread, not started yet, for one task that opens a profile or derives its key.
std::unique_ptr<QThread> threadFor(std::function<void()> task);

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
