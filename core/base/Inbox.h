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

    /// While one exists, on the owner's thread and within one of its events, what is posted needs no wake-up:
    /// it runs when the turn ends, and what those tasks post as well, for a few rounds. What is then still
    /// coming waits for the next event, so that the owner's other events get their chance. For owners of whom
    /// no task ends the life of the inbox.
    class Turn {
    public:
        explicit Turn(Inbox& inbox);
        ~Turn();
        Turn(const Turn&) = delete;
        Turn& operator=(const Turn&) = delete;

    private:
        Inbox& m_inbox;
        const bool m_woken; // before the turn
    };

    /// Posts `task` and waits for it to have run. Never call it on the owner's thread, and only while the
    /// owner's loop turns: it is for composition roots that start and stop threads, and for tests.
    void call(const Task& task);

private:
    void wake();
    void drain();
    /// What is to be done about waking the owner for what is posted from now on.
    enum class Waking { Again, Needless };
    std::vector<Task> take(Waking waking);

    std::mutex m_mutex;
    std::vector<Task> m_tasks;
    bool m_woken = false;
    int m_descriptor = -1;
    QSocketNotifier* m_notifier = nullptr;
};

} // namespace recado::base
