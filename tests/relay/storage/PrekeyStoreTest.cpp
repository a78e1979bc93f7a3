#include "StoreFixture.h"
#include "relay/storage/SqlitePrekeyStore.h"
#include "support/Suite.h"

#include <set>

namespace recado::tests {

using base::AccountId;
using relay::OneTimePrekey;
using relay::PrekeyBatch;
using relay::PrekeyRequest;
using relay::SignedPrekeyRecord;
using relay::SqlitePrekeyStore;
using relay::TakenPrekeys;

class PrekeyStoreTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();
    void keysAreTakenOnceLowestFirst();
    void exhaustedDeviceStillGivesItsSignedPrekey();
    void deviceWithoutSignedPrekeyIsLeftOut();
    void askingWithoutOneTimeTakesNone();
    void storedNumberIsReplaced();
    void capKeepsTheFirstOfTheBatch();
    void replaceForgetsTheOldOnes();
    void devicesAreApart();
    void devicesThatNobodyListsKeepNothing();
    void takenKeyIsGoneAfterARestart();
    void raceForTheLastKeyHasOneWinner();

private:
    static OneTimePrekey prekey(quint32 id, char fill = 'k') { return {id, QByteArray(33, fill)}; }
    static SignedPrekeyRecord signedPrekey(quint32 id) {
        return {id, QByteArray(33, 's'), QByteArray(64, 'g')};
    }
    quint32 store(const base::DeviceAddress& device, const PrekeyBatch& batch, quint32 cap = 100) {
        const auto answer = m_fixture->wait<quint32>([&](auto done) {
            m_store->storePrekeys(device, batch, cap, m_fixture->call(), std::move(done));
        });
        return answer.committed() ? answer.value : 999'999;
    }
    QVector<TakenPrekeys> take(const QVector<PrekeyRequest>& requests) {
        return m_fixture
            ->wait<QVector<TakenPrekeys>>([&](auto done) {
                m_store->takePrekeys(m_device.account, requests, m_fixture->call(), std::move(done));
            })
            .value;
    }

    std::unique_ptr<StoreFixture> m_fixture;
    std::unique_ptr<SqlitePrekeyStore> m_store;
    quint32 count(const base::DeviceAddress& device) {
        return m_fixture
            ->wait<quint32>(
                [&](auto done) { m_store->countPrekeys(device, m_fixture->call(), std::move(done)); })
            .value;
    }

    base::DeviceAddress m_device{AccountId::random(), 1};
    base::DeviceAddress m_stranger{AccountId::random(), 1};
};

void PrekeyStoreTest::init() {
    m_fixture = std::make_unique<StoreFixture>();
    m_store = std::make_unique<SqlitePrekeyStore>(*m_fixture->database);
    m_fixture->addAccount(m_device.account, {1, 2});
    m_fixture->addAccount(m_stranger.account, {1});
}

void PrekeyStoreTest::cleanup() {
    m_fixture->database->stop();
    m_store.reset();
    m_fixture.reset();
}

void PrekeyStoreTest::keysAreTakenOnceLowestFirst() {
    QCOMPARE(store(m_device, {signedPrekey(9), {prekey(5, 'e'), prekey(3, 'c')}, false}), 2U);
    const auto first = take({{1, true}});
    QCOMPARE(first.size(), 1);
    QCOMPARE(first[0].signedPrekey.id, 9U);
    QCOMPARE(first[0].signedPrekey.signature, QByteArray(64, 'g'));
    QCOMPARE(first[0].oneTime->id, 3U);
    QCOMPARE(first[0].oneTime->key, QByteArray(33, 'c'));
    QCOMPARE(first[0].remaining, 1U);
    QCOMPARE(take({{1, true}})[0].oneTime->id, 5U);
}

void PrekeyStoreTest::exhaustedDeviceStillGivesItsSignedPrekey() {
    store(m_device, {signedPrekey(9), {}, false});
    const auto taken = take({{1, true}});
    QCOMPARE(taken.size(), 1);
    QVERIFY(!taken[0].oneTime);
    QCOMPARE(taken[0].remaining, 0U);
}

void PrekeyStoreTest::deviceWithoutSignedPrekeyIsLeftOut() {
    QCOMPARE(store(m_device, {std::nullopt, {prekey(1)}, false}), 1U);
    QVERIFY(take({{1, true}, {2, true}}).isEmpty());
    QCOMPARE(store(m_device, {signedPrekey(1), {}, false}), 1U); // none was taken in vain
}

