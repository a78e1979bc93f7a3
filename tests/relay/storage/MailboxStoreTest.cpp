#include "MailboxTestBase.h"
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
    void passedDeadlineIsNotCommitted();
    void stoppedStoreIsBusy();

private:
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
    m_store = std::make_unique<SqliteMailboxStore>(*m_fixture->database);
}

void MailboxStoreTest::cleanup() {
    m_fixture->database->stop();
    m_store.reset();
    m_fixture.reset();
}

void MailboxStoreTest::appendsSurviveARestart() {
    MailboxAppend request{{entry(m_bob, 1), entry(m_alice, 2)}, {}, SubmissionMark{m_alice, 9}};
    QCOMPARE(append(request), StoreResult::Committed);
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
    QCOMPARE(rows("body_content"), 1);
    QCOMPARE(peek({m_alice}).rows[0].body, QByteArray());
    acknowledge(m_bob, {{1, 1}});
    QCOMPARE(rows("body_content"), 1);
    QCOMPARE(peek({second}).rows[0].body, request.body);
    acknowledge(second, {{2, 2}});
    QCOMPARE(rows("body_content"), 0);
    QCOMPARE(rows("body"), 0);
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
