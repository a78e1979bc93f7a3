#include "relay/gateway/ThreadEnd.h"

namespace recado::relay {

/// A thread's local objects go when its function has returned, and with it all that Qt does at its end.
struct ThreadEnd::Last {
    ThreadEnd* end = nullptr;

    Last() = default;
    Last(const Last&) = delete;
    Last& operator=(const Last&) = delete;
    ~Last() {
        if (end != nullptr)
            end->tell();
    }
};

void ThreadEnd::comesWithThisThread() {
    thread_local Last last;
    last.end = this;
}

void ThreadEnd::wait() {
    std::unique_lock lock(m_mutex);
    m_told.wait(lock, [this] { return m_over; });
}

void ThreadEnd::tell() {
    // Under the lock: whoever waits may destroy this at once.
    const std::lock_guard lock(m_mutex);
    m_over = true;
    m_told.notify_all();
}

} // namespace recado::relay
