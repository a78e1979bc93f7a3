#include "TemporaryDatabase.h"
#include "support/Suite.h"

#include <QDir>

#include <unistd.h>

namespace recado::tests {

using base::Reason;
using base::SecretBytes;
using sql::Database;

namespace {

const QByteArray canary = "canary-7f3a9c";

void fillWithCanaries(Database& database, int rows) {
    QVERIFY(database.execute("CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT)").ok());
    QVERIFY(database.execute("BEGIN").ok());
    for (int i = 0; i < rows; ++i) {
        const QString text = QStringLiteral("%1 %2").arg(QLatin1String(canary)).arg(i * 7919 % rows);
        QVERIFY(database.run("INSERT INTO note (text) VALUES (?1)", text).ok());
    }
    QVERIFY(database.execute("COMMIT").ok());
}

/// Temporary files of the engine that this process has open (they are unlinked at once).
int openSpillFiles() {
    int count = 0;
    const QDir descriptors(QStringLiteral("/proc/self/fd"));
    for (const QString& name :
         descriptors.entryList(QDir::AllEntries | QDir::System | QDir::NoDotAndDotDot)) {
        char target[512] = {};
        const QByteArray link = QFile::encodeName(descriptors.filePath(name));
        if (readlink(link.constData(), target, sizeof target - 1) > 0)
            count += QByteArray(target).contains("etilqs_") ? 1 : 0;
    }
    return count;
}

int spillFilesWhileSorting(Database& database) {
    auto sorted = database.prepare("SELECT text FROM note ORDER BY text || 'x'");
    if (!sorted || !sorted->step())
        return -1;
    return openSpillFiles();
}

} // namespace

class DatabaseTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void keyedDatabaseReopensWithItsKey();
    void neitherFileNorLogIsReadable();
    void sortingSpillsNothingToDisk();
    void wrongKeyIsRefusedAndHarmless();
    void keyOfAnotherSizeIsRefused();
    void missingKeyIsRefused();
    void plaintextFileIsRefusedWhereAKeyIsGiven();
    void encryptedFileIsRefusedAsPlain();
    void keyForPlainIsRefused();
    void missingDatabaseIsNeverMade();
    void emptyFileIsNotOpenedButCreatedOver();
    void creatingOverADatabaseIsRefused();
    void truncatedFileIsCorrupt_data();
    void truncatedFileIsCorrupt();
    void alteredPageIsFound();
    void fileIsTheOwnersAlone();
    void settingsAreInForce_data();
    void settingsAreInForce();
    void readerSeesCommittedRowsOnly();
    void readerCannotWrite();
    void deletedContentLeavesTheDisk();
    void foreignKeysAreEnforced();
    void searchIndexWorks();
};

void DatabaseTest::keyedDatabaseReopensWithItsKey() {
    const TemporaryDatabase files;
    {
        auto database = Database::create(files.keyed());
        RECADO_VERIFY_OK(database);
        RECADO_VERIFY_OK((*database)->execute("CREATE TABLE t (x); INSERT INTO t VALUES (42);"));
    }
    auto database = Database::openExisting(files.keyed());
    RECADO_VERIFY_OK(database);
    QCOMPARE(scalar(**database, "SELECT x FROM t"), 42);
}

void DatabaseTest::neitherFileNorLogIsReadable() {
    const TemporaryDatabase files;
    auto database = Database::create(files.keyed());
    RECADO_VERIFY_OK(database);
    fillWithCanaries(**database, 50);
    QVERIFY(QFile(files.path() + QStringLiteral("-wal")).size() > 0);
    QVERIFY(!files.everythingOnDisk().contains(canary));
    QVERIFY(!files.everythingOnDisk().contains("SQLite format 3"));
    RECADO_VERIFY_OK((*database)->checkpoint());
    QCOMPARE(QFile(files.path() + QStringLiteral("-wal")).size(), 0);
    QVERIFY(!files.everythingOnDisk().contains(canary));

    // The same look finds it in a plain database, so it would find it here.
    const TemporaryDatabase readable;
    auto plain = Database::create(readable.plain());
    RECADO_VERIFY_OK(plain);
    fillWithCanaries(**plain, 50);
    QVERIFY(readable.everythingOnDisk().contains(canary));
}

