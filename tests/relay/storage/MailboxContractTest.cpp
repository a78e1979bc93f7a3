#include "MailboxTestBase.h"
#include "relay/storage/SqliteMailboxStore.h"
#include "support/MemoryRelayStores.h"
#include "support/Suite.h"

#include <limits>

namespace recado::tests {

using base::DeviceAddress;
using relay::MailboxAppend;
using relay::MailboxEntry;
using relay::MailboxPage;
using relay::MailboxUsage;
using relay::SqliteMailboxStore;
using relay::StoreAnswer;
using relay::StoreResult;
using relay::SubmissionMark;
using Ids = QVector<quint64>;

/// What MailboxStore promises, asked of every driver.
class MailboxContractTest : public MailboxTestBase {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase_data();
    void init();
    void cleanup();
    void envelopeComesBackWhole();
    void envelopesWaitInOrderOfTheirIds();
    void repeatedAppendChangesNothing();
    void peekIsBoundedByCountAndBytes();
    void peekSeesAppendsAskedForBefore();
    void acknowledgeDeletesExactlyTheRanges();
    void acknowledgeNeverTouchesOtherDevices();
    void acknowledgeAnswersWhatItDeleted();
    void acknowledgementCancelsAWaitingAppend();
    void cancelledAppendStillMarksItsSubmission();
    void cancellingOneDeviceLeavesTheOthers();
    void expireAnswersWhatEachDeviceLost();
    void expireGoesBeyondOneSlice();
    void usageFollowsEverything();
    void submissionsRememberMarks();

private:
    void hold() { m_memory ? m_memory->queue.hold() : m_fixture->hold(); }
    void release() { m_memory ? m_memory->queue.release() : m_fixture->release(); }

