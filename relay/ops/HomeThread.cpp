#include "relay/ops/HomeThread.h"

namespace recado::relay {

HomeThread::HomeThread() {
    m_thread.setObjectName(QStringLiteral("relay-home"));
    m_inbox.moveToThread(&m_thread);
    m_thread.start();
}

HomeThread::~HomeThread() {
    stop();
}

void HomeThread::stop() {
    m_thread.quit();
    m_thread.wait();
}

} // namespace recado::relay
