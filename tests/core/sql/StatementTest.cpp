#include "TemporaryDatabase.h"
#include "support/Suite.h"

#include <limits>

namespace recado::tests {

using sql::Database;
using sql::Statement;

enum class Colour : int { Red = 3 };

class StatementTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void everyTypeRoundTrips();
    void nullAndEmptyAreDifferent();
    void badPositionIsReportedByStep();
    void syntaxErrorNamesTheProblem();
    void constraintErrorDoesNotQuoteValues();
    void cachedStatementForgetsItsValues();
    void sameTextTwiceAtOnceIsIndependent();
    void movedStatementStaysOnLoan();
    void finishedStatementCanRunAgain();
    void executeStopsAtTheFirstError();
    void changesAndInsertId();

private:
    std::unique_ptr<TemporaryDatabase> m_files;
    std::unique_ptr<Database> m_database;
};

void StatementTest::init() {
    m_database.reset();
    m_files = std::make_unique<TemporaryDatabase>();
    auto database = Database::create(m_files->keyed());
    RECADO_VERIFY_OK(database);
    m_database = *std::move(database);
    RECADO_VERIFY_OK(m_database->execute("CREATE TABLE t (id INTEGER PRIMARY KEY, x)"));
}

void StatementTest::everyTypeRoundTrips() {
    const auto id = base::AccountId::random();
    const QString text = QStringLiteral("olá 🌍 שלום") + QChar(0) + QStringLiteral("end");
    const QByteArray bytes("\x00\xff\x01", 3);
    auto row =
        m_database->query("SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9",
                          std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::uint64_t>::max(),
                          2.5, text, bytes, id, std::optional<int>(7), std::optional<int>(), Colour::Red);
    RECADO_VERIFY_OK(row);
    QVERIFY(*row->step());
    QCOMPARE(row->int64(0), std::numeric_limits<std::int64_t>::min());
    QCOMPARE(row->uint64(1), std::numeric_limits<std::uint64_t>::max());
    QCOMPARE(row->real(2), 2.5);
    QCOMPARE(row->text(3), text);
    QCOMPARE(row->bytes(4), bytes);
    QVERIFY(row->id<base::AccountId>(5) == id);
    QCOMPARE(row->integer(6), 7);
    QVERIFY(row->isNull(7));
    QCOMPARE(Colour(row->integer(8)), Colour::Red);
    QVERIFY(row->id<base::AccountId>(4).isNull()); // not 16 bytes
    QVERIFY(!*row->step());
}

void StatementTest::nullAndEmptyAreDifferent() {
    auto row =
        m_database->query("SELECT ?1 IS NULL, ?2 IS NULL, ?3 IS NULL, ?4 IS NULL, length(?1), length(?3)",
                          QByteArray(), nullptr, QString(), std::nullopt);
    RECADO_VERIFY_OK(row);
    QVERIFY(*row->step());
    QCOMPARE(row->integer(0), 0);
    QCOMPARE(row->integer(1), 1);
    QCOMPARE(row->integer(2), 0);
    QCOMPARE(row->integer(3), 1);
    QCOMPARE(row->integer(4), 0);
    QCOMPARE(row->integer(5), 0);
}

void StatementTest::badPositionIsReportedByStep() {
    auto statement = m_database->prepare("INSERT INTO t (x) VALUES (?1)");
    RECADO_VERIFY_OK(statement);
    statement->bind(1, 5).bind(2, 6);
    QVERIFY(!statement->step().ok());
    QCOMPARE(scalar(*m_database, "SELECT count(*) FROM t"), 0);
}

void StatementTest::syntaxErrorNamesTheProblem() {
    const auto statement = m_database->prepare("SELEKT 1");
    QVERIFY(!statement.ok());
    QVERIFY(statement.error().message.contains(QStringLiteral("SELEKT")));
    QVERIFY(!m_database->prepare("  -- nothing").ok());
}

