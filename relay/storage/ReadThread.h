#pragma once

#include "base/Result.h"

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

namespace recado::sql {
class Database;
}

namespace recado::relay {

/// A query-only connection on a thread of its own, so that look-ups wait neither for a commit nor for the
/// disk. A job sees every commit that was answered before it was submitted, and perhaps later ones.
class ReadThread {
public:
    using Job = std::function<void(sql::Database&)>;

    /// `database` must be ReadOnly; it is closed by stop().
    explicit ReadThread(std::unique_ptr<sql::Database> database);
    ReadThread(const ReadThread&) = delete;
    ReadThread& operator=(const ReadThread&) = delete;
    /// stop()
    ~ReadThread();

    /// Any thread. False when too much is waiting, or after stop(); the job is not run then.
    bool submit(Job job);

    /// Finishes what is queued, closes the connection and ends the thread. Call it from one thread, not from
    /// a job, and before the writing connection goes.
    void stop();

private:
    void work();

    std::unique_ptr<sql::Database> m_database; // the thread's only, once it runs
    std::mutex m_mutex;
    std::condition_variable m_wakeUp;
    std::deque<Job> m_queue;
    bool m_stopping = false;
    std::thread m_thread; // last: it uses all of the above
};

} // namespace recado::relay
