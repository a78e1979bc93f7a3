#include "sql/Copy.h"

#include "TemporaryDatabase.h"
#include "sql/Transaction.h"
#include "support/Suite.h"

#include <QFile>
#include <QTest>

namespace recado::tests {

using sql::Access;
using sql::CopyOptions;
using sql::Database;
using sql::Transaction;

class CopyTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void aCopyIsTheStateOfTheReadTransaction();
    void aCopyStandsAlone();
    void nothingIsReplaced();
    void withoutATransactionNothingIsCopied();
    void whatIsGivenUpLeavesNothing();

private:
    [[nodiscard]] QString target() const { return m_place->path() + QStringLiteral(".copy"); }
    [[nodiscard]] qint64 rowsOfCopy() const {
        sql::DatabaseOptions options = m_place->plain();
        options.path = target();
        options.access = Access::ReadOnly;
        const auto copy = Database::openExisting(options);
        return copy && (*copy)->checkIntegrity() ? scalar(**copy, "SELECT count(*) FROM t") : -1;
    }
    void write(int rows) {
        for (int row = 0; row < rows; ++row)
            RECADO_VERIFY_OK(m_writing->run("INSERT INTO t (content) VALUES (randomblob(2000))"));
    }

    std::unique_ptr<TemporaryDatabase> m_place;
    std::unique_ptr<Database> m_writing;
    std::unique_ptr<Database> m_reading;
};

void CopyTest::init() {
    m_reading.reset();
    m_writing.reset();
    m_place = std::make_unique<TemporaryDatabase>();
    auto created = Database::create(m_place->plain());
    RECADO_VERIFY_OK(created);
    m_writing = *std::move(created);
    RECADO_VERIFY_OK(m_writing->execute("CREATE TABLE t (id INTEGER PRIMARY KEY, content BLOB)"));
    write(200);
    sql::DatabaseOptions options = m_place->plain();
    options.access = Access::ReadOnly;
    auto opened = Database::openExisting(options);
    RECADO_VERIFY_OK(opened);
    m_reading = *std::move(opened);
}

void CopyTest::aCopyIsTheStateOfTheReadTransaction() {
    const auto moment = Transaction::beginRead(*m_reading);
    RECADO_VERIFY_OK(moment);
    QCOMPARE(scalar(*m_reading, "SELECT count(*) FROM t"), 200);
    int steps = 0;
    CopyOptions options;
    options.pagesAStep = 8;
    options.betweenSteps = [&] {
        write(1); // nobody waits for the copy, and it shows nothing of this
        ++steps;
        return true;
    };
    RECADO_VERIFY_OK(sql::copyDatabase(*m_reading, target(), options));
    QVERIFY(steps > 5);
    QCOMPARE(rowsOfCopy(), 200);
    QCOMPARE(scalar(*m_writing, "SELECT count(*) FROM t"), 200 + steps);
}

void CopyTest::aCopyStandsAlone() {
    const auto moment = Transaction::beginRead(*m_reading);
    RECADO_VERIFY_OK(moment);
    RECADO_VERIFY_OK(sql::copyDatabase(*m_reading, target()));
    QVERIFY(!QFile::exists(target() + QStringLiteral("-wal")));
    QVERIFY(!QFile::exists(target() + QStringLiteral("-journal")));
    const auto others = QFileDevice::ReadGroup | QFileDevice::ReadOther | QFileDevice::WriteOther;
    QVERIFY((QFile::permissions(target()) & others) == 0);
    QCOMPARE(rowsOfCopy(), 200);
}

void CopyTest::nothingIsReplaced() {
    QFile file(target());
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("somebody's");
    file.close();
    const auto moment = Transaction::beginRead(*m_reading);
    RECADO_VERIFY_OK(moment);
    QVERIFY(!sql::copyDatabase(*m_reading, target()));
    QVERIFY(file.open(QIODevice::ReadOnly));
    QCOMPARE(file.readAll(), QByteArray("somebody's"));
}

void CopyTest::withoutATransactionNothingIsCopied() {
    const auto copied = sql::copyDatabase(*m_reading, target());
    QVERIFY(!copied);
    QCOMPARE(copied.error().reason, base::Reason::InvalidArgument);
    QVERIFY(!QFile::exists(target()));
}

void CopyTest::whatIsGivenUpLeavesNothing() {
    const auto moment = Transaction::beginRead(*m_reading);
    RECADO_VERIFY_OK(moment);
    CopyOptions options;
    options.pagesAStep = 4;
    options.betweenSteps = [] { return false; };
    const auto copied = sql::copyDatabase(*m_reading, target(), options);
    QVERIFY(!copied);
    QCOMPARE(copied.error().reason, base::Reason::Cancelled);
    QVERIFY(!QFile::exists(target()));
}

} // namespace recado::tests

RECADO_TEST(recado::tests::CopyTest)
#include "CopyTest.moc"
