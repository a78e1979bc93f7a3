#include "RelaySeeder.h"

#include "Figures.h"
#include "base/Clock.h"
#include "relay/storage/RelayDatabase.h"
#include "relay/storage/SqliteDirectory.h"
#include "support/Wait.h"

namespace recado::tests {

namespace {

relay::NewAccount accountOf(const SeededDevice& device, int number, qint64 nowMs) {
    routing::DeviceList list;
    list.account = device.account;
    list.version = 1;
    list.issuedAtMs = nowMs;
    // Clients verify keys and signatures, the relay only their shape: filler serves a relay's bench.
    list.identityKey = QByteArray(33, '\x05');
    list.devices.push_back({1, device.registrationId, device.authKey.publicKey(), QByteArray(32, 'h')});
    relay::NewAccount account;
    account.account.id = device.account;
    account.account.username = QStringLiteral("load%1").arg(number);
    account.account.list = {list.serialise(), QByteArray(64, 's')};
    account.skeleton = QStringLiteral("skeleton %1").arg(number);
    account.listVersion = 1;
    account.device = {device.account, 1};
    account.nowMs = nowMs;
    return account;
}

} // namespace

std::vector<SeededDevice> seedRelay(const QString& dataDirectory, int count) {
    const base::SystemClock clock;
    base::Inbox inbox;
    relay::RelayDatabaseOptions options;
    options.directory = dataDirectory;
    auto database = relay::RelayDatabase::open(options, clock);
    if (!database.ok()) {
        printNote(QStringLiteral("  the relay's store: ") + database.error().message);
        return {};
    }
    relay::SqliteDirectory directory(**database);
    std::vector<SeededDevice> devices;
    int created = 0;
    bool failed = false;
    for (int number = 0; number < count && !failed; ++number) {
        // Registration ids of two bytes on the wire: all submissions have the same size.
        devices.push_back(
            {base::AccountId::random(), base::SigningKey::generate(), quint32(1'000 + number % 15'000)});
        directory.createAccount(accountOf(devices.back(), number, clock.wallMs()), {&inbox},
                                [&](const relay::StoreAnswer<relay::RegistrationAnswer>& answer) {
                                    ++created;
                                    failed = failed || !answer.committed();
                                });
        // The store takes a bounded queue; keep well below it.
        failed = failed || !waitUntil([&] { return number - created < 500; }, 10'000);
    }
    failed = failed || !waitUntil([&] { return created == count; }, 10'000);
    (*database)->stop();
    if (failed) {
        printNote(QStringLiteral("  the accounts could not be written"));
        return {};
    }
    return devices;
}

} // namespace recado::tests
