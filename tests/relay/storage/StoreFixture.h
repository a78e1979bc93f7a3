#pragma once

#include "relay/storage/RelayDatabase.h"
#include "relay/storage/SqliteDirectory.h"
#include "support/FakeClock.h"

#include <QTemporaryDir>
#include <QTest>

#include <future>
#include <memory>
#include <optional>

namespace recado::tests {

/// A relay's database in a directory of its own, which can be closed and opened again.
class StoreFixture {
public:
    StoreFixture() { reopen(); }
    ~StoreFixture() { database.reset(); }

    void reopen() {
        database.reset();
        relay::RelayDatabaseOptions options;
        options.directory = directory.path();
        auto opened = relay::RelayDatabase::open(options, clock);
        if (!opened)
            qFatal("%s", qPrintable(opened.error().message));
        database = *std::move(opened);
    }

    [[nodiscard]] relay::StoreCall call() { return {&inbox, std::chrono::milliseconds(5'000)}; }

    /// A callback that remembers its answer in `answer`.
    template <typename T>
    static relay::StoreCallback<T> into(std::optional<relay::StoreAnswer<T>>& answer) {
        return [&answer](relay::StoreAnswer<T> given) { answer = std::move(given); };
    }

    /// Waits for the answer of an operation started by `start(callback)`.
    template <typename T, typename Start>
    relay::StoreAnswer<T> wait(const Start& start) {
        std::optional<relay::StoreAnswer<T>> answer;
        start(into(answer));
        if (!QTest::qWaitFor([&] { return answer.has_value(); }))
            qFatal("the store did not answer");
        return *answer;
    }

    /// An account with these devices on its list.
    void addAccount(const base::AccountId& account, const QVector<quint32>& devices) {
        relay::SqliteDirectory accounts(*database);
        routing::DeviceList list;
        list.account = account;
        list.version = 1;
        list.identityKey = QByteArray(1, 0x05) + QByteArray(32, 'k');
        for (const quint32 device : devices)
            list.devices.append({device, 1, QByteArray(32, 'x'), QByteArray(32, 'y')});
        relay::NewAccount made;
        made.account = {account, account.toHex(), {list.serialise(), QByteArray(64, 's')}};
        made.skeleton = account.toHex();
        made.listVersion = 1;
        made.device = {account, devices.front()};
        made.nowMs = clock.wallMs();
        const auto answer = wait<relay::RegistrationAnswer>(
            [&](auto done) { accounts.createAccount(made, call(), std::move(done)); });
        if (!answer.committed())
            qFatal("the account was not stored");
    }

    /// Stops the writer inside a job until `release()`, so that what follows shares one batch.
    void hold() {
        auto gate = std::make_shared<std::promise<void>>();
        m_gate = gate;
        database->perform<bool>(
            call(), [](relay::StoreAnswer<bool>) {},
            [gate](sql::Database&) -> base::Result<bool> {
                gate->get_future().wait();
                return true;
            });
    }
    void release() { m_gate->set_value(); }

    QTemporaryDir directory;
    FakeClock clock;
    base::Inbox inbox;
    std::unique_ptr<relay::RelayDatabase> database;

private:
    std::shared_ptr<std::promise<void>> m_gate;
};

} // namespace recado::tests
