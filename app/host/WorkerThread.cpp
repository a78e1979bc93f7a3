#include "app/host/WorkerThread.h"

namespace recado::host {

WorkerThread::WorkerThread(const QString& name) {
    m_thread.setObjectName(name);
    m_inbox.moveToThread(&m_thread);
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
