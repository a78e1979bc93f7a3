#include "sql/Transaction.h"

#include "TemporaryDatabase.h"
#include "sql/Migrator.h"
#include "support/Suite.h"

namespace recado::tests {

using base::Reason;
using sql::Database;
using sql::Migrator;
using sql::Savepoint;
using sql::Transaction;

class TransactionTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void committedChangesStay();
    void leavingWithoutCommitRollsBack();
    void transactionsDoNotNest();
    void secondConnectionWaitsAndIsToldBusy();
    void failedCommitRollsBack();
    void savepointUndoesOnlyItsPart();
    void savepointsNest();
    void readTransactionHoldsOneView();
    void migrationsRunOnceInOrder();
    void failingMigrationLeavesTheOnesBefore();
    void newerSchemaIsRefusedUntouched();

private:
    void insert(int value) { RECADO_VERIFY_OK(m_database->run("INSERT INTO t (x) VALUES (?1)", value)); }
    qint64 sum() { return scalar(*m_database, "SELECT coalesce(sum(x), 0) FROM t"); }

    std::unique_ptr<TemporaryDatabase> m_files;
    std::unique_ptr<Database> m_database;
};

void TransactionTest::init() {
    m_database.reset();
    m_files = std::make_unique<TemporaryDatabase>();
    auto database = Database::create(m_files->keyed());
    RECADO_VERIFY_OK(database);
    m_database = *std::move(database);
    RECADO_VERIFY_OK(m_database->execute("CREATE TABLE t (x INTEGER)"));
}

void TransactionTest::committedChangesStay() {
    auto transaction = Transaction::begin(*m_database);
    RECADO_VERIFY_OK(transaction);
    insert(1);
    QVERIFY(m_database->inTransaction());
    RECADO_VERIFY_OK(transaction->commit());
    QVERIFY(!m_database->inTransaction());
    QVERIFY(!transaction->commit().ok());
    QCOMPARE(sum(), 1);
}

void TransactionTest::leavingWithoutCommitRollsBack() {
    {
        auto transaction = Transaction::begin(*m_database);
        RECADO_VERIFY_OK(transaction);
        insert(1);
    }
    QVERIFY(!m_database->inTransaction());
    QCOMPARE(sum(), 0);
}

void TransactionTest::transactionsDoNotNest() {
    auto transaction = Transaction::begin(*m_database);
    RECADO_VERIFY_OK(transaction);
    insert(1);
    QVERIFY(!Transaction::begin(*m_database).ok());
    RECADO_VERIFY_OK(transaction->commit());
    QCOMPARE(sum(), 1);
}

void TransactionTest::secondConnectionWaitsAndIsToldBusy() {
    sql::DatabaseOptions impatient = m_files->keyed();
    impatient.busyTimeoutMs = 20;
    auto other = Database::openExisting(impatient);
    RECADO_VERIFY_OK(other);
    auto transaction = Transaction::begin(*m_database);
    RECADO_VERIFY_OK(transaction);
    QCOMPARE(Transaction::begin(**other).error().reason, Reason::Busy);
    RECADO_VERIFY_OK(transaction->commit());
    RECADO_VERIFY_OK(Transaction::begin(**other));
}

void TransactionTest::failedCommitRollsBack() {
    RECADO_VERIFY_OK(
        m_database->execute("CREATE TABLE a (id INTEGER PRIMARY KEY);"
                            "CREATE TABLE b (a INTEGER REFERENCES a (id) DEFERRABLE INITIALLY DEFERRED)"));
    auto transaction = Transaction::begin(*m_database);
    RECADO_VERIFY_OK(transaction);
    insert(1);
    RECADO_VERIFY_OK(m_database->execute("INSERT INTO b VALUES (1)"));
    QCOMPARE(transaction->commit().error().reason, Reason::StorageFailed);
    QVERIFY(!m_database->inTransaction());
    QCOMPARE(sum(), 0);
}

