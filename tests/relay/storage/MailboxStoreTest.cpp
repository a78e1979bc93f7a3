#include "MailboxTestBase.h"
#include "relay/storage/Schema.h"
#include "relay/storage/SqliteMailboxStore.h"
#include "support/Suite.h"

namespace recado::tests {

using base::DeviceAddress;
using relay::MailboxAppend;
using relay::MailboxUsage;
using relay::SqliteMailboxStore;
using relay::StoreAnswer;
using relay::StoreResult;
using relay::SubmissionMark;
using Ids = QVector<quint64>;

/// What is particular to the mailboxes in SQLite; the rest is in MailboxContractTest.
class MailboxStoreTest : public MailboxTestBase {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();
    void appendsSurviveARestart();
    void repeatedAppendKeepsOneBody();
    void cancelledAppendIsNeverWritten();
    void bodyIsStoredOnceAndGoesWithItsLastEnvelope();
    void expiredEnvelopeIsNotDelivered();
    void overtakenMarkIsWrittenSoonAfter();
    void logIsSettledWhenItHasGrown();
    void whatWaitedInAnOlderStoreIsStillThere();
    void passedDeadlineIsNotCommitted();
    void stoppedStoreIsBusy();

private:
    /// Lets two more batches pass: one that settles the log, one that deletes its rows.
    void turn() {
        for (int count = 0; count < 2; ++count)
            append(MailboxAppend{{}, {}, SubmissionMark{m_turning, ++m_turns}});
    }
    base::DeviceAddress m_turning{base::AccountId::random(), 1};
    quint64 m_turns = 0;

