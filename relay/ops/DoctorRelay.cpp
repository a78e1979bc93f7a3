#include "relay/gateway/ListenHost.h"
#include "relay/ops/AdminCommands.h"
#include "relay/ops/ControlSocket.h"
#include "relay/ops/DoctorChecks.h"

#include <QDir>
#include <QFileInfo>
#include <QJsonDocument>

#include <sys/socket.h>

namespace recado::relay::doctor {

namespace {

constexpr auto foreignAccess = QFileDevice::ReadGroup | QFileDevice::WriteGroup | QFileDevice::ReadOther |
                               QFileDevice::WriteOther | QFileDevice::ExeGroup | QFileDevice::ExeOther;
constexpr int answerTimeoutMs = 5'000;

enum class Presence { Needed, Optional };

void checkOwnersOnly(Findings& findings, const QString& check, const QString& path, Presence presence) {
    const QFileInfo info(path);
    if (!info.exists()) {
        if (presence == Presence::Needed)
            findings.push_back(Finding::fail(check, QStringLiteral("not there"),
                                             QStringLiteral("start the relay once with this data directory, "
                                                            "or name the right one with --data")));
        return;
    }
    if ((info.permissions() & foreignAccess) == 0)
        findings.push_back(Finding::ok(check, QStringLiteral("for its owner only")));
    else
        findings.push_back(Finding::fail(check, QStringLiteral("others have access"),
                                         QStringLiteral("chmod go-rwx %1").arg(path)));
}

} // namespace

RunningRelay findRelay(const QString& dataDirectory) {
    RunningRelay relay;
    const auto socket = controlSocket::connectTo(dataDirectory);
    if (!socket)
        return relay;
    relay.isRunning = true;
    ucred peer{};
    socklen_t length = sizeof peer;
    if (getsockopt(socket->get(), SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0)
        relay.processId = peer.pid;
    const base::Status asked =
        controlSocket::writeLine(*socket, QJsonDocument(healthRequest()).toJson(QJsonDocument::Compact));
    const auto line =
        asked ? controlSocket::readLine(*socket, answerTimeoutMs) : base::Result<QByteArray>(asked.error());
    if (!line) {
        relay.trouble = line.error().message;
        return relay;
    }
    relay.answers = true;
    const QJsonObject answer = QJsonDocument::fromJson(*line).object();
    relay.healthy = answer.value(QStringLiteral("healthy")).toBool();
    relay.url = answer.value(QStringLiteral("url")).toString();
    return relay;
}

Finding checkRelay(const RunningRelay& relay) {
    const QString check = QStringLiteral("relay");
    if (!relay.isRunning)
        return Finding::ok(check, QStringLiteral("not running"));
    if (!relay.answers)
        return Finding::fail(check, relay.trouble,
                             QStringLiteral("restart it; its log says what it was doing"));
    if (!relay.healthy)
        return Finding::fail(check, QStringLiteral("running, but its store takes no changes"),
                             QStringLiteral("its log says why; space on the disk is the usual reason"));
    return Finding::ok(check, QStringLiteral("running"));
}

Findings checkAccess(const QString& dataDirectory) {
    Findings findings;
    const QDir directory(dataDirectory);
    checkOwnersOnly(findings, QStringLiteral("data directory"), directory.path(), Presence::Needed);
    checkOwnersOnly(findings, QStringLiteral("relay.key"), directory.filePath(QStringLiteral("relay.key")),
                    Presence::Needed);
    checkOwnersOnly(findings, QStringLiteral("relay.db"), directory.filePath(QStringLiteral("relay.db")),
                    Presence::Optional); // whether it is there is the database's check
    return findings;
}

Findings checkExposure(const RelayConfig& config) {
    Findings findings;
    const auto loopback = isLoopbackHost(config.gateway.host);
    const bool reachable = config.behindProxy || !loopback || !*loopback;
    const QString registration = QStringLiteral("registration");
    const bool open = config.registration ? *config.registration == RegistrationMode::Open : !reachable;
    if (open && reachable)
        findings.push_back(
            Finding::warn(registration, QStringLiteral("open to everybody who finds the relay"),
                          QStringLiteral("registration = invite, unless that is the intention")));
    else
        findings.push_back(Finding::ok(registration, open ? QStringLiteral("open, on loopback only")
                                                          : QStringLiteral("not open")));
    if (config.admin) {
        const auto local = isLoopbackHost(config.admin->host);
        const QString check = QStringLiteral("admin listener");
        if (local && *local)
            findings.push_back(Finding::ok(check, QStringLiteral("on loopback only")));
        else
            findings.push_back(Finding::warn(check,
                                             QStringLiteral("others on the network can read the metrics"),
                                             QStringLiteral("listen on 127.0.0.1, and let a proxy with "
                                                            "authentication serve them")));
    }
    return findings;
}

} // namespace recado::relay::doctor
