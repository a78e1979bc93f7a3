#include "relay/delivery/Router.h"

#include "routing/DeviceList.h"
#include "support/Suite.h"
#include "wire.pb.h"

#include <QTest>

#include <mutex>
#include <thread>

using namespace recado;
using namespace recado::relay;

namespace {

/// Keeps the order in which appends were called; any thread.
class OrderingStore final : public MailboxStore {
public:
    void append(MailboxAppend append, StoreCall, StoreCallback<bool>) override {
        const std::lock_guard lock(m_mutex);
        for (const MailboxEntry& entry : append.entries)
            m_order.push_back(entry.id);
    }
    void peek(MailboxPeek, StoreCall, StoreCallback<MailboxPage>) override {}
    void acknowledge(base::DeviceAddress, QVector<DeliveryRange>, StoreCall,
                     StoreCallback<MailboxUsage>) override {}
    void expire(qint64, StoreCall, StoreCallback<QVector<MailboxUsage>>) override {}
    void usage(QVector<base::DeviceAddress>, StoreCall, StoreCallback<QVector<MailboxUsage>>) override {}
    void submissions(base::DeviceAddress, StoreCall, StoreCallback<queue::AckWindow>) override {}

    [[nodiscard]] QVector<base::DeliveryId> order() const {
        const std::lock_guard lock(m_mutex);
        return m_order;
    }

private:
    mutable std::mutex m_mutex;
    QVector<base::DeliveryId> m_order;
};

class RecordingDevice final : public ConnectedDevice {
public:
    QVector<base::DeliveryId> received;
    QVector<base::DeliveryId> late;
    QVector<base::SubmissionNumber> numbers;
    int pushes = 0;
    int lists = 0;
    std::optional<Displacement> displacement;

    void live(const MailboxRow& envelope) override { received.push_back(envelope.id); }
    void appendedLate(base::DeliveryId id) override { late.push_back(id); }
    void accepted(base::SubmissionNumber number) override { numbers.push_back(number); }
    void push(const wire::RelayFrame&, PushKind) override { ++pushes; }
    void listChanged(const routing::DeviceList&) override { ++lists; }
    void displaced(Displacement why) override { displacement = why; }
};

MailboxAppend appendTo(const base::DeviceAddress& device) {
    MailboxEntry entry;
    entry.device = device;
    return MailboxAppend{{entry}, {}, {}};
}

} // namespace

class RouterTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void severalThreadsMakeOneOrder();
    void theBootEpochLeadsTheIds();
    void theNewerConnectionTakesOver();
    void onlyTheOwnConnectionIsDisconnected();
    void listsAndRemovalsReachTheAccountsConnections();
    void nobodyConnectedIsNoError();
};

void RouterTest::severalThreadsMakeOneOrder() {
    OrderingStore store;
    Router router(store, 3);
    base::Inbox inbox;
    const base::DeviceAddress device{base::AccountId::random(), 1};
    const auto receiver = std::make_shared<RecordingDevice>();
    router.connect(device, receiver, inbox);
    constexpr int threadCount = 4;
    constexpr int each = 2'000;
    std::vector<std::thread> threads;
    for (int index = 0; index < threadCount; ++index) {
        threads.emplace_back([&] {
            for (int count = 0; count < each; ++count)
                router.dispatch(appendTo(device), {}, {});
        });
    }
    for (std::thread& thread : threads)
        thread.join();
    QTRY_COMPARE(receiver->received.size(), threadCount * each);
    QCOMPARE(receiver->received, store.order());
    QVERIFY(std::is_sorted(receiver->received.begin(), receiver->received.end()));
}

void RouterTest::theBootEpochLeadsTheIds() {
    OrderingStore store;
    Router router(store, 5);
    const base::DeviceAddress device{base::AccountId::random(), 1};
    const MailboxAppend first = router.dispatch(appendTo(device), {}, {});
    QCOMPARE(first.entries.front().id, (base::DeliveryId(5) << 40) + 1);
    QCOMPARE(router.dispatch(appendTo(device), {}, {}).entries.front().id, first.entries.front().id + 1);
}

void RouterTest::theNewerConnectionTakesOver() {
    OrderingStore store;
    Router router(store, 1);
    base::Inbox inbox;
    const base::DeviceAddress device{base::AccountId::random(), 1};
    const auto older = std::make_shared<RecordingDevice>();
    const auto newer = std::make_shared<RecordingDevice>();
    router.connect(device, older, inbox);
    router.connect(device, newer, inbox);
    router.dispatch(appendTo(device), {}, {});
    router.accepted(device, 7);
    QTRY_COMPARE(newer->numbers, QVector<base::SubmissionNumber>{7});
    QCOMPARE(newer->received.size(), 1);
    QVERIFY(older->received.isEmpty());
    QVERIFY(older->displacement == Displacement::Replaced);
    QVERIFY(!newer->displacement);
}

void RouterTest::onlyTheOwnConnectionIsDisconnected() {
    OrderingStore store;
    Router router(store, 1);
    base::Inbox inbox;
    const base::DeviceAddress device{base::AccountId::random(), 1};
    auto older = std::make_shared<RecordingDevice>();
    const auto newer = std::make_shared<RecordingDevice>();
    const std::weak_ptr<ConnectedDevice> olderHandle = older;
    router.connect(device, older, inbox);
    router.connect(device, newer, inbox);
    older.reset();
    QVERIFY(!router.disconnect(device, olderHandle));
    QVERIFY(router.isConnected(device));
    QVERIFY(router.disconnect(device, newer));
    QVERIFY(!router.isConnected(device));
}

void RouterTest::listsAndRemovalsReachTheAccountsConnections() {
    OrderingStore store;
    Router router(store, 1);
    base::Inbox inbox;
    const auto account = base::AccountId::random();
    const base::DeviceAddress stranger{base::AccountId::random(), 1};
    const auto first = std::make_shared<RecordingDevice>();
    const auto second = std::make_shared<RecordingDevice>();
    const auto other = std::make_shared<RecordingDevice>();
    router.connect({account, 1}, first, inbox);
    router.connect({account, 2}, second, inbox);
    router.connect(stranger, other, inbox);
    routing::DeviceList list;
    list.account = account;
    router.listChanged(list);
    router.removeAccount(account);
    QTRY_VERIFY(second->displacement == Displacement::Removed);
    QVERIFY(first->displacement == Displacement::Removed);
    QCOMPARE(first->lists + second->lists, 2);
    QCOMPARE(other->lists, 0);
    QVERIFY(!other->displacement);
    QVERIFY(router.isConnected(stranger));
    QVERIFY(!router.isConnected({account, 1}));
}

void RouterTest::nobodyConnectedIsNoError() {
    OrderingStore store;
    Router router(store, 1);
    const base::DeviceAddress device{base::AccountId::random(), 1};
    router.accepted(device, 1);
    router.push(device, {}, PushKind::Needed);
    router.dispatch(appendTo(device), {}, {});
    QCOMPARE(store.order().size(), 1);
}

RECADO_TEST(RouterTest)
#include "RouterTest.moc"
