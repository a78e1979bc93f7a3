#pragma once

#include <QTcpServer>

#include <functional>

class QTimer;

namespace recado::relay {

/// Accepts connections and hands their descriptors on as they are: the sockets are made on the threads that
/// serve them. That is also why this is no QSslServer, which makes them on its own thread and counts those
/// who never finish the handshake against everybody else.
///
/// When the process has no descriptor left, Qt neither accepts nor stops to ask whether it may, and says
/// nothing; so the listener rests for a moment when its thread keeps waking up for no connection.
class PortableListener final : public QTcpServer {
    Q_OBJECT
public:
    using Accepted = std::function<void(qintptr descriptor)>;

    /// On the thread it shall live on, which does nothing else.
    explicit PortableListener(Accepted accepted);

protected:
    void incomingConnection(qintptr descriptor) override;

private:
    void noticeAwake();

    const Accepted m_accepted;
    QTimer* m_rest;
    int m_vainWakeUps = 0; // since a connection came
};

} // namespace recado::relay
