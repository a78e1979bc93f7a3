#include "queue/QueueTable.h"

#include "sql/Database.h"
#include "sql/Migrator.h"
#include "sql/Transaction.h"
#include "support/Suite.h"

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <limits>

namespace recado::tests {

using queue::QueueEntry;
using queue::QueueTable;
using Sequences = QVector<quint64>;

class QueueTableTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void entriesComeBackWhole();
    void peekIsFirstInFirstOutAndLeavesThem();
    void peekIsBounded_data();
    void peekIsBounded();
    void repeatedAppendKeepsTheFirst();
    void sequencesBeyondTheLimitAreRefused();
    void acknowledgeDeletesExactlyTheRange_data();
    void acknowledgeDeletesExactlyTheRange();
    void queuesAreApart();
    void expireTakesTheLongestExpiredFirst();
    void removalTellsWhatItWas();
    void changesJoinTheCallersTransaction();

private:
    void append(qint64 queueId, quint64 sequence, qint64 weight = 10, qint64 expiresAtMs = 1000) {
        const auto added = m_table->append(*m_database, queueId,
                                           {sequence, expiresAtMs, weight, 0, QByteArray::number(sequence)});
        QVERIFY(added.ok() && *added);
    }
    Sequences waiting(qint64 queueId) {
        Sequences sequences;
        const auto page = m_table->peek(*m_database, queueId, 0, 1000, 1'000'000);
        if (page) {
            for (const QueueEntry& entry : page->entries)
                sequences.append(entry.sequence);
        }
        return sequences;
    }

    std::unique_ptr<QTemporaryDir> m_directory;
    std::unique_ptr<sql::Database> m_database;
    std::unique_ptr<QueueTable> m_table;
};

void QueueTableTest::init() {
    m_database.reset();
    m_directory = std::make_unique<QTemporaryDir>();
    sql::DatabaseOptions options;
    options.path = m_directory->filePath(QStringLiteral("queue.db"));
    options.encryption = sql::Encryption::Plain;
    auto database = sql::Database::create(options);
    QVERIFY(database.ok());
    m_database = *std::move(database);
    QVERIFY(sql::Migrator({QueueTable::schema("waiting")}).migrate(*m_database).ok());
    m_table = std::make_unique<QueueTable>("waiting");
}