    MemoryMailboxStore* m_memory = nullptr; // the store, when it is this driver
};

void MailboxContractTest::initTestCase_data() {
    QTest::addColumn<bool>("inMemory");
    QTest::newRow("SQLite") << false;
    QTest::newRow("memory") << true;
}

void MailboxContractTest::init() {
    QFETCH_GLOBAL(const bool, inMemory);
    m_fixture = std::make_unique<StoreFixture>();
    m_memory = nullptr;
    if (inMemory) {
        auto memory = std::make_unique<MemoryMailboxStore>();
        m_memory = memory.get();
        m_store = std::move(memory);
    } else {
        m_store = std::make_unique<SqliteMailboxStore>(*m_fixture->database);
    }
}

void MailboxContractTest::cleanup() {
    m_fixture->database->stop();
    m_store.reset();
    m_fixture.reset();
}

void MailboxContractTest::envelopeComesBackWhole() {
    const QByteArray header("\x00\xffheader", 8);
    const QByteArray ciphertext("\x01\x00 cipher", 9);
    MailboxAppend request;
    request.entries = {entry(m_bob, 7)};
    request.entries[0] = {m_bob, 7, 123'456, request.entries[0].expiresAtMs, header, ciphertext, true};
    request.body = QByteArray(9000, 'b');
    QCOMPARE(append(request), StoreResult::Committed);
    const MailboxPage page = peek({m_bob});
    QVERIFY(page.exhausted);
    QCOMPARE(page.rows.size(), 1);
    QCOMPARE(page.rows[0].id, quint64(7));
    QCOMPARE(page.rows[0].acceptedAtMs, 123'456);
    QCOMPARE(page.rows[0].sealedHeader, header);
    QCOMPARE(page.rows[0].ciphertext, ciphertext);
    QCOMPARE(page.rows[0].body, request.body);
}

void MailboxContractTest::envelopesWaitInOrderOfTheirIds() {
    for (const quint64 id : {30, 10, 20})
        QCOMPARE(append({entry(m_bob, id)}), StoreResult::Committed);
    QCOMPARE(waiting(m_bob), Ids({10, 20, 30}));
    QCOMPARE(waiting(m_bob), Ids({10, 20, 30}));
    QCOMPARE(waiting(m_alice), Ids());
}

void MailboxContractTest::repeatedAppendChangesNothing() {
    MailboxAppend request{{entry(m_bob, 1)}, "body", {}};
    request.entries[0].hasBody = true;
    QCOMPARE(append(request), StoreResult::Committed);
    const MailboxUsage before = usage(m_bob);
    request.entries[0].ciphertext = "something else";
    QCOMPARE(append(request), StoreResult::Committed);
    QCOMPARE(usage(m_bob).count, before.count);
    QCOMPARE(usage(m_bob).bytes, before.bytes);
    QCOMPARE(peek({m_bob}).rows[0].ciphertext, QByteArray("cipher1"));
}

void MailboxContractTest::peekIsBoundedByCountAndBytes() {
    for (quint64 id = 1; id <= 4; ++id)
        QCOMPARE(append({entry(m_bob, id)}), StoreResult::Committed); // 13 bytes each
    const MailboxPage byCount = peek({m_bob, 0, 3, 1'000});
    QCOMPARE(byCount.rows.size(), 3);
    QVERIFY(!byCount.exhausted);
    const MailboxPage byBytes = peek({m_bob, 0, 10, 27});
    QCOMPARE(byBytes.rows.size(), 2);
    QVERIFY(!byBytes.exhausted);
    QCOMPARE(peek({m_bob, 0, 10, 0}).rows.size(), 1);
    const MailboxPage rest = peek({m_bob, 2, 10, 1'000});
    QCOMPARE(rest.rows.size(), 2);
    QCOMPARE(rest.rows[0].id, quint64(3));
    QVERIFY(rest.exhausted);
    QVERIFY(peek({m_bob, 4, 10, 1'000}).exhausted);
}

void MailboxContractTest::peekSeesAppendsAskedForBefore() {
    hold();
    std::optional<StoreAnswer<bool>> appended;
    std::optional<StoreAnswer<MailboxPage>> page;
    m_store->append({{entry(m_bob, 1)}, {}, {}}, m_fixture->call(), StoreFixture::into(appended));
    m_store->peek({m_bob}, m_fixture->call(), StoreFixture::into(page));
    QVERIFY(!appended);
    release();
    QTRY_VERIFY(page.has_value());
    QCOMPARE(page->value.rows.size(), 1);
}

void MailboxContractTest::acknowledgeDeletesExactlyTheRanges() {
    QVector<MailboxEntry> entries;
    for (quint64 id = 1; id <= 10; ++id)
        entries.append(entry(m_bob, id));
    QCOMPARE(append(entries), StoreResult::Committed);
    acknowledge(m_bob, {{2, 4}, {7, 7}, {20, 30}});
    QCOMPARE(waiting(m_bob), Ids({1, 5, 6, 8, 9, 10}));
    acknowledge(m_bob, {{6, 5}});
    QCOMPARE(waiting(m_bob).size(), 6);
    acknowledge(m_bob, {{0, std::numeric_limits<quint64>::max()}});
    QCOMPARE(waiting(m_bob), Ids());
}

void MailboxContractTest::acknowledgeNeverTouchesOtherDevices() {
    const DeviceAddress second{m_bob.account, 2};
    QCOMPARE(append({entry(m_bob, 1), entry(second, 1), entry(m_alice, 1)}), StoreResult::Committed);
    acknowledge(m_bob, {{1, 1}});
    QCOMPARE(waiting(m_bob), Ids());
    QCOMPARE(waiting(second), Ids{1});
    QCOMPARE(waiting(m_alice), Ids{1});
}

void MailboxContractTest::acknowledgeAnswersWhatItDeleted() {
    QCOMPARE(append({entry(m_bob, 1), entry(m_bob, 2)}), StoreResult::Committed);
    const MailboxUsage deleted = acknowledge(m_bob, {{1, 5}});
    QVERIFY(deleted.device == m_bob);
    QCOMPARE(deleted.count, quint64(2));
    QCOMPARE(deleted.bytes, quint64(26));
    QCOMPARE(acknowledge(m_bob, {{1, 5}}).count, quint64(0));
}

void MailboxContractTest::acknowledgementCancelsAWaitingAppend() {
    hold();
    std::optional<StoreAnswer<bool>> appended;
    std::optional<StoreAnswer<MailboxUsage>> acknowledged;
    MailboxAppend request{{entry(m_bob, 1), entry(m_bob, 2)}, "body", {}};
    request.entries[0].hasBody = true;
    m_store->append(request, m_fixture->call(), StoreFixture::into(appended));
    m_store->acknowledge(m_bob, {{1, 1}}, m_fixture->call(), StoreFixture::into(acknowledged));
    release();
    QTRY_VERIFY(appended && acknowledged);
    QVERIFY(appended->committed());
    QCOMPARE(acknowledged->value.count, quint64(1));
    QCOMPARE(acknowledged->value.bytes, quint64(17));
    QCOMPARE(waiting(m_bob), Ids{2});
    QCOMPARE(usage(m_bob).count, quint64(1));
    // An acknowledgement concerns what was sent before it, never what has yet to come.
    QCOMPARE(append({entry(m_bob, 3)}), StoreResult::Committed);
    QCOMPARE(waiting(m_bob), Ids({2, 3}));
}

void MailboxContractTest::cancelledAppendStillMarksItsSubmission() {
    hold();
    std::optional<StoreAnswer<bool>> appended;
    std::optional<StoreAnswer<MailboxUsage>> acknowledged;
    m_store->append({{entry(m_bob, 1)}, {}, SubmissionMark{m_alice, 5}}, m_fixture->call(),
                    StoreFixture::into(appended));
    m_store->acknowledge(m_bob, {{1, 1}}, m_fixture->call(), StoreFixture::into(acknowledged));
    release();
    QTRY_VERIFY(appended && acknowledged);
    QVERIFY(appended->committed());
    QCOMPARE(waiting(m_bob), Ids());
    QVERIFY(submissions(m_alice).seen(5));
}

void MailboxContractTest::cancellingOneDeviceLeavesTheOthers() {
    hold();
    std::optional<StoreAnswer<bool>> appended;
    std::optional<StoreAnswer<MailboxUsage>> acknowledged;
    m_store->append({{entry(m_bob, 1), entry(m_alice, 1)}, {}, {}}, m_fixture->call(),
                    StoreFixture::into(appended));
    m_store->acknowledge(m_bob, {{0, 100}}, m_fixture->call(), StoreFixture::into(acknowledged));
    release();
    QTRY_VERIFY(appended && acknowledged);
    QCOMPARE(waiting(m_bob), Ids());
    QCOMPARE(waiting(m_alice), Ids{1});
}

void MailboxContractTest::expireAnswersWhatEachDeviceLost() {
    MailboxAppend request{{entry(m_bob, 1, 100), entry(m_bob, 2, 200), entry(m_alice, 3, 100)}, "body", {}};
    request.entries[0].hasBody = true;
    QCOMPARE(append(request), StoreResult::Committed);
    QCOMPARE(expire(99).size(), 0);
    const QVector<MailboxUsage> lost = expire(100);
    QCOMPARE(lost.size(), 2);
    for (const MailboxUsage& device : lost) {
        QCOMPARE(device.count, quint64(1));
        QCOMPARE(device.bytes, device.device == m_bob ? quint64(17) : quint64(13));
    }
    QCOMPARE(waiting(m_bob), Ids{2});
    QCOMPARE(waiting(m_alice), Ids());
}

void MailboxContractTest::expireGoesBeyondOneSlice() {
    QVector<MailboxEntry> entries;
    for (quint64 id = 1; id <= 1'300; ++id)
        entries.append(entry(m_bob, id, id <= 1'200 ? 100 : 200));
    QCOMPARE(append(entries), StoreResult::Committed);
    const QVector<MailboxUsage> lost = expire(150);
    QCOMPARE(lost.size(), 1);
    QCOMPARE(lost[0].count, quint64(1'200));
    QCOMPARE(usage(m_bob).count, quint64(100));
}

void MailboxContractTest::usageFollowsEverything() {
    QCOMPARE(usage(m_bob).count, quint64(0));
    MailboxAppend request{
        {entry(m_bob, 1, 100), entry(m_bob, 2), entry(m_bob, 3)}, QByteArray(1000, 'x'), {}};
    request.entries[1].hasBody = true;
    QCOMPARE(append(request), StoreResult::Committed);
    QCOMPARE(usage(m_bob).count, quint64(3));
    QCOMPARE(usage(m_bob).bytes, quint64(3 * 13 + 1000));
    acknowledge(m_bob, {{2, 2}});
    QCOMPARE(usage(m_bob).bytes, quint64(2 * 13));
    expire(100);
    QCOMPARE(usage(m_bob).count, quint64(1));
    acknowledge(m_bob, {{0, 9}});
    QCOMPARE(usage(m_bob).count, quint64(0));
    QCOMPARE(usage(m_bob).bytes, quint64(0));
}

void MailboxContractTest::submissionsRememberMarks() {
    QVERIFY(submissions(m_alice) == queue::AckWindow());
    for (const quint64 number : {1, 2, 4, 2})
        QCOMPARE(append(MailboxAppend{{}, {}, SubmissionMark{m_alice, number}}), StoreResult::Committed);
    queue::AckWindow expected;
    for (const quint64 number : {1, 2, 4})
        expected.mark(number);
    QVERIFY(submissions(m_alice) == expected);
    QVERIFY(submissions(m_bob) == queue::AckWindow());
}

} // namespace recado::tests

RECADO_TEST(recado::tests::MailboxContractTest)
#include "MailboxContractTest.moc"
