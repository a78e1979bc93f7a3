#pragma once

#include "base/SigningKey.h"
#include "relay/gateway/Http.h"
#include "relay/ops/HomeThread.h"
#include "relay/ops/Relay.h"

#include <QJsonObject>
#include <QTimer>

#include <atomic>

namespace recado::relay {

class AdminCommands;
class ControlServer;
class Gateway;
class RelayCore;
class RelayDatabase;
class SqliteDirectory;
class SqliteMailboxStore;
class SqlitePrekeyStore;

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
    /// An administrative command from within.
    QJsonObject runBlocking(const QJsonObject& request);

    RelayConfig config;
    const base::SystemClock machineClock;
    const base::Clock& clock;
    const qint64 startedAtMs;
    QString name;
    QString firstInvitation;
    std::atomic<bool> accepting{false};
    bool stopped = false;

    HomeThread home;
    std::unique_ptr<RelayDatabase> database;
    std::unique_ptr<SqliteMailboxStore> mailboxes;
    std::unique_ptr<SqliteDirectory> directory;
    std::unique_ptr<SqlitePrekeyStore> prekeys;
    std::unique_ptr<AdminCommands> commands;
    std::unique_ptr<RelayCore> core;
    std::unique_ptr<Gateway> gateway;
    std::unique_ptr<Gateway> adminGateway;
    // These two live on the home thread.
    std::unique_ptr<ControlServer> control;
    std::unique_ptr<QTimer> ticker;

private:
    base::Status openStore();
    base::Status openListeners();
    base::Status settleIdentity(bool isFirstStart);
    void openCore(base::SigningKey key);
    void waitForCommits();
    [[nodiscard]] HttpResponse answerPublic(const HttpRequest& request) const;
    [[nodiscard]] HttpResponse answerAdmin(const HttpRequest& request) const;
};

} // namespace recado::relay
