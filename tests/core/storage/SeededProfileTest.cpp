#include "TemporaryProfile.h"
#include "messaging/ConversationIds.h"
#include "storage/ProfileHistory.h"
#include "storage/ProfileKey.h"
#include "storage/ProfileStores.h"
#include "support/FakeClock.h"
#include "support/ProfileSeeder.h"
#include "support/Suite.h"

#include <QElapsedTimer>
#include <QTest>

#include <time.h>

#include <algorithm>
#include <functional>

namespace recado::tests {

using messaging::Conversation;
using messaging::Message;
using Direction = messaging::PageRequest::Direction;

/// A large profile: what the seeder wrote fits together, and reading it takes as long as a window may wait.
/// Times are printed; the bounds asserted are loose and count this thread's processor time only, so that a
/// busy machine does not break them.
class SeededProfileTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void theEngineFindsEverythingInPlace();
    void aKeyFileProfileCanBeUnlocked();
    void theConversationListIsQuick();
    void pagesAreQuick_data();
    void pagesAreQuick();
    void searchIsQuick_data();
    void searchIsQuick();
    void aColdStartIsQuick();

private:
    static constexpr int conversationCount = 1000;
    static constexpr int messageCount = 100'000;

    TemporaryProfile m_temporary;
    FakeClock m_clock;
    std::unique_ptr<sql::Database> m_reader;
};

namespace {

/// Milliseconds that this thread has kept a processor busy.
double busyMs() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return double(now.tv_sec) * 1e3 + double(now.tv_nsec) / 1e6;
}

/// Milliseconds of the middle run of eleven.
double medianMs(const std::function<bool()>& run) {
    QVector<double> times;
    for (int i = 0; i < 11; ++i) {
        const double begin = busyMs();
        if (!run())
            return 1e9;
        times.append(busyMs() - begin);
    }
    std::nth_element(times.begin(), times.begin() + 5, times.end());
    return times[5];
}

} // namespace

void SeededProfileTest::initTestCase() {
    SeedPlan plan;
    plan.conversations = conversationCount;
    plan.messages = messageCount;
    QElapsedTimer timer;
    timer.start();
    const base::Status seeded = seedDatabase(m_temporary.writer(), m_clock, plan);
    QVERIFY2(seeded.ok(), seeded.ok() ? "" : qPrintable(seeded.error().message));
    qInfo("seeding %d messages: %lld ms", messageCount, timer.elapsed());
    m_reader = *m_temporary.profile().openReader();
}

void SeededProfileTest::theEngineFindsEverythingInPlace() {
    storage::ProfileStores tables(m_temporary.writer(), m_clock);
    const messaging::Stores stores = tables.stores();
    const auto list = *storage::ProfileHistory(*m_reader).conversations();
    QCOMPARE(list.size(), conversationCount);
    const auto account = *stores.profile.account();
    QCOMPARE(account->registered, true);
    int unread = 0;
    for (const Conversation& conversation : list) {
        QVERIFY(conversation.lastMessage);
        unread += conversation.unread;
    }
    QVERIFY(unread > 0 && unread < 40);
    QCOMPARE(list.first().lastActivityMs, SeedPlan().lastMs);

    const auto peer = list.first().participants.first().account;
    QCOMPARE(list.first().id, messaging::directConversationId(account->account, peer));
    const auto contact = *stores.contacts.contact(peer);
    const auto devices = routing::DeviceList::parse(contact->deviceList.bytes, 6);
    QVERIFY(devices);
    QCOMPARE(devices->identityKey, contact->identity.trusted);
    QVERIFY(crypto::verify(contact->identity.trusted, crypto::label::deviceList, contact->deviceList.bytes,
                           contact->deviceList.signature));
    const auto newest = *stores.statuses.newestIncoming(list.first().id, 1);
    QCOMPARE(*stores.arrivals.lastSequence(list.first().id, {peer, 1}), newest.first().sequence);
    QCOMPARE(*stores.arrivals.knowsSubmission({peer, 1}, newest.first().sequence), true);
    const auto record = *stores.conversations.conversation(list.first().id);
    QVERIFY(record->clock >= newest.first().clock);
}

