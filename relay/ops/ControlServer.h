#pragma once

#include "base/Result.h"
#include "relay/gateway/Descriptor.h"
#include "relay/ops/AdminCommands.h"

#include <QObject>
#include <QString>

#include <memory>

class QSocketNotifier;

namespace recado::relay {

/// Serves administrative commands on the control socket of a running relay. Whoever can connect is the owner
/// of the data directory, so that a slow peer may hold up the home thread for a moment, and only that thread.
class ControlServer : public QObject {
    Q_OBJECT
public:
    /// Create it on the thread it shall work on. `commands` is borrowed and outlives its last answer.
    static base::Result<std::unique_ptr<ControlServer>> create(const QString& directory,
                                                               AdminCommands& commands);
    /// Removes the socket.
    ~ControlServer() override;

private:
    ControlServer(QString directory, Descriptor socket, AdminCommands& commands);
    void serve();

    const QString m_directory;
    Descriptor m_socket;
    AdminCommands& m_commands;
    std::unique_ptr<QSocketNotifier> m_notifier;
};

} // namespace recado::relay
