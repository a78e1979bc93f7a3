#include "relay/session/RelayCore.h"

#include "relay/session/Session.h"

#include <mutex>

namespace recado::relay {

namespace {

constexpr qint64 expiryIntervalMs = 60'000;
constexpr qint64 hourMs = 3'600'000;

/// Says goodbye for its session when the connection's owner lets go.
class OwnedSession final : public SessionHandler {
public:
    explicit OwnedSession(std::shared_ptr<Session> session)
        : m_session(std::move(session)) {}
    ~OwnedSession() override { m_session->closed(); }

    void received(const QByteArray& message) override { m_session->received(message); }
    void writable() override { m_session->writable(); }
    void closed() override { m_session->closed(); }

private:
    const std::shared_ptr<Session> m_session;
};

} // namespace

class RelayCore::Parts {
public:
    Parts(RelayCoreConfig configuration, Stores givenStores, const base::Clock& givenClock,
          base::Inbox& homeInbox)
        : config(std::move(configuration))
        , stores(givenStores)
        , clock(givenClock)
        , home(homeInbox)
        , router(*stores.mailboxes, config.bootEpoch)
        , rate(config.policy, clock)
        , work(config.policy, clock)
        , overload(std::make_shared<Overload>(config.policy, clock))
        , submitter(std::make_shared<Submitter>(
              config.policy, Submitter::Parts{stores.mailboxes, stores.directory, &router, &metrics, &clock,
                                              overload.get(), stores.tracer}))
        , registration(std::make_shared<Registration>(
              config.policy, config.registration, config.relayName,
              Registration::Parts{stores.directory, &router, submitter.get(), &metrics, &clock}))
        , accounts(std::make_shared<Accounts>(
              config.policy,
              Accounts::Parts{stores.directory, &router, submitter.get(), &rate, &clock, stores.limits}))
        , keys(std::make_shared<Keys>(config.policy, Keys::Parts{stores.directory, stores.prekeys, &router,
                                                                 &rate, &clock, stores.limits}))
        , presence(config.policy, router, clock)
        , ephemerals(config.policy, router, presence, clock)
        , services{&config,          &clock,          stores.mailboxes,
                   stores.directory, stores.prekeys,  &metrics,
                   &router,          submitter.get(), registration.get(),
                   accounts.get(),   keys.get(),      &presence,
                   &ephemerals,      &rate,           &work} {}

    void expire() {
        stores.mailboxes->expire(clock.wallMs(), StoreCall{&home},
                                 [weak = std::weak_ptr(submitter)](const auto& removed) {
                                     const auto alive = weak.lock();
                                     if (alive && removed.committed())
                                         alive->expired(removed.value);
                                 });
        // What it could not do now, it does a minute later.
        stores.directory->sweep(StoreCall{&home}, [](const auto&) {});
    }

    SessionThread& threadOf(base::Inbox& inbox) {
        const std::lock_guard lock(threadsMutex);
        std::shared_ptr<SessionThread>& thread = threads[&inbox];
        if (!thread)
            thread = std::make_shared<SessionThread>(inbox);
        return *thread;
    }

    const RelayCoreConfig config;
    const Stores stores;
    const base::Clock& clock;
    base::Inbox& home;
    RelayMetrics metrics;
    Router router;
    RequestRate rate;
    WorkBudget work;
    const std::shared_ptr<Overload> overload;
    const std::shared_ptr<Submitter> submitter;
    const std::shared_ptr<Registration> registration;
    const std::shared_ptr<Accounts> accounts;
    const std::shared_ptr<Keys> keys;
    PresenceHub presence;
    Ephemerals ephemerals;
    const SessionServices services;
    std::optional<qint64> lastExpiryMs;
    std::mutex threadsMutex;
    QHash<base::Inbox*, std::shared_ptr<SessionThread>> threads;
};

std::unique_ptr<RelayCore> RelayCore::create(RelayCoreConfig config, Stores stores, const base::Clock& clock,
                                             base::Inbox& home) {
    return std::unique_ptr<RelayCore>(
        new RelayCore(std::make_unique<Parts>(std::move(config), stores, clock, home)));
}

RelayCore::RelayCore(std::unique_ptr<Parts> parts)
    : m_parts(std::move(parts)) {}

RelayCore::~RelayCore() = default;

std::unique_ptr<SessionHandler> RelayCore::openSession(SessionLink& link, base::Inbox& inbox) {
    return std::make_unique<OwnedSession>(
        std::make_shared<Session>(link, m_parts->threadOf(inbox), m_parts->services));
}

void RelayCore::tick() {
    m_parts->presence.tick();
    m_parts->overload->tick(*m_parts->stores.mailboxes, StoreCall{&m_parts->home},
                            m_parts->metrics.submissionsInFlight);
    const qint64 now = m_parts->clock.monotonicMs();
    if (m_parts->lastExpiryMs && now - *m_parts->lastExpiryMs < expiryIntervalMs)
        return;
    m_parts->lastExpiryMs = now;
    m_parts->expire();
    if (m_parts->stores.limits != nullptr)
        m_parts->stores.limits->forget(m_parts->clock.wallMs() - hourMs);
    m_parts->submitter->tidy();
    m_parts->accounts->tidy();
    m_parts->keys->tidy();
    m_parts->ephemerals.tidy();
    m_parts->rate.tidy();
    m_parts->work.tidy();
}

bool RelayCore::refusesNewcomers() const {
    return m_parts->overload->refusesNewcomers();
}

qint64 RelayCore::storeLagMs() const {
    return m_parts->overload->lagMs();
}

void RelayCore::accountErased(base::AccountId account) {
    m_parts->submitter->accountErased(account);
    m_parts->router.removeAccount(account);
}

const RelayMetrics& RelayCore::metrics() const {
    return m_parts->metrics;
}

} // namespace recado::relay
