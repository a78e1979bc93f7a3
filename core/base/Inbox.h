#pragma once

#include <QObject>

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

class QSocketNotifier;

namespace recado::base {

/// The one way across threads: tasks posted from anywhere run, in order, on the thread the inbox lives on.
///
/// A mutex and an eventfd (Linux) rather than queued signals: one wake-up serves a whole batch of tasks, and
/// the thread sanitizer can follow it although Qt itself is not instrumented. Elsewhere the wake-up is a
/// queued call. Tasks left when the inbox is destroyed are dropped unrun; their captures are released.
class Inbox : public QObject {
    Q_OBJECT
public:
    using Task = std::function<void()>;

    /// Construct on, or move to, the thread that shall run the tasks, before the first post().
    explicit Inbox(QObject* parent = nullptr);
    ~Inbox() override;

    /// Any thread. Runs `task` in a later turn of the owner's event loop, in the order of posting. The task
    /// may bring the end of the inbox: post() touches nothing of it once the task can run.
    void post(Task task);

    /// Posts `task` and waits for it to have run. Never call it on the owner's thread, and only while the
    /// owner's loop turns: it is for composition roots that start and stop threads, and for tests.
    void call(const Task& task);

private:
    void wake();
    void drain();

    std::mutex m_mutex;
    std::vector<Task> m_tasks;
    bool m_woken = false;
    int m_descriptor = -1;
    QSocketNotifier* m_notifier = nullptr;
};

} // namespace recado::base