void StatementTest::constraintErrorDoesNotQuoteValues() {
    RECADO_VERIFY_OK(m_database->execute("CREATE TABLE u (name TEXT UNIQUE)"));
    RECADO_VERIFY_OK(m_database->run("INSERT INTO u VALUES (?1)", QStringLiteral("hunter2")));
    const auto again = m_database->run("INSERT INTO u VALUES (?1)", QStringLiteral("hunter2"));
    QVERIFY(!again.ok());
    QVERIFY(again.error().message.contains(QStringLiteral("u.name")));
    QVERIFY(!again.error().message.contains(QStringLiteral("hunter2")));
}

void StatementTest::cachedStatementForgetsItsValues() {
    for (int pass = 0; pass < 2; ++pass) {
        auto statement = m_database->prepare("SELECT ?1");
        RECADO_VERIFY_OK(statement);
        QVERIFY(*statement->step());
        QVERIFY(statement->isNull(0));
        statement->reset();
        statement->bind(1, QByteArray("secret"));
        QVERIFY(*statement->step());
        QCOMPARE(statement->bytes(0), QByteArray("secret"));
    }
}

void StatementTest::sameTextTwiceAtOnceIsIndependent() {
    RECADO_VERIFY_OK(m_database->execute("INSERT INTO t (x) VALUES (1), (2)"));
    auto outer = m_database->prepare("SELECT x FROM t ORDER BY x");
    RECADO_VERIFY_OK(outer);
    int visited = 0;
    while (*outer->step()) {
        auto inner = m_database->prepare("SELECT x FROM t ORDER BY x");
        RECADO_VERIFY_OK(inner);
        QVERIFY(*inner->step());
        QCOMPARE(inner->integer(0), 1);
        ++visited;
        QCOMPARE(outer->integer(0), visited);
    }
    QCOMPARE(visited, 2);
}

void StatementTest::movedStatementStaysOnLoan() {
    auto first = m_database->query("SELECT ?1", 1);
    RECADO_VERIFY_OK(first);
    Statement moved = *std::move(first);
    auto second = m_database->query("SELECT ?1", 2);
    RECADO_VERIFY_OK(second);
    QVERIFY(*moved.step());
    QVERIFY(*second->step());
    QCOMPARE(moved.integer(0), 1);
    moved = *std::move(second);
    QCOMPARE(moved.integer(0), 2);
}

void StatementTest::finishedStatementCanRunAgain() {
    auto insert = m_database->prepare("INSERT INTO t (x) VALUES (?1)");
    RECADO_VERIFY_OK(insert);
    for (int i = 0; i < 3; ++i) {
        insert->reset();
        insert->bind(1, i);
        RECADO_VERIFY_OK(insert->finish());
    }
    QCOMPARE(scalar(*m_database, "SELECT sum(x) FROM t"), 3);
}

void StatementTest::executeStopsAtTheFirstError() {
    QVERIFY(
        !m_database->execute("INSERT INTO t (x) VALUES (1); NONSENSE; INSERT INTO t (x) VALUES (2)").ok());
    QCOMPARE(scalar(*m_database, "SELECT count(*) FROM t"), 1);
    RECADO_VERIFY_OK(m_database->execute("; -- only a comment\n"));
}

void StatementTest::changesAndInsertId() {
    RECADO_VERIFY_OK(m_database->run("INSERT INTO t (id, x) VALUES (?1, 0)", 77));
    QCOMPARE(m_database->lastInsertId(), 77);
    RECADO_VERIFY_OK(m_database->run("INSERT INTO t (id, x) VALUES (?1, 0) ON CONFLICT DO NOTHING", 77));
    QCOMPARE(m_database->changes(), 0);
    RECADO_VERIFY_OK(m_database->run("UPDATE t SET x = 1"));
    QCOMPARE(m_database->changes(), 1);
}

} // namespace recado::tests

RECADO_TEST(recado::tests::StatementTest)
#include "StatementTest.moc"
