#pragma once

#include <condition_variable>
#include <mutex>

namespace recado::relay {

/// Tells one thread that another is over, to its last destructor. QThread::wait() does that as well, but
/// inside a library that is not built for the thread sanitizer, which then takes the destruction of the
/// QThread for a race with the thread's own last steps.
class ThreadEnd {
public:
    ThreadEnd() = default;
    ThreadEnd(const ThreadEnd&) = delete;
    ThreadEnd& operator=(const ThreadEnd&) = delete;

    /// On the thread in question, once.
    void comesWithThisThread();
    /// On another thread, which may destroy this afterwards.
    void wait();

private:
    struct Last;
    void tell();

    std::mutex m_mutex;
    std::condition_variable m_told;
    bool m_over = false;
};

} // namespace recado::relay
