#include "StoreFixture.h"
#include "relay/storage/SqliteLimitStore.h"
#include "support/Suite.h"

#include <QThread>

namespace recado::tests {

using relay::LimitStore;
using relay::SqliteLimitStore;

class LimitStoreTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();
    void whatCountedIsKnownAfterARestart();
    void whatIsOldIsForgotten();
    void keysTellNoAccount();

private:
    QThread m_home; // answers while recall() waits
    base::Inbox m_inbox;
};

void LimitStoreTest::initTestCase() {
    m_inbox.moveToThread(&m_home);
    m_home.start();
}

void LimitStoreTest::cleanupTestCase() {
    m_home.quit();
    m_home.wait();
}

void LimitStoreTest::whatCountedIsKnownAfterARestart() {
    StoreFixture fixture;
    {
        SqliteLimitStore limits(*fixture.database, m_inbox);
        limits.record({"later", 2'000});
        limits.record({"first", 1'000});
        limits.record({"first", 1'500});
    }
    fixture.reopen();
    SqliteLimitStore limits(*fixture.database, m_inbox);
    const QVector<LimitStore::Event> events = limits.recall(1'200);
    QCOMPARE(events.size(), 2);
    QCOMPARE(events[0].key, QByteArray("first"));
    QCOMPARE(events[0].atMs, qint64(1'500));
    QCOMPARE(events[1].key, QByteArray("later"));
}

void LimitStoreTest::whatIsOldIsForgotten() {
    StoreFixture fixture;
    SqliteLimitStore limits(*fixture.database, m_inbox);
    limits.record({"old", 1'000});
    limits.record({"new", 2'000});
    limits.forget(1'500);
    const QVector<LimitStore::Event> events = limits.recall(0);
    QCOMPARE(events.size(), 1);
    QCOMPARE(events[0].key, QByteArray("new"));
}

void LimitStoreTest::keysTellNoAccount() {
    const auto anna = base::AccountId::random();
    const auto bert = base::AccountId::random();
    const QByteArray key = relay::limitKey('p', anna, {bert, 1});
    QCOMPARE(key.size(), 17);
    QVERIFY(!key.contains(anna.toBytes().left(8)));
    QVERIFY(!key.contains(bert.toBytes().left(8)));
    QVERIFY(key != relay::limitKey('p', anna, {bert, 2}));
    QVERIFY(key != relay::limitKey('p', bert, {anna, 1}));
    QVERIFY(key != relay::limitKey('u', anna, {bert, 1}));
    QCOMPARE(key, relay::limitKey('p', anna, {bert, 1}));
}

} // namespace recado::tests

RECADO_TEST(recado::tests::LimitStoreTest)
#include "LimitStoreTest.moc"
