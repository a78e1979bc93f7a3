#include "relay/ops/RelayParts.h"

#include "relay/gateway/Gateway.h"
#include "relay/gateway/ListenHost.h"
#include "relay/gateway/TlsIdentity.h"
#include "relay/ops/AdminCommands.h"
#include "relay/ops/ControlServer.h"
#include "relay/ops/RelayKeyFile.h"
#include "relay/ops/TraceExporter.h"
#include "relay/session/GatewaySession.h"
#include "relay/storage/RelayDatabase.h"
#include "relay/storage/SqliteDirectory.h"
#include "relay/storage/SqliteLimitStore.h"
#include "relay/storage/SqliteMailboxStore.h"
#include "relay/storage/SqlitePrekeyStore.h"

#include <QLoggingCategory>

#include <future>

namespace recado::relay {

namespace {

Q_LOGGING_CATEGORY(relayLog, "recado.relay")

using base::makeError;
using base::Reason;
using base::Result;
using base::Status;

constexpr auto tickInterval = std::chrono::milliseconds(250);
constexpr auto certificateInterval = std::chrono::seconds(2);
constexpr auto surveyInterval = std::chrono::seconds(15);
constexpr auto commitPatience = std::chrono::seconds(5);
constexpr auto farewellPatience = std::chrono::seconds(3);
constexpr int firstInvitationDays = 7;

/// Whether `host` is this machine only; anything else wants encryption.
Result<bool> isLoopbackListener(const QString& key, const QString& host, bool encrypted) {
    const Result<bool> loopback = isLoopbackHost(host);
    if (!loopback)
        return makeError(Reason::Configuration, key + QStringLiteral(": ") + loopback.error().message);
    if (!*loopback && !encrypted)
        return makeError(Reason::Configuration,
                         key +
                             QStringLiteral(": %1 is not a loopback address; connections from elsewhere want "
                                            "tls-cert and tls-key, or an encrypting proxy and behind-proxy")
                                 .arg(host));
    return loopback;
}

/// Says which key the trouble is about.
base::Error about(const QString& key, const base::Error& error) {
    return makeError(error.reason, key + QStringLiteral(": ") + error.message);
}

} // namespace

Relay::Parts::Parts(RelayConfig given)
    : config(std::move(given))
    , clock(config.clock != nullptr ? *config.clock : machineClock)
    , startedAtMs(machineClock.monotonicMs()) {}

Relay::Parts::~Parts() = default;

Status Relay::Parts::open() {
    RECADO_CHECK(openTls());
    RECADO_TRY(const bool isLoopback, isLoopbackListener(QStringLiteral("listen"), config.gateway.host,
                                                         config.behindProxy || config.encrypts()));
    if (config.admin) // never encrypted by ourselves
        RECADO_CHECK(isLoopbackListener(QStringLiteral("admin"), config.admin->host, config.behindProxy));
    if (!config.registration)
        config.registration =
            isLoopback && !config.behindProxy ? RegistrationMode::Open : RegistrationMode::Invite;
    RECADO_CHECK(openStore());
    const bool isFirstStart = database->meta().publicName.isEmpty();
    if (!isFirstStart && !config.name.isEmpty() && config.name != database->meta().publicName)
        return makeError(
            Reason::Configuration,
            QStringLiteral("name: this relay is %1 since its first start").arg(database->meta().publicName));
    RECADO_TRY(base::SigningKey key,
               loadRelayKey(config.dataDirectory, isFirstStart ? MissingKey::Create : MissingKey::Refuse));
    directory->setFreedNameKey(freedNameKey(key));
    RECADO_CHECK(openListeners());
    RECADO_CHECK(settleIdentity(isFirstStart));
    commands->setUrl(clientUrl(config, gateway->port(), name));
    commands->setForget([this](base::AccountId account, std::function<void()> done) {
        core->accountErased(account);
        // Once each thread has been here, whatever the account's connections brought is in the store's queue.
        std::function<void()> next = [this, done = std::move(done)] { home.inbox().post(done); };
        for (base::Inbox* inbox : gateway->inboxes())
            next = [inbox, further = std::move(next)] { inbox->post(further); };
        next();
    });
    if (!config.trace.endpoint.isEmpty())
        tracing = std::make_unique<TraceExporter>(config.trace, name, operations);
    openCore(std::move(key));
    return {};
}

Status Relay::Parts::openTls() {
    if (!config.encrypts())
        return {};
    RECADO_TRY(config.gateway.tls, TlsIdentity::create(config.tls));
    noteCertificate();
    return {};
}

void Relay::Parts::noteCertificate() {
    operations.certificateExpiresAtS = config.gateway.tls->current()->expiresAtS();
}

Status Relay::Parts::openStore() {
    RelayDatabaseOptions options;
    options.directory = config.dataDirectory;
    auto opened = RelayDatabase::open(std::move(options), clock);
    if (!opened)
        return about(QStringLiteral("data"), opened.error());
    database = *std::move(opened);
    mailboxes = std::make_unique<SqliteMailboxStore>(*database);
    directory = std::make_unique<SqliteDirectory>(*database);
    prekeys = std::make_unique<SqlitePrekeyStore>(*database);
    limits = std::make_unique<SqliteLimitStore>(*database, home.inbox());
    commands = std::make_unique<AdminCommands>(*database, *directory, clock, home.inbox());
    return {};
}

Status Relay::Parts::openListeners() {
    config.gateway.messageBytes = config.policy.limits.messageBytes;
    config.gateway.forwardedField = config.behindProxy ? config.forwardedField : ForwardedField::None;
    config.gateway.overloaded = &overloaded;
    // The core is there before anybody is accepted.
    const auto session = [this](Connection& connection) -> std::unique_ptr<ConnectionHandler> {
        return std::make_unique<GatewaySession>(*core, connection);
    };
    auto listening = Gateway::create(config.gateway, machineClock, session,
                                     [this](const HttpRequest& request) { return answerTraced(request); });
    if (!listening)
        return about(QStringLiteral("listen"), listening.error());
    gateway = *std::move(listening);
    if (!config.admin)
        return {};
    GatewayConfig admin;
    admin.driver = config.gateway.driver;
    admin.host = config.admin->host;
    admin.port = config.admin->port;
    auto adminListening = Gateway::create(
        admin, machineClock, {}, [this](const HttpRequest& request) { return answerAdmin(request); });
    if (!adminListening)
        return about(QStringLiteral("admin"), adminListening.error());
    adminGateway = *std::move(adminListening);
    return {};
}

/// At the first start the invitation comes before the name: dying in between repeats the first start.
Status Relay::Parts::settleIdentity(bool isFirstStart) {
    if (!isFirstStart) {
        name = database->meta().publicName;
        return {};
    }
    if (config.registration == RegistrationMode::Invite) {
        const QJsonObject answer = runBlocking(inviteRequest(1, firstInvitationDays));
        if (!answer.value(QStringLiteral("ok")).toBool())
            return makeError(Reason::StorageFailed, answer.value(QStringLiteral("error")).toString());
        firstInvitation = answer.value(QStringLiteral("token")).toString();
    }
    name = config.name.isEmpty() ? HostPort{config.gateway.host, gateway->port()}.toString().toLower()
                                 : config.name;
    return database->fixPublicName(name);
}

void Relay::Parts::openCore(base::SigningKey key) {
    core = RelayCore::create(RelayCoreConfig{.policy = config.policy,
                                             .registration = *config.registration,
                                             .relayName = name,
                                             .relayKey = std::move(key),
                                             .successions = {},
                                             .storeIncarnation = database->meta().storeIncarnation,
                                             .behindProxy = config.behindProxy,
                                             .bootEpoch = database->meta().bootEpoch},
                             RelayCore::Stores{.mailboxes = mailboxes.get(),
                                               .directory = directory.get(),
                                               .prekeys = prekeys.get(),
                                               .limits = limits.get(),
                                               .tracer = tracing.get()},
                             clock, home.inbox());
}

void Relay::Parts::start() {
    home.inbox().call([this] {
        auto server = ControlServer::create(config.dataDirectory, *commands);
        if (server)
            control = *std::move(server);
        else // the relay serves its people without it
            qCWarning(relayLog) << "no administrative commands while running"
                                << base::logField("error", server.error().message);
        ticker = std::make_unique<QTimer>();
        QObject::connect(ticker.get(), &QTimer::timeout, &home.inbox(), [this] {
            core->tick();
            overloaded = core->refusesNewcomers();
        });
        ticker->start(tickInterval);
        if (config.gateway.tls) {
            certificateTicker = std::make_unique<QTimer>();
            QObject::connect(certificateTicker.get(), &QTimer::timeout, &home.inbox(), [this] {
                config.gateway.tls->reloadIfChanged();
                noteCertificate();
            });
            certificateTicker->start(certificateInterval);
        }
        surveyor = std::make_unique<QTimer>();
        QObject::connect(surveyor.get(), &QTimer::timeout, &home.inbox(), [this] { surveyMailboxes(); });
        surveyor->start(surveyInterval);
        surveyMailboxes();
    });
    accepting = true;
    if (adminGateway)
        adminGateway->start();
    gateway->start();
}

void Relay::Parts::reload() {
    home.inbox().post([this] {
        if (!config.gateway.tls) {
            qCInfo(relayLog) << "nothing to reload: this relay does not encrypt by itself";
            return;
        }
        [[maybe_unused]] const Status logged = config.gateway.tls->reload();
        noteCertificate();
    });
}

void Relay::Parts::stop() {
    if (std::exchange(stopped, true))
        return;
    accepting = false;
    if (gateway) {
        gateway->stopAccepting();
        if (core)
            waitForCommits();
        gateway->stop(closeGoingAway, QStringLiteral("the relay is stopping"), farewellPatience);
    }
    if (adminGateway)
        adminGateway->stop(closeGoingAway, QString(), farewellPatience);
    home.inbox().call([this] {
        control.reset();
        ticker.reset();
        certificateTicker.reset();
        surveyor.reset();
    });
    if (database)
        database->stop();
    home.stop();
    if (tracing)
        tracing->stop();
}

/// What was submitted so far is committed, and its answers are queued on their connections.
void Relay::Parts::waitForCommits() {
    const auto reached = std::make_shared<std::promise<void>>();
    database->perform<bool>(
        StoreCall{.inbox = &home.inbox(), .deadline = commitPatience},
        [reached](const StoreAnswer<bool>&) { reached->set_value(); },
        [](sql::Database&) -> Result<bool> { return true; });
    if (reached->get_future().wait_for(commitPatience) != std::future_status::ready)
        qCWarning(relayLog) << "the store did not finish in time; senders will repeat what is unanswered";
    for (base::Inbox* inbox : gateway->inboxes())
        inbox->call([] {});
}

/// From thread to thread; the store is not asked, because one that waits for space is no reason to be killed.
void Relay::Parts::whenAlive(const std::function<void()>& alive) {
    std::function<void()> next = alive;
    for (base::Inbox* inbox : gateway->inboxes())
        next = [inbox, next = std::move(next)] { inbox->post(next); };
    home.inbox().post(next);
}

QJsonObject Relay::Parts::runBlocking(const QJsonObject& request) {
    const auto answered = std::make_shared<std::promise<QJsonObject>>();
    commands->run(request, [answered](const QJsonObject& answer) { answered->set_value(answer); });
    return answered->get_future().get();
}

} // namespace recado::relay