void QueueTableTest::entriesComeBackWhole() {
    const QueueEntry entry{42, 5'000, 17, 99, QByteArray("\x00\x01 payload", 10)};
    QVERIFY(*m_table->append(*m_database, 7, entry));
    const auto page = m_table->peek(*m_database, 7, 0, 10, 1000);
    QVERIFY(page.ok());
    QCOMPARE(page->entries.size(), std::size_t(1));
    const QueueEntry& found = page->entries.front();
    QCOMPARE(found.sequence, entry.sequence);
    QCOMPARE(found.expiresAtMs, entry.expiresAtMs);
    QCOMPARE(found.weight, entry.weight);
    QCOMPARE(found.reference, entry.reference);
    QCOMPARE(found.payload, entry.payload);
}

void QueueTableTest::peekIsFirstInFirstOutAndLeavesThem() {
    for (const quint64 sequence : {3, 1, 2})
        append(1, sequence);
    QCOMPARE(waiting(1), Sequences({1, 2, 3}));
    QCOMPARE(waiting(1), Sequences({1, 2, 3}));
}

void QueueTableTest::peekIsBounded_data() {
    QTest::addColumn<quint64>("after");
    QTest::addColumn<int>("limit");
    QTest::addColumn<qint64>("maximumWeight");
    QTest::addColumn<Sequences>("expected");
    QTest::addColumn<bool>("exhausted");
    const quint64 far = std::numeric_limits<quint64>::max();
    QTest::newRow("all") << quint64(0) << 10 << qint64(1000) << Sequences{1, 2, 3, 4} << true;
    QTest::newRow("exactly all by count") << quint64(0) << 4 << qint64(1000) << Sequences{1, 2, 3, 4} << true;
    QTest::newRow("by count") << quint64(0) << 3 << qint64(1000) << Sequences{1, 2, 3} << false;
    QTest::newRow("exactly by weight") << quint64(0) << 10 << qint64(20) << Sequences{1, 2} << false;
    QTest::newRow("by weight") << quint64(0) << 10 << qint64(29) << Sequences{1, 2} << false;
    QTest::newRow("the first always comes") << quint64(0) << 10 << qint64(0) << Sequences{1} << false;
    QTest::newRow("the last too") << quint64(3) << 10 << qint64(0) << Sequences{4} << true;
    QTest::newRow("after") << quint64(2) << 10 << qint64(1000) << Sequences{3, 4} << true;
    QTest::newRow("after all") << quint64(4) << 10 << qint64(1000) << Sequences{} << true;
    QTest::newRow("after everything possible") << far << 10 << qint64(1000) << Sequences{} << true;
}

void QueueTableTest::peekIsBounded() {
    QFETCH(const quint64, after);
    QFETCH(const int, limit);
    QFETCH(const qint64, maximumWeight);
    QFETCH(const Sequences, expected);
    QFETCH(const bool, exhausted);
    for (const quint64 sequence : {1, 2, 3, 4})
        append(1, sequence);
    const auto page = m_table->peek(*m_database, 1, after, limit, maximumWeight);
    QVERIFY(page.ok());
    Sequences found;
    for (const QueueEntry& entry : page->entries)
        found.append(entry.sequence);
    QCOMPARE(found, expected);
    QCOMPARE(page->exhausted, exhausted);
}

void QueueTableTest::repeatedAppendKeepsTheFirst() {
    QVERIFY(*m_table->append(*m_database, 1, {5, 1000, 1, 0, "first"}));
    QVERIFY(!*m_table->append(*m_database, 1, {5, 2000, 2, 0, "second"}));
    const auto page = m_table->peek(*m_database, 1, 0, 10, 1000);
    QCOMPARE(page->entries.size(), std::size_t(1));
    QCOMPARE(page->entries.front().payload, QByteArray("first"));
}

void QueueTableTest::sequencesBeyondTheLimitAreRefused() {
    const quint64 top = quint64(std::numeric_limits<qint64>::max());
    QVERIFY(*m_table->append(*m_database, 1, {top, 1000, 1, 0, {}}));
    QCOMPARE(m_table->append(*m_database, 1, {top + 1, 1000, 1, 0, {}}).error().reason,
             base::Reason::InvalidArgument);
    QCOMPARE(waiting(1), Sequences{top});
}

void QueueTableTest::acknowledgeDeletesExactlyTheRange_data() {
    QTest::addColumn<quint64>("first");
    QTest::addColumn<quint64>("last");
    QTest::addColumn<Sequences>("left");
    const quint64 far = std::numeric_limits<quint64>::max();
    QTest::newRow("one") << quint64(2) << quint64(2) << Sequences{1, 3, 10};
    QTest::newRow("several") << quint64(1) << quint64(3) << Sequences{10};
    QTest::newRow("over gaps") << quint64(3) << quint64(9) << Sequences{1, 2, 10};
    QTest::newRow("all") << quint64(0) << far << Sequences{};
    QTest::newRow("nothing there") << quint64(4) << quint64(9) << Sequences{1, 2, 3, 10};
    QTest::newRow("backwards") << quint64(3) << quint64(1) << Sequences{1, 2, 3, 10};
    QTest::newRow("beyond all") << far << far << Sequences{1, 2, 3, 10};
}

void QueueTableTest::acknowledgeDeletesExactlyTheRange() {
    QFETCH(const quint64, first);
    QFETCH(const quint64, last);
    QFETCH(const Sequences, left);
    for (const quint64 sequence : {1, 2, 3, 10})
        append(1, sequence);
    const auto removed = m_table->acknowledge(*m_database, 1, first, last);
    QVERIFY(removed.ok());
    QCOMPARE(removed->size(), std::size_t(4 - left.size()));
    QCOMPARE(waiting(1), left);
}

void QueueTableTest::queuesAreApart() {
    append(1, 5);
    append(2, 5);
    QVERIFY(m_table->acknowledge(*m_database, 1, 5, 5).ok());
    QCOMPARE(waiting(1), Sequences{});
    QCOMPARE(waiting(2), Sequences{5});
}

void QueueTableTest::expireTakesTheLongestExpiredFirst() {
    append(1, 1, 10, 300);
    append(1, 2, 10, 100);
    append(2, 1, 10, 200);
    append(2, 2, 10, 301);
    QCOMPARE(m_table->expire(*m_database, 99, 10)->size(), std::size_t(0));
    QCOMPARE(m_table->expire(*m_database, 300, 2)->size(), std::size_t(2));
    QCOMPARE(waiting(1), Sequences{1});
    QCOMPARE(waiting(2), Sequences{2});
    QCOMPARE(m_table->expire(*m_database, 300, 10)->size(), std::size_t(1));
    QCOMPARE(waiting(1), Sequences{});
    QCOMPARE(waiting(2), Sequences{2});
}

void QueueTableTest::removalTellsWhatItWas() {
    QVERIFY(*m_table->append(*m_database, 3, {1, 100, 11, 77, "a"}));
    QVERIFY(*m_table->append(*m_database, 3, {2, 900, 22, 78, "b"}));
    const auto expired = m_table->expire(*m_database, 100, 10);
    QCOMPARE(expired->size(), std::size_t(1));
    QCOMPARE(expired->front().queue, 3);
    QCOMPARE(expired->front().weight, 11);
    QCOMPARE(expired->front().reference, 77);
    const auto acknowledged = m_table->acknowledge(*m_database, 3, 1, 9);
    QCOMPARE(acknowledged->size(), std::size_t(1));
    QCOMPARE(acknowledged->front().weight, 22);
    QCOMPARE(acknowledged->front().reference, 78);
}

void QueueTableTest::changesJoinTheCallersTransaction() {
    append(1, 1);
    {
        const auto transaction = sql::Transaction::begin(*m_database);
        QVERIFY(transaction.ok());
        append(1, 2);
        QVERIFY(m_table->acknowledge(*m_database, 1, 1, 1).ok());
        QCOMPARE(waiting(1), Sequences{2});
    }
    QCOMPARE(waiting(1), Sequences{1});
}

} // namespace recado::tests

RECADO_TEST(recado::tests::QueueTableTest)
#include "QueueTableTest.moc"
