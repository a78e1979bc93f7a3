#pragma once

#include "FakeRelay.h"
#include "content.pb.h"
#include "core/storage/TemporaryProfile.h"
#include "crypto/Keys.h"
#include "messaging/EngineClient.h"
#include "storage/ProfileHistory.h"
#include "storage/ProfileStores.h"

#include <QTest>

namespace recado::tests {

/// A work that "crashes" at a chosen commit: from there on every work fails until the profile is reopened.
class CrashingWork final : public messaging::UnitOfWork {
public:
    enum class When { Never, Before, After };

    explicit CrashingWork(messaging::UnitOfWork& inner)
        : m_inner(inner) {}

    void crashAt(int commit, When when) {
        m_countdown = commit;
        m_when = when;
    }
    [[nodiscard]] bool crashed() const { return m_crashed; }
    /// The disk works again; the process has gone on meanwhile.
    void heal() {
        m_crashed = false;
        m_when = When::Never;
    }

    base::Status begin() override { return m_crashed ? failure() : m_inner.begin(); }
    base::Status commit() override {
        const bool now = m_when != When::Never && --m_countdown == 0;
        if (!now)
            return m_inner.commit();
        m_crashed = true;
        const base::Status inner = m_when == When::Before ? m_inner.rollback() : m_inner.commit();
        return inner ? failure() : inner;
    }
    base::Status rollback() override { return m_inner.rollback(); }
    base::Status beginSavepoint() override { return m_inner.beginSavepoint(); }
    base::Status releaseSavepoint() override { return m_inner.releaseSavepoint(); }
    base::Status rollbackSavepoint() override { return m_inner.rollbackSavepoint(); }

private:
    static base::Error failure() {
        return base::makeError(base::Reason::StorageFailed, QStringLiteral("crashed on purpose"));
    }
    messaging::UnitOfWork& m_inner;
    When m_when = When::Never;
    int m_countdown = 0;
    bool m_crashed = false;
};

/// The machine's clock, wrong by as much as a test says.
class ShiftedClock final : public base::Clock {
public:
    qint64 shiftMs = 0;

    [[nodiscard]] qint64 wallMs() const override { return m_clock.wallMs() + shiftMs; }
    [[nodiscard]] qint64 monotonicMs() const override { return m_clock.monotonicMs(); }

private:
    base::SystemClock m_clock;
};

/// One device: a real profile on disk with its engine and client, on the test's thread, at a fake relay.
class TestProfile {
public:
    explicit TestProfile(FakeRelay& relay)
        : m_relay(relay) {
        open();
    }

    /// What its person saw.
    QVector<messaging::Message> received;
    QVector<messaging::Message> sent; // here, or on another device of the account
    QVector<messaging::Message> changed;
    QVector<messaging::MessageStatus> statuses;
    QVector<messaging::Person> statusPeople; // whom each of them concerns
    QVector<bool> typing;
    QVector<messaging::Person> identityChanges;
    QVector<messaging::Presence> presences;
    QVector<messaging::Person> presentPeople; // whose each of them is

    ShiftedClock clock;
    std::unique_ptr<FakeLink> link;
    std::unique_ptr<messaging::EngineClient> client;
    std::unique_ptr<CrashingWork> work;
    /// Counts from the next reopen() on. A crashed profile stays down until it is reopened.
    messaging::EngineTiming timing{.receiptDelayMs = 20,
                                   .retryDelayMs = 5,
                                   .refetchDelayMs = 20,
                                   .resendAgainMs = 100,
                                   .storageRetryMs = 600'000,
                                   .lookUpRetryMs = 20};

    void open() {
        m_tables = std::make_unique<storage::ProfileStores>(m_profile.writer(), clock);
        link = std::make_unique<FakeLink>(m_relay);
        client = std::make_unique<messaging::EngineClient>();
        const messaging::Stores all = m_tables->stores();
        work = std::make_unique<CrashingWork>(all.work);
        const messaging::Stores stores{*work,        all.profile,  all.contacts,   all.conversations,
                                       all.arrivals, all.messages, all.statuses,   all.changes,
                                       all.outbox,   all.receipts, all.quarantine, all.maintenance,
                                       all.sessions, all.preKeys,  all.identities, all.seenBaseKeys};
        auto engine = messaging::Engine::create(stores, *link, clock, client->eventSink(), timing);
        must(engine);
        m_engine = *std::move(engine);
        m_reader = *m_profile.profile().openReader();
        m_history = std::make_unique<storage::ProfileHistory>(*m_reader);
        client->attach(m_inbox, *m_engine, m_inbox, *m_history);
        listen();
    }
    /// As if the process had died: nothing is finished, everything is read again from the disk.
    void reopen() {
        client->detach();
        m_engine.reset();
        client.reset();
        link.reset();
        m_history.reset();
        m_reader.reset();
        m_tables.reset();
        m_profile.close();
        m_profile.open();
        open();
        client->start();
    }

