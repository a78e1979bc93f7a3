#include "relay/gateway/PortableListener.h"

#include <QAbstractEventDispatcher>
#include <QTimer>

namespace recado::relay {

namespace {

constexpr int pendingConnections = 1'024;
// How long connections are left in the system's queue when there was no descriptor for one of them.
constexpr int restMs = 1'000;
// A handful of them is for the gateway's own calls to this thread.
constexpr int tooManyVainWakeUps = 64;

} // namespace

PortableListener::PortableListener(Accepted accepted)
    : m_accepted(std::move(accepted))
    , m_rest(new QTimer(this)) {
    setListenBacklogSize(pendingConnections);
    m_rest->setSingleShot(true);
    connect(QAbstractEventDispatcher::instance(), &QAbstractEventDispatcher::awake, this,
            &PortableListener::noticeAwake);
    // After an error that it does report, Qt has stopped to accept and never begins again by itself.
    connect(this, &QTcpServer::acceptError, m_rest, [this] { m_rest->start(restMs); });
    connect(m_rest, &QTimer::timeout, this, [this] {
        m_vainWakeUps = 0;
        resumeAccepting();
    });
}

void PortableListener::noticeAwake() {
    if (++m_vainWakeUps != tooManyVainWakeUps)
        return;
    pauseAccepting();
    m_rest->start(restMs);
}

void PortableListener::incomingConnection(qintptr descriptor) {
    m_vainWakeUps = 0;
    m_accepted(descriptor);
}

} // namespace recado::relay
