#include "MailboxTestBase.h"
#include "relay/storage/SqliteMailboxStore.h"
#include "support/MemoryRelayStores.h"
#include "support/Suite.h"

#include <QRandomGenerator>

namespace recado::tests {

using relay::MailboxAppend;
using relay::MailboxEntry;
using relay::MailboxPage;
using relay::MailboxRow;
using relay::SqliteMailboxStore;

/// Random operations on the SQLite store and on the one in memory, which is too simple to be wrong: both must
/// say the same all the time, wherever an envelope lies just then, and after any restart.
class MailboxModelTest : public MailboxTestBase {
    Q_OBJECT
private Q_SLOTS:
    void storeDoesWhatTheModelDoes_data();
    void storeDoesWhatTheModelDoes();
    void droppedDeviceLeavesNothing();

private:
    using Device = base::DeviceAddress;

    void open(qint64 settleBytes) {
        m_store = std::make_unique<SqliteMailboxStore>(
            *m_fixture->database,
            relay::MailboxLogLimits{.settleBytes = settleBytes, .sliceEnvelopes = 3, .sliceBytes = 100});
    }
    void reopen(qint64 settleBytes) {
        m_fixture->database->stop();
        m_store.reset();
        m_fixture->reopen();
        open(settleBytes);
    }
    MailboxAppend randomAppend();
    void checkDevice(const Device& device);
    /// What the store in memory answers; it does so at once.
    template <typename T, typename Start>
    T modelled(const Start& start) {
        return m_fixture->wait<T>(start).value;
    }

