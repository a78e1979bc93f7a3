#include "base/Inbox.h"

#include <QMetaObject>
#include <QSocketNotifier>
#include <QtGlobal>

#include <condition_variable>
#include <utility>

#ifdef Q_OS_LINUX
#include <sys/eventfd.h>
#include <unistd.h>
#endif

namespace recado::base {

namespace {

// An event, what it brings for others, and what is sent at its end.
constexpr int roundsATurn = 3;

} // namespace

Inbox::Inbox(QObject* parent)
    : QObject(parent) {
#ifdef Q_OS_LINUX
    m_descriptor = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (m_descriptor < 0)
        qFatal("no descriptor left for a thread's inbox");
    // A child, so that it follows moveToThread().
    m_notifier = new QSocketNotifier(m_descriptor, QSocketNotifier::Read, this);
    connect(m_notifier, &QSocketNotifier::activated, this, [this] { drain(); });
#endif
}

Inbox::~Inbox() {
#ifdef Q_OS_LINUX
    delete m_notifier;
    close(m_descriptor);
#endif
}

void Inbox::post(Task task) {
    // The owner is woken under the lock: once the task can run, it may end the life of this inbox, and
    // nothing of it may be touched any more.
    const std::lock_guard lock(m_mutex);
    m_tasks.push_back(std::move(task));
    if (!std::exchange(m_woken, true))
        wake();
}

void Inbox::call(const Task& task) {
    std::mutex mutex;
    std::condition_variable done;
    bool finished = false;
    post([&] {
        task();
        const std::lock_guard lock(mutex);
        finished = true;
        done.notify_one();
    });
    std::unique_lock lock(mutex);
    done.wait(lock, [&] { return finished; });
}

void Inbox::wake() {
#ifdef Q_OS_LINUX
    const quint64 one = 1;
    // Fails only when the counter is full, and then the owner is awake already.
    [[maybe_unused]] const auto written = write(m_descriptor, &one, sizeof one);
#else
    QMetaObject::invokeMethod(
        this, [this] { drain(); }, Qt::QueuedConnection);
#endif
}

void Inbox::drain() {
#ifdef Q_OS_LINUX
    quint64 count = 0;
    [[maybe_unused]] const auto got = read(m_descriptor, &count, sizeof count);
#endif
    // One of the tasks may end the life of this inbox: nothing of it is touched behind them.
    for (Task& task : take(Waking::Again))
        task();
}

std::vector<Inbox::Task> Inbox::take(Waking waking) {
    const std::lock_guard lock(m_mutex);
    if (waking == Waking::Again)
        m_woken = false;
    return std::exchange(m_tasks, {});
}

Inbox::Turn::Turn(Inbox& inbox)
    : m_inbox(inbox)
    , m_woken([&] {
        const std::lock_guard lock(inbox.m_mutex);
        return std::exchange(inbox.m_woken, true);
    }()) {}

Inbox::Turn::~Turn() {
    for (int round = 0; round < roundsATurn; ++round) {
        std::vector<Task> tasks = m_inbox.take(Waking::Needless);
        if (tasks.empty())
            break;
        for (Task& task : tasks)
            task();
    }
    const std::lock_guard lock(m_inbox.m_mutex);
    // Woken before the turn began, the owner has an event coming anyway.
    if (m_woken)
        return;
    if (m_inbox.m_tasks.empty())
        m_inbox.m_woken = false;
    else
        m_inbox.wake();
}

} // namespace recado::base