void TransactionTest::savepointUndoesOnlyItsPart() {
    auto transaction = Transaction::begin(*m_database);
    RECADO_VERIFY_OK(transaction);
    insert(1);
    {
        auto savepoint = Savepoint::begin(*m_database);
        RECADO_VERIFY_OK(savepoint);
        insert(10);
    }
    {
        auto savepoint = Savepoint::begin(*m_database);
        RECADO_VERIFY_OK(savepoint);
        insert(100);
        RECADO_VERIFY_OK(savepoint->release());
        QVERIFY(!savepoint->release().ok());
    }
    RECADO_VERIFY_OK(transaction->commit());
    QCOMPARE(sum(), 101);
}

void TransactionTest::savepointsNest() {
    auto transaction = Transaction::begin(*m_database);
    RECADO_VERIFY_OK(transaction);
    {
        auto outer = Savepoint::begin(*m_database);
        RECADO_VERIFY_OK(outer);
        insert(1);
        {
            auto inner = Savepoint::begin(*m_database);
            RECADO_VERIFY_OK(inner);
            insert(10);
        }
        {
            auto inner = Savepoint::begin(*m_database);
            RECADO_VERIFY_OK(inner);
            insert(100);
            RECADO_VERIFY_OK(inner->release());
        }
        QCOMPARE(sum(), 101);
        RECADO_VERIFY_OK(outer->release());
    }
    {
        auto outer = Savepoint::begin(*m_database);
        RECADO_VERIFY_OK(outer);
        auto inner = Savepoint::begin(*m_database);
        RECADO_VERIFY_OK(inner);
        insert(1000);
        RECADO_VERIFY_OK(inner->release());
    }
    RECADO_VERIFY_OK(transaction->commit());
    QCOMPARE(sum(), 101);
}

void TransactionTest::readTransactionHoldsOneView() {
    auto reader = Database::openExisting(m_files->reader());
    RECADO_VERIFY_OK(reader);
    {
        auto view = Transaction::beginRead(**reader);
        RECADO_VERIFY_OK(view);
        QCOMPARE(scalar(**reader, "SELECT count(*) FROM t"), 0);
        insert(1);
        QCOMPARE(scalar(**reader, "SELECT count(*) FROM t"), 0);
    }
    QCOMPARE(scalar(**reader, "SELECT count(*) FROM t"), 1);
}

void TransactionTest::migrationsRunOnceInOrder() {
    const Migrator two({"CREATE TABLE m (x); INSERT INTO m VALUES (1);", "UPDATE m SET x = x * 10"});
    RECADO_VERIFY_OK(two.migrate(*m_database));
    RECADO_VERIFY_OK(two.migrate(*m_database));
    QCOMPARE(*Migrator::version(*m_database), 2);
    QCOMPARE(scalar(*m_database, "SELECT x FROM m"), 10);
    const Migrator three({"NEVER RUN AGAIN", "NOR THIS", "UPDATE m SET x = x + 5"});
    RECADO_VERIFY_OK(three.migrate(*m_database));
    QCOMPARE(*Migrator::version(*m_database), 3);
    QCOMPARE(scalar(*m_database, "SELECT x FROM m"), 15);
}

void TransactionTest::failingMigrationLeavesTheOnesBefore() {
    const Migrator broken({"CREATE TABLE m (x)", "INSERT INTO m VALUES (1); NONSENSE"});
    QVERIFY(!broken.migrate(*m_database).ok());
    QCOMPARE(*Migrator::version(*m_database), 1);
    QCOMPARE(scalar(*m_database, "SELECT count(*) FROM m"), 0);
    QVERIFY(!m_database->inTransaction());
}

void TransactionTest::newerSchemaIsRefusedUntouched() {
    RECADO_VERIFY_OK(Migrator({"CREATE TABLE m (x)", "INSERT INTO m VALUES (1)"}).migrate(*m_database));
    const auto status = Migrator({"CREATE TABLE m (x)"}).migrate(*m_database);
    QCOMPARE(status.error().reason, Reason::UnsupportedVersion);
    QCOMPARE(*Migrator::version(*m_database), 2);
    QCOMPARE(scalar(*m_database, "SELECT count(*) FROM m"), 1);
}

} // namespace recado::tests

RECADO_TEST(recado::tests::TransactionTest)
#include "TransactionTest.moc"