void SeededProfileTest::aKeyFileProfileCanBeUnlocked() {
    QTemporaryDir directory;
    const QString path = directory.filePath(QStringLiteral("seeded"));
    QCOMPARE(seedProfile(path, {}, 500), QString());
    QVERIFY(!seedProfile(path, {}, 500).isEmpty()); // there is a profile already
    const auto key = storage::ProfileKey::unlock(path, {});
    QVERIFY(key);
    const auto profile = storage::ProfileDatabase::open(*storage::ProfileDirectory::claim(path), *key);
    QVERIFY(profile);
    QCOMPARE(storage::ProfileHistory((*profile)->writer()).conversations()->size(), 200);
}

void SeededProfileTest::theConversationListIsQuick() {
    storage::ProfileHistory history(*m_reader);
    const double took = medianMs([&] { return history.conversations()->size() == conversationCount; });
    qInfo("conversation list of %d: %.2f ms", conversationCount, took);
    QVERIFY(took < 500);
}

void SeededProfileTest::pagesAreQuick_data() {
    QTest::addColumn<Direction>("direction");
    QTest::newRow("newest") << Direction::Newest;
    QTest::newRow("before") << Direction::Before;
    QTest::newRow("after") << Direction::After;
    QTest::newRow("around") << Direction::Around;
}

void SeededProfileTest::pagesAreQuick() {
    QFETCH(Direction, direction);
    storage::ProfileHistory history(*m_reader);
    auto largest = m_reader->query("SELECT c.id, (SELECT m.id FROM message AS m WHERE m.conversation = "
                                   "c.number ORDER BY m.clock LIMIT 1 OFFSET 500) FROM conversation AS c "
                                   "JOIN message AS m ON m.conversation = c.number GROUP BY c.number ORDER "
                                   "BY count(*) DESC LIMIT 1");
    QVERIFY(*largest->step());
    const auto chat = largest->id<base::ConversationId>(0);
    const messaging::LocalId anchor = largest->int64(1);
    const double took = medianMs([&] {
        return history.page({chat, direction, anchor, 50})->messages.size() == 50;
    });
    qInfo("page of 50: %.2f ms", took);
    QVERIFY(took < 100);
}

void SeededProfileTest::searchIsQuick_data() {
    QTest::addColumn<QString>("query");
    QTest::newRow("a common word") << "bread";
    QTest::newRow("two words") << "bread tomorrow";
    QTest::newRow("a beginning") << "bre";
    QTest::newRow("a letter") << "b";
    QTest::newRow("no such word") << "zebra";
}

void SeededProfileTest::searchIsQuick() {
    QFETCH(QString, query);
    storage::ProfileHistory history(*m_reader);
    const double took = medianMs([&] { return history.search({query, std::nullopt, 50}).ok(); });
    qInfo("search: %.2f ms", took);
    QVERIFY(took < 1000);
}

void SeededProfileTest::aColdStartIsQuick() {
    m_reader.reset();
    m_temporary.close();
    const double begin = busyMs();
    m_temporary.open();
    m_reader = *m_temporary.profile().openReader();
    const double opened = busyMs() - begin;
    storage::ProfileHistory history(*m_reader);
    const auto list = history.conversations();
    const double listed = busyMs() - begin;
    QCOMPARE(history.page({list->first().id})->messages.isEmpty(), false);
    const double paged = busyMs() - begin;
    qInfo("start: open %.1f ms, list until %.1f ms, first page until %.1f ms", opened, listed, paged);
    QVERIFY(paged < 2000);
}

} // namespace recado::tests

RECADO_TEST(recado::tests::SeededProfileTest)
#include "SeededProfileTest.moc"
