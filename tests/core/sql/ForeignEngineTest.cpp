#include "TemporaryDatabase.h"

#include <sqlite3.h>

namespace recado::tests {

using sql::Database;

/// This program links the system's libsqlite3 before ours and uses it, as a plugin of Qt or GStreamer would.
class ForeignEngineTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void theForeignEngineIsInThisProcess();
    void oursStillEncrypts();
    void theForeignEngineCannotReadOurs();
};

void ForeignEngineTest::theForeignEngineIsInThisProcess() {
    QCOMPARE(sqlite3_compileoption_used("HAS_CODEC"), 0);
    sqlite3* handle = nullptr;
    QCOMPARE(sqlite3_open(":memory:", &handle), SQLITE_OK);
    QCOMPARE(sqlite3_exec(handle, "CREATE TABLE t (x)", nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(handle);
}

void ForeignEngineTest::oursStillEncrypts() {
    const TemporaryDatabase files;
    auto database = Database::create(files.keyed());
    RECADO_VERIFY_OK(database);
    RECADO_VERIFY_OK((*database)->execute("CREATE TABLE t (x); INSERT INTO t VALUES ('canary-51c')"));
    QCOMPARE(scalar(**database, "SELECT count(*) FROM t"), 1);
    RECADO_VERIFY_OK((*database)->checkpoint());
    const QByteArray onDisk = files.everythingOnDisk();
    QVERIFY(onDisk.size() >= 8192);
    QVERIFY(!onDisk.contains("SQLite format 3"));
    QVERIFY(!onDisk.contains("canary-51c"));
}

void ForeignEngineTest::theForeignEngineCannotReadOurs() {
    const TemporaryDatabase files;
    RECADO_VERIFY_OK(Database::create(files.keyed()));
    sqlite3* handle = nullptr;
    QCOMPARE(sqlite3_open(QFile::encodeName(files.path()).constData(), &handle), SQLITE_OK);
    QCOMPARE(sqlite3_exec(handle, "SELECT count(*) FROM sqlite_master", nullptr, nullptr, nullptr),
             SQLITE_NOTADB);
    sqlite3_close(handle);
}

} // namespace recado::tests

QTEST_GUILESS_MAIN(recado::tests::ForeignEngineTest)
#include "ForeignEngineTest.moc"
