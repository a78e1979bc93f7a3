#pragma once

#include "relay/gateway/PortableContext.h"
#include "relay/gateway/ThreadEnd.h"

#include <QThread>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

class QTimer;

namespace recado::relay {

/// So many sockets a thread: Qt's event loops look at every notifier whenever one of them has something.
constexpr int socketsAThread = 500;

/// One thread of the portable driver: a Qt event loop for a few hundred sockets, each with notifiers of its
/// own.
///
/// All public functions are for other threads; those with a promise block until the thread has done it.
class PortableThread {
public:
    /// `strangers` counts connections that are not authenticated, of all threads; borrowed.
    PortableThread(GatewayServices services, std::atomic<int>& strangers);
    /// finish() must have been called.
    ~PortableThread();

    void run();
    /// Serves an accepted socket, and owns its descriptor from now on.
    void take(qintptr descriptor);
    /// Sockets it was given and that have not ended.
    [[nodiscard]] int load() const { return m_load; }

    /// A close frame for every connection.
    void closeAll(quint16 code, const QString& reason);
    /// Waits for the last connection to end; false when some are left after `patience`.
    bool waitUntilEmpty(std::chrono::milliseconds patience);
    /// Aborts what is left and joins the thread.
    void finish();

    [[nodiscard]] base::Inbox& inbox() { return m_context.inbox; }

private:
    void begin();
    void end();
    void enroll(qintptr descriptor);
    void displaceStranger();
    void settleAll();
    void bury();
    void tick();
    [[nodiscard]] int tickIntervalMs() const;

    PortableContext m_context;
    QThread m_thread;
    ThreadEnd m_threadEnd;
    std::vector<std::unique_ptr<PortableConnection>> m_members;
    std::vector<PortableConnection*> m_unsettled;
    qint64 m_tickedAtMs = 0;
    std::unique_ptr<QTimer> m_timer; // made and destroyed on the thread

    std::atomic<int> m_load{0};
    std::mutex m_emptyMutex;
    std::condition_variable m_emptyChanged;
};

} // namespace recado::relay