void DatabaseTest::sortingSpillsNothingToDisk() {
    const TemporaryDatabase files;
    sql::DatabaseOptions options = files.keyed();
    options.cacheKib = 64; // far less than what is sorted
    auto database = Database::create(options);
    RECADO_VERIFY_OK(database);
    fillWithCanaries(**database, 20'000);
    QCOMPARE(spillFilesWhileSorting(**database), 0);
    // With the setting undone the same sort does spill: the look can tell.
    RECADO_VERIFY_OK((*database)->execute("PRAGMA temp_store = FILE"));
    QVERIFY(spillFilesWhileSorting(**database) > 0);
}

void DatabaseTest::wrongKeyIsRefusedAndHarmless() {
    const TemporaryDatabase files;
    {
        auto database = Database::create(files.keyed());
        RECADO_VERIFY_OK(database);
        RECADO_VERIFY_OK((*database)->execute("CREATE TABLE t (x)"));
    }
    const QByteArray before = files.everythingOnDisk();
    const SecretBytes other = SecretBytes::random(32);
    sql::DatabaseOptions options = files.keyed();
    options.key = &other;
    QCOMPARE(Database::openExisting(options).error().reason, Reason::WrongKey);
    QCOMPARE(files.everythingOnDisk(), before);
    RECADO_VERIFY_OK(Database::openExisting(files.keyed()));
}

void DatabaseTest::keyOfAnotherSizeIsRefused() {
    const TemporaryDatabase files;
    for (const int size : {0, 16, 31, 33}) {
        const SecretBytes odd{std::size_t(size)};
        sql::DatabaseOptions options = files.keyed();
        options.key = &odd;
        QCOMPARE(Database::create(options).error().reason, Reason::WrongKey);
    }
    QVERIFY(!QFile::exists(files.path()));
}

void DatabaseTest::missingKeyIsRefused() {
    const TemporaryDatabase files;
    sql::DatabaseOptions options = files.keyed();
    options.key = nullptr;
    QCOMPARE(Database::create(options).error().reason, Reason::WrongKey);
    QCOMPARE(Database::openExisting(options).error().reason, Reason::WrongKey);
    QVERIFY(!QFile::exists(files.path()));
}

void DatabaseTest::plaintextFileIsRefusedWhereAKeyIsGiven() {
    const TemporaryDatabase files;
    RECADO_VERIFY_OK(Database::create(files.plain()));
    QCOMPARE(Database::openExisting(files.keyed()).error().reason, Reason::StorageCorrupt);
    QCOMPARE(Database::openExisting(files.reader()).error().reason, Reason::StorageCorrupt);
}

void DatabaseTest::encryptedFileIsRefusedAsPlain() {
    const TemporaryDatabase files;
    RECADO_VERIFY_OK(Database::create(files.keyed()));
    QCOMPARE(Database::openExisting(files.plain()).error().reason, Reason::StorageCorrupt);
}

void DatabaseTest::keyForPlainIsRefused() {
    const TemporaryDatabase files;
    sql::DatabaseOptions options = files.keyed();
    options.encryption = sql::Encryption::Plain;
    QCOMPARE(Database::create(options).error().reason, Reason::InvalidArgument);
}

void DatabaseTest::missingDatabaseIsNeverMade() {
    const TemporaryDatabase files;
    QCOMPARE(Database::openExisting(files.keyed()).error().reason, Reason::StorageFailed);
    QCOMPARE(Database::openExisting(files.plain()).error().reason, Reason::StorageFailed);
    QVERIFY(!QFile::exists(files.path()));
}

void DatabaseTest::emptyFileIsNotOpenedButCreatedOver() {
    const TemporaryDatabase files;
    {
        QFile empty(files.path());
        QVERIFY(empty.open(QIODevice::WriteOnly));
    }
    QCOMPARE(Database::openExisting(files.keyed()).error().reason, Reason::StorageCorrupt);
    QCOMPARE(QFile(files.path()).size(), 0);
    RECADO_VERIFY_OK(Database::create(files.keyed()));
}

void DatabaseTest::creatingOverADatabaseIsRefused() {
    const TemporaryDatabase files;
    {
        auto database = Database::create(files.keyed());
        RECADO_VERIFY_OK(database);
        RECADO_VERIFY_OK((*database)->execute("CREATE TABLE t (x); INSERT INTO t VALUES (1)"));
    }
    QCOMPARE(Database::create(files.keyed()).error().reason, Reason::StorageFailed);
    auto database = Database::openExisting(files.keyed());
    RECADO_VERIFY_OK(database);
    QCOMPARE(scalar(**database, "SELECT count(*) FROM t"), 1);
}

void DatabaseTest::truncatedFileIsCorrupt_data() {
    QTest::addColumn<bool>("keyed");
    QTest::addColumn<qint64>("left");
    for (const bool keyed : {true, false}) {
        const char* kind = keyed ? "keyed" : "plain";
        QTest::addRow("%s, one byte", kind) << keyed << qint64(1);
        QTest::addRow("%s, less than a page", kind) << keyed << qint64(4095);
        QTest::addRow("%s, one page", kind) << keyed << qint64(4096);
        QTest::addRow("%s, a page and a half", kind) << keyed << qint64(6144);
    }
}

void DatabaseTest::truncatedFileIsCorrupt() {
    QFETCH(const bool, keyed);
    QFETCH(const qint64, left);
    const TemporaryDatabase files;
    const sql::DatabaseOptions options = keyed ? files.keyed() : files.plain();
    {
        auto database = Database::create(options);
        RECADO_VERIFY_OK(database);
        fillWithCanaries(**database, 500);
    }
    QVERIFY(QFile::resize(files.path(), left));
    QCOMPARE(Database::openExisting(options).error().reason, Reason::StorageCorrupt);
    QCOMPARE(QFile(files.path()).size(), left);
}

void DatabaseTest::alteredPageIsFound() {
    const TemporaryDatabase files;
    {
        auto database = Database::create(files.keyed());
        RECADO_VERIFY_OK(database);
        fillWithCanaries(**database, 500);
        RECADO_VERIFY_OK((*database)->checkIntegrity());
    }
    {
        QFile file(files.path());
        QVERIFY(file.open(QIODevice::ReadWrite));
        QVERIFY(file.seek(2 * 4096 + 100));
        const QByteArray byte = file.read(1);
        QVERIFY(file.seek(2 * 4096 + 100));
        QCOMPARE(file.write(QByteArray(1, char(byte[0] ^ 1))), 1);
    }
    auto database = Database::openExisting(files.keyed());
    RECADO_VERIFY_OK(database);
    QCOMPARE((*database)->checkIntegrity().error().reason, Reason::StorageCorrupt);
}

void DatabaseTest::fileIsTheOwnersAlone() {
    const TemporaryDatabase files;
    auto database = Database::create(files.keyed());
    RECADO_VERIFY_OK(database);
    RECADO_VERIFY_OK((*database)->execute("CREATE TABLE t (x)"));
    const auto others =
        QFileDevice::ReadGroup | QFileDevice::WriteGroup | QFileDevice::ReadOther | QFileDevice::WriteOther;
    for (const auto* suffix : {"", "-wal", "-shm"}) {
        const QString path = files.path() + QLatin1String(suffix);
        QVERIFY2(QFile::exists(path), suffix);
        QVERIFY2(!(QFile::permissions(path) & others), suffix);
    }
}

void DatabaseTest::settingsAreInForce_data() {
    QTest::addColumn<QByteArray>("pragma");
    QTest::addColumn<qint64>("value");
    QTest::newRow("every commit is synced") << QByteArray("PRAGMA synchronous") << qint64(2);
    QTest::newRow("temporary tables in memory") << QByteArray("PRAGMA temp_store") << qint64(2);
    QTest::newRow("deleted content overwritten") << QByteArray("PRAGMA secure_delete") << qint64(1);
    QTest::newRow("foreign keys") << QByteArray("PRAGMA foreign_keys") << qint64(1);
    QTest::newRow("schema not trusted") << QByteArray("PRAGMA trusted_schema") << qint64(0);
    QTest::newRow("cache") << QByteArray("PRAGMA cache_size") << qint64(-16384);
    QTest::newRow("busy timeout") << QByteArray("PRAGMA busy_timeout") << qint64(5000);
    QTest::newRow("checkpoints") << QByteArray("PRAGMA wal_autocheckpoint") << qint64(1000);
    QTest::newRow("no slow memory wiping") << QByteArray("PRAGMA cipher_memory_security") << qint64(0);
}

void DatabaseTest::settingsAreInForce() {
    QFETCH(const QByteArray, pragma);
    QFETCH(const qint64, value);
    const TemporaryDatabase files;
    auto database = Database::create(files.keyed());
    RECADO_VERIFY_OK(database);
    QCOMPARE(scalar(**database, pragma.toStdString()), value);
}

void DatabaseTest::readerSeesCommittedRowsOnly() {
    const TemporaryDatabase files;
    auto writer = Database::create(files.keyed());
    RECADO_VERIFY_OK(writer);
    RECADO_VERIFY_OK((*writer)->execute("CREATE TABLE t (x)"));
    auto reader = Database::openExisting(files.reader());
    RECADO_VERIFY_OK(reader);
    RECADO_VERIFY_OK((*writer)->execute("BEGIN; INSERT INTO t VALUES (1)"));
    QCOMPARE(scalar(**reader, "SELECT count(*) FROM t"), 0);
    RECADO_VERIFY_OK((*writer)->execute("COMMIT"));
    QCOMPARE(scalar(**reader, "SELECT count(*) FROM t"), 1);
}

void DatabaseTest::readerCannotWrite() {
    const TemporaryDatabase files;
    auto writer = Database::create(files.keyed());
    RECADO_VERIFY_OK(writer);
    RECADO_VERIFY_OK((*writer)->execute("CREATE TABLE t (x)"));
    auto reader = Database::openExisting(files.reader());
    RECADO_VERIFY_OK(reader);
    QVERIFY(!(*reader)->execute("INSERT INTO t VALUES (1)").ok());
    QVERIFY(!(*reader)->execute("PRAGMA query_only = OFF; INSERT INTO t VALUES (1)").ok());
    sql::DatabaseOptions creating = files.reader();
    creating.path += QStringLiteral(".new");
    QCOMPARE(Database::create(creating).error().reason, Reason::InvalidArgument);
}

void DatabaseTest::deletedContentLeavesTheDisk() {
    const TemporaryDatabase files;
    auto database = Database::create(files.plain());
    RECADO_VERIFY_OK(database);
    fillWithCanaries(**database, 200);
    RECADO_VERIFY_OK((*database)->checkpoint());
    QVERIFY(files.everythingOnDisk().contains(canary));
    RECADO_VERIFY_OK((*database)->execute("DELETE FROM note"));
    RECADO_VERIFY_OK((*database)->checkpoint());
    QVERIFY(!files.everythingOnDisk().contains(canary));
}

void DatabaseTest::foreignKeysAreEnforced() {
    const TemporaryDatabase files;
    auto database = Database::create(files.keyed());
    RECADO_VERIFY_OK(database);
    RECADO_VERIFY_OK((*database)->execute("CREATE TABLE a (id INTEGER PRIMARY KEY);"
                                          "CREATE TABLE b (a INTEGER REFERENCES a (id))"));
    QCOMPARE((*database)->execute("INSERT INTO b VALUES (1)").error().reason, Reason::StorageFailed);
}

void DatabaseTest::searchIndexWorks() {
    const TemporaryDatabase files;
    auto database = Database::create(files.keyed());
    RECADO_VERIFY_OK(database);
    RECADO_VERIFY_OK((*database)->execute(
        "CREATE VIRTUAL TABLE search USING fts5(text, tokenize = 'unicode61 remove_diacritics 2');"
        "INSERT INTO search (search, rank) VALUES ('secure-delete', 1);"));
    RECADO_VERIFY_OK(
        (*database)->run("INSERT INTO search (text) VALUES (?1)", QStringLiteral("amanhã cedo")));
    QCOMPARE(scalar(**database, "SELECT count(*) FROM search WHERE search MATCH 'amanha'"), 1);
    // What somebody searched for must not come back in an error that ends in a log.
    const auto bad =
        (*database)->run("SELECT 1 FROM search WHERE search MATCH ?1", QStringLiteral("\"hunter2"));
    QVERIFY(!bad.ok());
    QVERIFY2(!bad.error().message.contains(QStringLiteral("hunter2")), qPrintable(bad.error().message));
}

} // namespace recado::tests

RECADO_TEST(recado::tests::DatabaseTest)
#include "DatabaseTest.moc"
