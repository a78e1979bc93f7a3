#pragma once

#include "base/SigningKey.h"
#include "relay/gateway/Http.h"
#include "relay/ops/HomeThread.h"
#include "relay/ops/OperationsState.h"
#include "relay/ops/Relay.h"

#include <QJsonObject>
#include <QTimer>

#include <atomic>
#include <functional>

namespace recado::relay {

class AdminCommands;
class ControlServer;
class Gateway;
class RelayCore;
class RelayDatabase;
class SqliteDirectory;
class SqliteLimitStore;
class SqliteMailboxStore;
class SqlitePrekeyStore;
class TraceExporter;

/// The parts in the order they are made; they go in the opposite one. The gateways' inboxes outlive the
/// stores' last answers because stop() has ended the database before anything is destroyed.
class Relay::Parts {
public:
    explicit Parts(RelayConfig given);
    ~Parts();

    /// Relay::create(), start() and stop().
    base::Status open();
    void start();
    void stop();
    /// Relay::reload()
    void reload();
    /// Relay::whenAlive()
    void whenAlive(const std::function<void()>& alive);
    /// An administrative command from within.
    QJsonObject runBlocking(const QJsonObject& request);

    RelayConfig config;
    const base::SystemClock machineClock;
    const base::Clock& clock;
    const qint64 startedAtMs;
    QString name;
    QString firstInvitation;
    std::atomic<bool> accepting{false};
    std::atomic<bool> overloaded{false}; // no more sessions for now
    bool stopped = false;
    OperationsState operations;

    HomeThread home;
    std::unique_ptr<RelayDatabase> database;
    std::unique_ptr<SqliteMailboxStore> mailboxes;
    std::unique_ptr<SqliteDirectory> directory;
    std::unique_ptr<SqlitePrekeyStore> prekeys;
    std::unique_ptr<SqliteLimitStore> limits;
    std::unique_ptr<AdminCommands> commands;
    std::unique_ptr<TraceExporter> tracing; // null: nothing is followed
    std::unique_ptr<RelayCore> core;
    std::unique_ptr<Gateway> gateway;
    std::unique_ptr<Gateway> adminGateway;
    // These live on the home thread.
    std::unique_ptr<ControlServer> control;
    std::unique_ptr<QTimer> ticker;
    std::unique_ptr<QTimer> certificateTicker;
    std::unique_ptr<QTimer> surveyor;

private:
    base::Status openTls();
    void noteCertificate();
    base::Status openStore();
    base::Status openListeners();
    base::Status settleIdentity(bool isFirstStart);
    void openCore(base::SigningKey key);
    void waitForCommits();
    void surveyMailboxes();
    [[nodiscard]] HttpResponse answerTraced(const HttpRequest& request) const;
    [[nodiscard]] HttpResponse answerPublic(const HttpRequest& request) const;
    [[nodiscard]] HttpResponse answerAdmin(const HttpRequest& request) const;
};

} // namespace recado::relay
