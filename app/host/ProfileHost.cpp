#include "app/host/ProfileHost.h"

#include "app/host/WorkerThread.h"
#include "messaging/EngineClient.h"
#include "storage/ProfileHistory.h"
#include "storage/ProfileStores.h"
#include "transport/RelayConnection.h"

#include <optional>

namespace recado::host {

/// The threads and what lives on them. Everything is made and destroyed on its own thread.
class ProfileHost::Parts {
public:
    Parts()
        : m_engineThread(QStringLiteral("recado-engine"))
        , m_readerThread(QStringLiteral("recado-reader")) {}

    ~Parts() {
        client.detach();
        // Readers close before the connection that writes.
        m_readerThread.inbox().call([this] {
            m_history.reset();
            m_reader.reset();
        });
        m_engineThread.inbox().call([this] {
            m_engine.reset();
            m_link.reset();
            m_stores.reset();
            m_database.reset();
        });
    }

    /// Opens the database and builds the engine on their threads; blocks the calling one, which may be any.
    base::Status start(UnlockedProfile profile) {
        m_profile.emplace(std::move(profile));
        base::Status status;
        m_engineThread.inbox().call([&] { status = startEngine(); });
        if (!status)
            return status;
        m_readerThread.inbox().call([&] { status = startReader(); });
        return status;
    }

    /// After start(), on the thread of the client.
    void attach() { client.attach(m_engineThread.inbox(), *m_engine, m_readerThread.inbox(), *m_history); }

    messaging::EngineClient client;

private:
    base::Status startEngine() {
        RECADO_TRY(m_database, storage::ProfileDatabase::open(std::move(m_profile->directory), m_profile->key,
                                                              m_profile->creation));
        m_stores = std::make_unique<storage::ProfileStores>(m_database->writer(), m_clock);
        m_link = std::make_unique<transport::RelayConnection>(m_engineThread.inbox());
        RECADO_TRY(m_engine,
                   messaging::Engine::create(m_stores->stores(), *m_link, m_clock, client.eventSink()));
        return {};
    }

    base::Status startReader() {
        RECADO_TRY(m_reader, m_database->openReader());
        m_history = std::make_unique<storage::ProfileHistory>(*m_reader);
        return {};
    }

    base::SystemClock m_clock;
    std::optional<UnlockedProfile> m_profile;
    std::unique_ptr<storage::ProfileDatabase> m_database;
    std::unique_ptr<storage::ProfileStores> m_stores;
    std::unique_ptr<transport::RelayConnection> m_link;
    std::unique_ptr<messaging::Engine> m_engine;
    std::unique_ptr<sql::Database> m_reader;
    std::unique_ptr<storage::ProfileHistory> m_history;
    WorkerThread m_engineThread;
    WorkerThread m_readerThread;
};

base::Result<std::unique_ptr<ProfileHost>> ProfileHost::open(ProfileOptions options) {
    RECADO_TRY(UnlockedProfile profile, UnlockedProfile::unlock(std::move(options)));
    return open(std::move(profile));
}

base::Result<std::unique_ptr<ProfileHost>> ProfileHost::open(UnlockedProfile profile) {
    const storage::KeyProtection protection = profile.protection;
    auto parts = std::make_unique<Parts>();
    RECADO_CHECK(parts->start(std::move(profile)));
    parts->attach();
    return std::unique_ptr<ProfileHost>(new ProfileHost(std::move(parts), protection));
}

ProfileHost::ProfileHost(std::unique_ptr<Parts> parts, storage::KeyProtection protection)
    : m_parts(std::move(parts))
    , m_protection(protection) {}

ProfileHost::~ProfileHost() = default;

messaging::Client& ProfileHost::client() {
    return m_parts->client;
}

ProfileOpening::ProfileOpening()
    : m_parts(std::make_unique<ProfileHost::Parts>()) {}

ProfileOpening::~ProfileOpening() = default;

base::Status ProfileOpening::run(ProfileOptions options) {
    if (!options.passphraseFile.isEmpty()) {
        auto passphrase = readPassphrase(options.passphraseFile);
        m_passphraseFileFailed = !passphrase.ok();
        RECADO_TRY(options.passphrase, std::move(passphrase));
        options.passphraseFile.clear();
    }
    RECADO_TRY(UnlockedProfile profile, UnlockedProfile::unlock(std::move(options)));
    m_protection = profile.protection;
    m_recoveryCode = std::move(profile.recoveryCode);
    return m_parts->start(std::move(profile));
}

std::unique_ptr<ProfileHost> ProfileOpening::finish() {
    m_parts->attach();
    return std::unique_ptr<ProfileHost>(new ProfileHost(std::move(m_parts), m_protection));
}

} // namespace recado::host