    /// Ends the engine in the same turn in which it gets what was asked for just now; reopen() afterwards.
    bool endBehindWhatWasAsked() {
        m_inbox.post([this] { m_engine.reset(); });
        return QTest::qWaitFor([this] { return m_engine == nullptr; });
    }

    messaging::Stores stores() { return m_tables->stores(); }
    /// The profile's writing connection, for looking at what is there.
    sql::Database& database() { return m_profile.writer(); }

    template <typename T>
    base::Result<T> await(QFuture<base::Result<T>> future) {
        if (!QTest::qWaitFor([&] { return future.isFinished(); }, 10'000))
            return base::makeError(base::Reason::Timeout, QStringLiteral("the future did not finish"));
        return future.result();
    }
    base::Status signUp(const QString& name,
                        messaging::AcceptRequests accept = messaging::AcceptRequests::Automatically) {
        RECADO_TRY(self, await(client->registerAccount(
                             {QStringLiteral("ws://127.0.0.1:1"), name, name.toUpper(), {}})));
        return await(client->setPrivacy({.acceptRequests = accept}));
    }
    /// Becomes a device of an account that exists already, or shall exist, at the relay.
    void adopt(const base::AccountId& account, const QString& name, quint32 device,
               const crypto::IdentityKeyPair& identity);
    routing::ListedDevice listing;

    base::Result<base::ConversationId> chatWith(const QString& name) {
        return await(client->createDirect(name));
    }
    base::Result<messaging::Message> say(const QString& name, const QString& text) {
        RECADO_TRY(const base::ConversationId chat, chatWith(name));
        return await(client->sendText(chat, text));
    }
    /// What no honest client composes: goes out, properly sealed, as this device's next content.
    void smuggle(const base::AccountId& to, content::Content content);
    bool settle() { return await(client->waitIdle(10'000)).ok(); }

    /// The texts of a conversation as its person reads them, placeholders as "?", deleted ones as "-".
    QStringList timeline(const QString& with) {
        const auto chat = chatWith(with);
        if (!chat)
            return {chat.error().message};
        messaging::PageRequest request;
        request.conversation = *chat;
        request.limit = 500;
        const auto page = await(client->page(request));
        if (!page)
            return {page.error().message};
        QStringList texts;
        for (const messaging::Message& message : page->messages)
            texts.append(message.placeholder ? QStringLiteral("?")
                         : message.deleted   ? QStringLiteral("-")
                                             : message.text);
        return texts;
    }

    messaging::AccountInfo self;

private:
    void listen() {
        using messaging::Client;
        QObject::connect(client.get(), &Client::messageReceived, client.get(),
                         [this](const messaging::Message& message) { received.append(message); });
        QObject::connect(client.get(), &Client::messageChanged, client.get(),
                         [this](const messaging::Message& message) { changed.append(message); });
        QObject::connect(client.get(), &Client::statusChanged, client.get(),
                         [this](messaging::LocalId, base::ConversationId, messaging::MessageStatus status,
                                const messaging::Person& by) {
                             statuses.append(status);
                             statusPeople.append(by);
                         });
        QObject::connect(client.get(), &Client::messageSent, client.get(),
                         [this](const messaging::Message& message) { sent.append(message); });
        QObject::connect(
            client.get(), &Client::typingChanged, client.get(),
            [this](base::ConversationId, const messaging::Person&, bool on) { typing.append(on); });
        QObject::connect(client.get(), &Client::identityChanged, client.get(),
                         [this](const messaging::Person& person) { identityChanges.append(person); });
        QObject::connect(client.get(), &Client::presenceChanged, client.get(),
                         [this](const messaging::Person& person, const messaging::Presence& presence) {
                             presences.append(presence);
                             presentPeople.append(person);
                         });
    }

    FakeRelay& m_relay;
    TemporaryProfile m_profile;
    base::Inbox m_inbox;
    std::unique_ptr<storage::ProfileStores> m_tables;
    std::unique_ptr<messaging::Engine> m_engine;
    std::unique_ptr<sql::Database> m_reader;
    std::unique_ptr<storage::ProfileHistory> m_history;
};

/// Two people at one relay, signed up, who have not spoken yet: what most tests begin with.
struct TwoPeople {
    explicit TwoPeople(messaging::AcceptRequests accept = messaging::AcceptRequests::Automatically) {
        must(ana.signUp(QStringLiteral("ana")));
        must(bia.signUp(QStringLiteral("bia"), accept)); // Bia is the one who may be asked
    }

    FakeRelay relay;
    TestProfile ana{relay};
    TestProfile bia{relay};
};

/// A signed list of these devices under that identity.
routing::SignedDeviceList signedList(const base::AccountId& account, quint64 version,
                                     const crypto::IdentityKeyPair& identity,
                                     const QVector<routing::ListedDevice>& devices);

} // namespace recado::tests
