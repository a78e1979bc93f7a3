#include "app/host/WorkerThread.h"

#include "crypto/ThreadState.h"

namespace recado::host {

std::unique_ptr<QThread> threadFor(std::function<void()> task) {
    return std::unique_ptr<QThread>(QThread::create([task = std::move(task)] {
        task();
        crypto::releaseThreadState();
    }));
}

WorkerThread::WorkerThread(const QString& name) {
    m_thread.setObjectName(name);
    m_inbox.moveToThread(&m_thread);
    QObject::connect(&m_thread, &QThread::finished, [] { crypto::releaseThreadState(); }); // on that thread
    m_thread.start();
}

WorkerThread::~WorkerThread() {
    // The inbox comes back here, because it is destroyed where its thread has ended.
    QThread* const here = QThread::currentThread();
    m_inbox.call([this, here] { m_inbox.moveToThread(here); });
    m_thread.quit();
    m_thread.wait();
}

} // namespace recado::host
