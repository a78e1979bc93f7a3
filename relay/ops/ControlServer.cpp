#include "relay/ops/ControlServer.h"

#include "base/Log.h"
#include "relay/ops/ControlSocket.h"

#include <QJsonDocument>
#include <QLoggingCategory>
#include <QSocketNotifier>

#include <sys/socket.h>

namespace recado::relay {

namespace {

Q_LOGGING_CATEGORY(controlLog, "recado.relay.control")

constexpr int requestTimeoutMs = 1'000;

} // namespace

base::Result<std::unique_ptr<ControlServer>> ControlServer::create(const QString& directory,
                                                                   AdminCommands& commands) {
    RECADO_TRY(Descriptor socket, controlSocket::listenIn(directory));
    return std::unique_ptr<ControlServer>(new ControlServer(directory, std::move(socket), commands));
}

ControlServer::ControlServer(QString directory, Descriptor socket, AdminCommands& commands)
    : m_directory(std::move(directory))
    , m_socket(std::move(socket))
    , m_commands(commands)
    , m_notifier(std::make_unique<QSocketNotifier>(m_socket.get(), QSocketNotifier::Read)) {
    connect(m_notifier.get(), &QSocketNotifier::activated, this, [this] { serve(); });
}

ControlServer::~ControlServer() {
    m_notifier.reset();
    controlSocket::removeFrom(m_directory);
}

void ControlServer::serve() {
    auto peer =
        std::make_shared<Descriptor>(accept4(m_socket.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!peer->isOpen())
        return;
    const auto line = controlSocket::readLine(*peer, requestTimeoutMs);
    if (!line) {
        qCWarning(controlLog) << "a request did not come" << base::logField("error", line.error().message);
        return;
    }
    m_commands.run(QJsonDocument::fromJson(*line).object(), [peer](const QJsonObject& answer) {
        const base::Status written =
            controlSocket::writeLine(*peer, QJsonDocument(answer).toJson(QJsonDocument::Compact));
        if (!written)
            qCWarning(controlLog) << "an answer was not read"
                                  << base::logField("error", written.error().message);
    });
}

} // namespace recado::relay
