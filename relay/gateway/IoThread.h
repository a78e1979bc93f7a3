#pragma once

#include "relay/gateway/IoContext.h"
#include "relay/gateway/Listener.h"
#include "relay/gateway/SocketConnection.h"
#include "relay/gateway/ThreadEnd.h"

#include <QThread>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

class QSocketNotifier;
class QTimer;

namespace recado::relay {

/// One thread of a gateway: a Qt event loop in which a single notifier stands for the epoll descriptor of all
/// its connections, one inbox for other threads, and one coarse timer for every deadline. A tick of that
/// timer reads one number a connection and touches only those whose time has come.
///
/// All public functions are for the gateway's owner, on another thread.
class IoThread {
public:
    IoThread(GatewayServices services, Descriptor listenSocket);
    /// finish() must have been called.
    ~IoThread();

    /// False when the system gave no epoll descriptor.
    [[nodiscard]] bool isUsable() const { return m_context.poll.isOpen(); }

    void run();
    void startAccepting();
    void stopAccepting();
    /// A close frame for every connection.
    void closeAll(quint16 code, const QString& reason);
    /// Waits for the last connection to end; false when some are left after `patience`.
    bool waitUntilEmpty(std::chrono::milliseconds patience);
    /// Aborts what is left and joins the thread.
    void finish();

    [[nodiscard]] base::Inbox& inbox() { return m_context.inbox; }

private:
    struct Member {
        std::unique_ptr<SocketConnection> connection;
        qint64 dueMs = 0;
    };

    void begin();
    void pass();
    void end();
    void accept(Descriptor socket, const PeerAddress& peer);
    [[nodiscard]] Admission admit(const PeerAddress& peer);
    void turnAway(Descriptor socket, const PeerAddress& peer, int status);
    bool enroll(std::unique_ptr<SocketConnection> connection);
    void displaceStranger();
    void settleAll();
    void bury(const SocketConnection& connection);
    void tick();
    void tickSome();
    void measureLag(qint64 nowMs);
    [[nodiscard]] int tickIntervalMs() const;

    IoContext m_context;
    Listener m_listener;
    QThread m_thread;
    ThreadEnd m_threadEnd;
    std::vector<Member> m_members;
    int m_refusals = 0; // since the last tick
    bool m_sliceComes = false;
    std::size_t m_tickPlace = 0; // in m_members, of the tick under way
    qint64 m_tickedAtMs = 0;

    // Made and destroyed on the thread.
    std::unique_ptr<QSocketNotifier> m_notifier;
    std::unique_ptr<QTimer> m_timer;

    std::mutex m_emptyMutex;
    std::condition_variable m_emptyChanged;
    bool m_empty = true;
};

} // namespace recado::relay