    QRandomGenerator m_random;
    QVector<Device> m_devices;
    std::unique_ptr<MemoryMailboxStore> m_model;
    quint64 m_nextId = 0;
    quint64 m_nextSubmission = 0;
};

MailboxAppend MailboxModelTest::randomAppend() {
    MailboxAppend append;
    const int receivers = 1 + int(m_random.bounded(3));
    const bool withBody = m_random.bounded(4) == 0;
    if (withBody)
        append.body = QByteArray(int(1 + m_random.bounded(5'000)), char('a' + m_random.bounded(26)));
    for (int index = 0; index < receivers; ++index) {
        // Now and then an id that is late, or known already.
        const quint64 id =
            m_random.bounded(8) == 0 && m_nextId > 3 ? m_nextId - m_random.bounded(3) : ++m_nextId;
        const Device device = m_devices[int(m_random.bounded(quint32(m_devices.size())))];
        MailboxEntry made = entry(device, id, 10 + m_random.bounded(1'000));
        made.hasBody = withBody && m_random.bounded(3) > 0;
        append.entries.push_back(made);
    }
    if (m_random.bounded(3) > 0)
        append.mark = relay::SubmissionMark{m_devices[0], ++m_nextSubmission};
    return append;
}

void MailboxModelTest::checkDevice(const Device& device) {
    const relay::MailboxPeek all{device, 0, 10'000, 1 << 30};
    // The model does not look at the clock, so neither may the store: nothing expires before expire() is
    // called.
    const MailboxPage mine = peek(all);
    const auto theirs =
        modelled<MailboxPage>([&](auto done) { m_model->peek(all, m_fixture->call(), std::move(done)); });
    QCOMPARE(mine.rows.size(), theirs.rows.size());
    for (qsizetype index = 0; index < mine.rows.size(); ++index) {
        QCOMPARE(mine.rows[index].id, theirs.rows[index].id);
        QCOMPARE(mine.rows[index].ciphertext, theirs.rows[index].ciphertext);
        QCOMPARE(mine.rows[index].body, theirs.rows[index].body);
    }
    if (!mine.rows.isEmpty()) {
        relay::MailboxPeek part{device, mine.rows[mine.rows.size() / 2].id, 2, 1 << 30};
        const MailboxPage some = peek(part);
        const auto same = modelled<MailboxPage>(
            [&](auto done) { m_model->peek(part, m_fixture->call(), std::move(done)); });
        QCOMPARE(some.rows.size(), same.rows.size());
        QCOMPARE(some.exhausted, same.exhausted);
    }
    const auto theirUsage = modelled<QVector<relay::MailboxUsage>>(
        [&](auto done) { m_model->usage({device}, m_fixture->call(), std::move(done)); });
    QCOMPARE(usage(device).count, theirUsage[0].count);
    QCOMPARE(usage(device).bytes, theirUsage[0].bytes);
    QVERIFY(submissions(device) == m_model->windows.value(device));
}

void MailboxModelTest::storeDoesWhatTheModelDoes_data() {
    QTest::addColumn<quint32>("seed");
    QTest::addColumn<qint64>("settleBytes");
    QTest::newRow("all in the log") << 1U << qint64(1 << 30);
    QTest::newRow("all settled at once") << 2U << qint64(1);
    QTest::newRow("settled now and then") << 3U << qint64(2'000);
    QTest::newRow("settled seldom") << 4U << qint64(30'000);
}

void MailboxModelTest::storeDoesWhatTheModelDoes() {
    QFETCH(const quint32, seed);
    QFETCH(const qint64, settleBytes);
    m_random.seed(seed);
    m_fixture = std::make_unique<StoreFixture>();
    m_model = std::make_unique<MemoryMailboxStore>();
    m_devices.clear();
    m_nextId = 0;
    m_nextSubmission = 0;
    for (int index = 0; index < 6; ++index)
        m_devices.push_back({base::AccountId::random(), 1});
    open(settleBytes);
    for (int step = 0; step < 250 && !QTest::currentTestFailed(); ++step) {
        const Device device = m_devices[int(m_random.bounded(quint32(m_devices.size())))];
        const quint32 choice = m_random.bounded(100);
        if (choice < 60) {
            // Several at once share a batch, and some are overtaken.
            for (int count = 1 + int(m_random.bounded(4)); count > 0; --count) {
                const MailboxAppend made = randomAppend();
                m_store->append(made, m_fixture->call(), [](auto) {});
                m_model->append(made, m_fixture->call(), [](auto) {});
                if (m_random.bounded(3) > 0)
                    continue;
                const QVector<relay::DeliveryRange> range{{made.entries[0].id, made.entries[0].id + 1}};
                m_store->acknowledge(made.entries[0].device, range, m_fixture->call(), [](auto) {});
                m_model->acknowledge(made.entries[0].device, range, m_fixture->call(), [](auto) {});
            }
        } else if (choice < 85) {
            const quint64 first = m_random.bounded(quint32(m_nextId + 1));
            const QVector<relay::DeliveryRange> ranges{{first, first + m_random.bounded(6)},
                                                       {first + 9, first + 9}};
            const relay::MailboxUsage mine = acknowledge(device, ranges);
            const auto theirs = modelled<relay::MailboxUsage>(
                [&](auto done) { m_model->acknowledge(device, ranges, m_fixture->call(), std::move(done)); });
            QCOMPARE(mine.count, theirs.count);
            QCOMPARE(mine.bytes, theirs.bytes);
        } else if (choice < 90) {
            const qint64 after = m_random.bounded(30);
            const QVector<relay::MailboxUsage> mine = expire(after);
            const auto theirs = modelled<QVector<relay::MailboxUsage>>([&](auto done) {
                m_model->expire(m_fixture->clock.wallMs() + after, m_fixture->call(), std::move(done));
            });
            QCOMPARE(mine.size(), theirs.size());
        } else if (choice < 94) {
            reopen(settleBytes);
        } else {
            checkDevice(device);
        }
    }
    for (const Device& device : std::as_const(m_devices))
        checkDevice(device);
    reopen(settleBytes);
    for (const Device& device : std::as_const(m_devices))
        checkDevice(device);
    m_fixture->database->stop();
    m_store.reset();
    m_fixture.reset();
}

void MailboxModelTest::droppedDeviceLeavesNothing() {
    for (const qint64 settleBytes : {qint64(1), qint64(1 << 30)}) {
        m_fixture = std::make_unique<StoreFixture>();
        open(settleBytes);
        const Device device{base::AccountId::random(), 1};
        for (quint64 id = 1; id < 20; ++id)
            QCOMPARE(append({{entry(device, id)}, {}, relay::SubmissionMark{device, id}}),
                     relay::StoreResult::Committed);
        const auto drop = [&] {
            return m_fixture
                ->wait<bool>([&](auto done) {
                    m_fixture->database->perform<bool>(m_fixture->call(), std::move(done),
                                                       [&](sql::Database& database) -> base::Result<bool> {
                                                           RECADO_CHECK(
                                                               relay::MailboxTables().drop(database, device));
                                                           return true;
                                                       });
                })
                .committed();
        };
        QVERIFY(drop());
        for (int life = 0; life < 2; ++life) {
            QCOMPARE(waiting(device).size(), 0);
            QCOMPARE(usage(device).count, quint64(0));
            QVERIFY(submissions(device) == queue::AckWindow());
            reopen(settleBytes);
        }
        // Its number may be another one's by now.
        QCOMPARE(append({entry(m_bob, 30)}), relay::StoreResult::Committed);
        reopen(settleBytes);
        QCOMPARE(waiting(m_bob), QVector<quint64>{30});
        QCOMPARE(waiting(device).size(), 0);
        m_fixture->database->stop();
        m_store.reset();
    }
    m_fixture.reset();
}

} // namespace recado::tests

RECADO_TEST(recado::tests::MailboxModelTest)
#include "MailboxModelTest.moc"
