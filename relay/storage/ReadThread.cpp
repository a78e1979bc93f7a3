#include "relay/storage/ReadThread.h"

#include "sql/Database.h"

#include <utility>

namespace recado::relay {

namespace {

constexpr std::size_t mostReadsWaiting = 65'536;

} // namespace

ReadThread::ReadThread(std::unique_ptr<sql::Database> database)
    : m_database(std::move(database))
    , m_thread([this] { work(); }) {}

ReadThread::~ReadThread() {
    stop();
}

bool ReadThread::submit(Job job) {
    const std::lock_guard lock(m_mutex);
    if (m_stopping || m_queue.size() >= mostReadsWaiting)
        return false;
    m_queue.push_back(std::move(job));
    if (m_queue.size() == 1)
        m_wakeUp.notify_one();
    return true;
}

void ReadThread::stop() {
    {
        const std::lock_guard lock(m_mutex);
        m_stopping = true;
    }
    m_wakeUp.notify_one();
    if (m_thread.joinable())
        m_thread.join();
}

void ReadThread::work() {
    std::unique_lock lock(m_mutex);
    for (;;) {
        m_wakeUp.wait(lock, [this] { return m_stopping || !m_queue.empty(); });
        if (m_queue.empty())
            break;
        const std::deque<Job> jobs = std::exchange(m_queue, {});
        lock.unlock();
        for (const Job& job : jobs)
            job(*m_database);
        lock.lock();
    }
    m_database.reset();
}

} // namespace recado::relay