    qint64 rows(const QByteArray& table) {
        return m_fixture
            ->wait<qint64>([&](auto done) {
                m_fixture->database->perform<qint64>(
                    m_fixture->call(), std::move(done),
                    [table](sql::Database& database) -> base::Result<qint64> {
                        RECADO_TRY(sql::Statement statement,
                                   database.query("SELECT count(*) FROM " + table.toStdString()));
                        RECADO_TRY([[maybe_unused]] const bool row, statement.step());
                        return statement.int64(0);
                    });
            })
            .value;
    }
};

void MailboxStoreTest::init() {
    m_fixture = std::make_unique<StoreFixture>();
    // Whatever waits moves out of the log with the next batch.
    m_store =
        std::make_unique<SqliteMailboxStore>(*m_fixture->database, relay::MailboxLogLimits{.settleBytes = 1});
}

void MailboxStoreTest::cleanup() {
    m_fixture->database->stop();
    m_store.reset();
    m_fixture.reset();
}

void MailboxStoreTest::appendsSurviveARestart() {
    MailboxAppend request{{entry(m_bob, 1), entry(m_alice, 2)}, {}, SubmissionMark{m_alice, 9}};
    QCOMPARE(append(request), StoreResult::Committed);
    m_fixture->database->stop();
    m_store.reset();
    m_fixture->reopen();
    m_store = std::make_unique<SqliteMailboxStore>(*m_fixture->database);
    QCOMPARE(waiting(m_bob), Ids{1});
    QCOMPARE(waiting(m_alice), Ids{2});
    QVERIFY(submissions(m_alice).seen(9));
}

void MailboxStoreTest::repeatedAppendKeepsOneBody() {
    MailboxAppend request{{entry(m_bob, 1)}, "body", {}};
    request.entries[0].hasBody = true;
    QCOMPARE(append(request), StoreResult::Committed);
    QCOMPARE(append(request), StoreResult::Committed);
    turn();
    QCOMPARE(append(request), StoreResult::Committed);
    QCOMPARE(rows("body"), 1);
    QCOMPARE(rows("body_content"), 1);
}

void MailboxStoreTest::cancelledAppendIsNeverWritten() {
    m_fixture->hold();
    std::optional<StoreAnswer<bool>> appended;
    MailboxAppend request{{entry(m_bob, 1), entry(m_bob, 2)}, "body", {}};
    request.entries[0].hasBody = true;
    m_store->append(request, m_fixture->call(), StoreFixture::into(appended));
    std::optional<StoreAnswer<MailboxUsage>> acknowledged;
    m_store->acknowledge(m_bob, {{1, 1}}, m_fixture->call(), StoreFixture::into(acknowledged));
    m_fixture->release();
    QTRY_VERIFY(appended && acknowledged);
    turn();
    QCOMPARE(rows("envelope"), 1);
    QCOMPARE(rows("body"), 0);
    QCOMPARE(rows("body_content"), 0);
}

void MailboxStoreTest::bodyIsStoredOnceAndGoesWithItsLastEnvelope() {
    const DeviceAddress second{m_bob.account, 2};
    MailboxAppend request{{entry(m_bob, 1), entry(second, 2), entry(m_alice, 3)}, QByteArray(5000, 'x'), {}};
    request.entries[0].hasBody = true;
    request.entries[1].hasBody = true;
    QCOMPARE(append(request), StoreResult::Committed);
    turn();
    QCOMPARE(rows("body_content"), 1);
    QCOMPARE(peek({m_alice}).rows[0].body, QByteArray());
    acknowledge(m_bob, {{1, 1}});
    QCOMPARE(rows("body_content"), 1);
    QCOMPARE(peek({second}).rows[0].body, request.body);
    acknowledge(second, {{2, 2}});
    QCOMPARE(rows("body_content"), 0);
    QCOMPARE(rows("body"), 0);
}

void MailboxStoreTest::expiredEnvelopeIsNotDelivered() {
    for (const bool settled : {false, true}) {
        QCOMPARE(append({entry(m_bob, settled ? 3 : 1, 100), entry(m_bob, settled ? 4 : 2, 5'000)}),
                 StoreResult::Committed);
        if (settled)
            turn();
        m_fixture->clock.advance(100);
        QCOMPARE(waiting(m_bob).size(), settled ? 2 : 1);
        QVERIFY(!waiting(m_bob).contains(quint64(settled ? 3 : 1)));
    }
    QCOMPARE(usage(m_bob).count, quint64(4));
    QCOMPARE(expire(0).value(0).count, quint64(2));
}

void MailboxStoreTest::overtakenMarkIsWrittenSoonAfter() {
    m_fixture->hold();
    std::optional<StoreAnswer<bool>> appended;
    m_store->append({{entry(m_bob, 1)}, {}, SubmissionMark{m_alice, 5}}, m_fixture->call(),
                    StoreFixture::into(appended));
    m_store->acknowledge(m_bob, {{1, 1}}, m_fixture->call(), [](auto) {});
    m_fixture->release();
    QTRY_VERIFY(appended.has_value());
    QVERIFY(appended->committed());
    QTRY_VERIFY(rows("mailbox_log") > 0);
    m_fixture->database->stop();
    m_store.reset();
    m_fixture->reopen();
    m_store = std::make_unique<SqliteMailboxStore>(*m_fixture->database);
    QVERIFY(submissions(m_alice).seen(5));
}

void MailboxStoreTest::logIsSettledWhenItHasGrown() {
    QCOMPARE(append(MailboxAppend{{entry(m_bob, 1), entry(m_alice, 2)}, {}, SubmissionMark{m_alice, 1}}),
             StoreResult::Committed);
    QCOMPARE(rows("envelope"), 0);
    turn();
    QCOMPARE(rows("envelope"), 2);
    QCOMPARE(rows("submission_window"), 2); // one is of the sender that made the turns
    acknowledge(m_bob, {{1, 1}});
    QCOMPARE(rows("envelope"), 1);
    QCOMPARE(waiting(m_alice), Ids{2});
    QCOMPARE(usage(m_alice).count, quint64(1));
}

void MailboxStoreTest::whatWaitedInAnOlderStoreIsStillThere() {
    m_fixture->database->stop();
    m_store.reset();
    m_fixture->database.reset();
    sql::DatabaseOptions plain;
    plain.path = m_fixture->directory.filePath(QStringLiteral("relay.db"));
    plain.encryption = sql::Encryption::Plain;
    QVERIFY(QFile::remove(plain.path));
    {
        const auto old = sql::Database::create(plain);
        QVERIFY(old.ok());
        const std::vector<QByteArray> migrations = relay::relayMigrations();
        QVERIFY(sql::Migrator({migrations[0], migrations[1]}).migrate(**old).ok());
        QVERIFY((*old)->run("INSERT INTO mailbox VALUES (7, ?1, 1, 1, 8)", m_bob.account).ok());
        const QByteArray payload = QByteArray(11, '\0') + '\2' + "hdcipher";
        QVERIFY((*old)
                    ->run("INSERT INTO envelope VALUES (7, 5, ?1, 8, 0, ?2)",
                          m_fixture->clock.wallMs() + 1'000, payload)
                    .ok());
        queue::AckWindow window;
        window.mark(3);
        QVERIFY(
            (*old)
                ->run("INSERT INTO submission_window VALUES (?1, 1, 3, ?2)", m_alice.account, window.bits())
                .ok());
    }
    m_fixture->reopen();
    m_store = std::make_unique<SqliteMailboxStore>(*m_fixture->database);
    QCOMPARE(append({entry(m_bob, 9)}), StoreResult::Committed);
    QCOMPARE(waiting(m_bob), Ids({5, 9}));
    QCOMPARE(peek({m_bob}).rows[0].ciphertext, QByteArray("cipher"));
    QVERIFY(submissions(m_alice).seen(3));
    QCOMPARE(append(MailboxAppend{{}, {}, SubmissionMark{m_alice, 4}}), StoreResult::Committed);
    QVERIFY(submissions(m_alice).seen(3) && submissions(m_alice).seen(4));
    QCOMPARE(acknowledge(m_bob, {{5, 9}}).count, quint64(2));
    QCOMPARE(usage(m_bob).bytes, quint64(0));
}

void MailboxStoreTest::passedDeadlineIsNotCommitted() {
    m_fixture->hold();
    std::optional<StoreAnswer<bool>> late;
    m_store->append({{entry(m_bob, 1)}, {}, {}}, m_fixture->call(), StoreFixture::into(late));
    m_fixture->clock.advance(5'001);
    m_fixture->release();
    QTRY_VERIFY(late.has_value());
    QCOMPARE(late->result, StoreResult::NotCommitted);
    QCOMPARE(waiting(m_bob), Ids());
}

void MailboxStoreTest::stoppedStoreIsBusy() {
    m_fixture->database->stop();
    QCOMPARE(append({entry(m_bob, 1)}), StoreResult::Busy);
}

} // namespace recado::tests

RECADO_TEST(recado::tests::MailboxStoreTest)
#include "MailboxStoreTest.moc"