void PrekeyStoreTest::askingWithoutOneTimeTakesNone() {
    store(m_device, {signedPrekey(9), {prekey(1)}, false});
    const auto taken = take({{1, false}});
    QVERIFY(!taken[0].oneTime);
    QCOMPARE(taken[0].remaining, 1U);
}

void PrekeyStoreTest::storedNumberIsReplaced() {
    store(m_device, {signedPrekey(1), {prekey(1, 'a'), prekey(2, 'b')}, false});
    QCOMPARE(store(m_device, {signedPrekey(2), {prekey(1, 'z')}, false}), 2U);
    const auto taken = take({{1, true}});
    QCOMPARE(taken[0].signedPrekey.id, 2U);
    QCOMPARE(taken[0].oneTime->key, QByteArray(33, 'z'));
}

void PrekeyStoreTest::capKeepsTheFirstOfTheBatch() {
    QCOMPARE(store(m_device, {signedPrekey(1), {prekey(9), prekey(8), prekey(1)}, false}, 2), 2U);
    // At the cap a stored number can still be replaced.
    QCOMPARE(store(m_device, {std::nullopt, {prekey(7), prekey(8, 'z')}, false}, 2), 2U);
    const auto taken = take({{1, true}, {1, true}});
    QCOMPARE(taken[0].oneTime->id, 8U);
    QCOMPARE(taken[0].oneTime->key, QByteArray(33, 'z'));
    QCOMPARE(taken[1].oneTime->id, 9U);
}

void PrekeyStoreTest::replaceForgetsTheOldOnes() {
    store(m_device, {signedPrekey(1), {prekey(1), prekey(2)}, false});
    QCOMPARE(store(m_device, {std::nullopt, {prekey(7)}, true}), 1U);
    const auto taken = take({{1, true}});
    QCOMPARE(taken[0].signedPrekey.id, 1U);
    QCOMPARE(taken[0].oneTime->id, 7U);
}

void PrekeyStoreTest::devicesAreApart() {
    const base::DeviceAddress second{m_device.account, 2};
    store(m_device, {signedPrekey(1), {prekey(1)}, false});
    store(second, {signedPrekey(2), {prekey(1)}, false});
    store(m_stranger, {signedPrekey(3), {prekey(1)}, false});
    const auto taken = take({{1, true}, {2, true}});
    QCOMPARE(taken.size(), 2);
    QCOMPARE(taken[0].signedPrekey.id, 1U);
    QCOMPARE(taken[1].signedPrekey.id, 2U);
    QCOMPARE(count(m_stranger), 1U);
}

void PrekeyStoreTest::devicesThatNobodyListsKeepNothing() {
    for (const base::DeviceAddress& nobody :
         {base::DeviceAddress{m_device.account, 9}, base::DeviceAddress{AccountId::random(), 1}}) {
        QCOMPARE(store(nobody, {signedPrekey(1), {prekey(1)}, false}), 0U);
        QCOMPARE(count(nobody), 0U);
    }
    QVERIFY(take({{9, true}}).isEmpty());
}

void PrekeyStoreTest::takenKeyIsGoneAfterARestart() {
    store(m_device, {signedPrekey(1), {prekey(1), prekey(2)}, false});
    QCOMPARE(take({{1, true}})[0].oneTime->id, 1U);
    m_store.reset();
    m_fixture->reopen();
    m_store = std::make_unique<SqlitePrekeyStore>(*m_fixture->database);
    QCOMPARE(take({{1, true}})[0].oneTime->id, 2U);
}

void PrekeyStoreTest::raceForTheLastKeyHasOneWinner() {
    store(m_device, {signedPrekey(1), {prekey(1), prekey(2), prekey(3)}, false});
    m_fixture->hold();
    std::multiset<quint32> handedOut;
    int answers = 0;
    for (int i = 0; i < 5; ++i) {
        m_store->takePrekeys(m_device.account, {{1, true}}, m_fixture->call(), [&](auto answer) {
            ++answers;
            handedOut.insert(answer.value.value(0).oneTime ? answer.value.value(0).oneTime->id : 0);
        });
    }
    m_fixture->release();
    QTRY_COMPARE(answers, 5);
    QVERIFY(handedOut == std::multiset<quint32>({0, 0, 1, 2, 3}));
}

} // namespace recado::tests

RECADO_TEST(recado::tests::PrekeyStoreTest)
#include "PrekeyStoreTest.moc"
