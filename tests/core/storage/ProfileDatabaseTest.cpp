#include "TemporaryProfile.h"
#include "sql/Transaction.h"
#include "support/Suite.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QTest>

namespace recado::tests {

using base::Reason;
using storage::Creation;
using storage::ProfileDatabase;
using storage::ProfileDirectory;

class ProfileDatabaseTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void directoryAndFilesAreTheOwnersOnly();
    void aSecondOpenIsRefused();
    void theClaimEndsWithItsObject();
    void theRightKeyOpensItAgain();
    void aWrongKeyFails();
    void aMissingDatabaseIsNeverReplaced();
    void aNewDatabaseNeverReplacesAnother();
    void anInterruptedCreationIsFinished();
    void aPlainDatabaseIsRefused();
    void aNewerSchemaIsRefused();
    void readersCannotWrite();
    void closingEmptiesTheLog();
};

namespace {

base::Result<std::unique_ptr<ProfileDatabase>> openAt(const QString& path, const base::SecretBytes& key,
                                                      Creation creation = Creation::Forbidden) {
    RECADO_TRY(ProfileDirectory directory, ProfileDirectory::claim(path));
    return ProfileDatabase::open(std::move(directory), key, creation);
}

} // namespace

void ProfileDatabaseTest::directoryAndFilesAreTheOwnersOnly() {
    TemporaryProfile temporary;
    QVERIFY(temporary.writer().run("INSERT INTO pre_key (id, record) VALUES (1, x'00')"));
    constexpr auto others = QFile::ReadGroup | QFile::WriteGroup | QFile::ExeGroup | QFile::ReadOther |
                            QFile::WriteOther | QFile::ExeOther;
    QVERIFY(!(QFileInfo(temporary.path()).permissions() & others));
    const QFileInfoList files = QDir(temporary.path()).entryInfoList(QDir::Files | QDir::Hidden);
    QVERIFY(files.size() >= 3); // database, log, index of the log, lock
    for (const QFileInfo& file : files)
        QVERIFY2(!(file.permissions() & others), qPrintable(file.fileName()));
}

void ProfileDatabaseTest::aSecondOpenIsRefused() {
    TemporaryProfile temporary;
    const auto second = ProfileDirectory::claim(temporary.path());
    QVERIFY(!second);
    QCOMPARE(second.error().reason, Reason::ProfileInUse);
}

void ProfileDatabaseTest::theClaimEndsWithItsObject() {
    TemporaryProfile temporary;
    temporary.close();
    QVERIFY(ProfileDirectory::claim(temporary.path()));
    QVERIFY(ProfileDirectory::claim(temporary.path()));
}

void ProfileDatabaseTest::theRightKeyOpensItAgain() {
    TemporaryProfile temporary;
    QVERIFY(temporary.writer().run("INSERT INTO pre_key (id, record) VALUES (7, x'0102')"));
    temporary.close();
    temporary.open();
    auto row = temporary.writer().query("SELECT record FROM pre_key WHERE id = 7");
    QVERIFY(row && *row->step());
    QCOMPARE(row->bytes(0), QByteArray("\x01\x02"));
}

void ProfileDatabaseTest::aWrongKeyFails() {
    TemporaryProfile temporary;
    temporary.close();
    const QByteArray before = [&] {
        QFile file(temporary.path() + QStringLiteral("/profile.db"));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }();
    const auto opened = openAt(temporary.path(), base::SecretBytes::random(32));
    QVERIFY(!opened);
    QCOMPARE(opened.error().reason, Reason::WrongKey);
    QFile after(temporary.path() + QStringLiteral("/profile.db"));
    QVERIFY(after.open(QIODevice::ReadOnly));
    QCOMPARE(after.readAll(), before);
}

void ProfileDatabaseTest::aMissingDatabaseIsNeverReplaced() {
    QTemporaryDir directory;
    const auto opened = openAt(directory.path(), base::SecretBytes::random(32));
    QVERIFY(!opened);
    QCOMPARE(opened.error().reason, Reason::StorageFailed);
    QVERIFY(!QFile::exists(directory.filePath(QStringLiteral("profile.db"))));
}

void ProfileDatabaseTest::aNewDatabaseNeverReplacesAnother() {
    TemporaryProfile temporary;
    temporary.close();
    const auto opened = openAt(temporary.path(), base::SecretBytes::random(32), Creation::Allowed);
    QVERIFY(!opened);
    QCOMPARE(opened.error().reason, Reason::StorageFailed);
    temporary.open(); // unharmed
}

void ProfileDatabaseTest::anInterruptedCreationIsFinished() {
    QTemporaryDir directory;
    QFile empty(directory.filePath(QStringLiteral("profile.db")));
    QVERIFY(empty.open(QIODevice::WriteOnly));
    empty.close();
    QVERIFY(!ProfileDirectory::claim(directory.path())->hasDatabase());
    QVERIFY(openAt(directory.path(), base::SecretBytes::random(32), Creation::Allowed));
    QVERIFY(ProfileDirectory::claim(directory.path())->hasDatabase());
}

void ProfileDatabaseTest::aPlainDatabaseIsRefused() {
    QTemporaryDir directory;
    sql::DatabaseOptions plain;
    plain.path = directory.filePath(QStringLiteral("profile.db"));
    plain.encryption = sql::Encryption::Plain;
    QVERIFY((*sql::Database::create(plain))->execute("CREATE TABLE t (a)"));
    const auto opened = openAt(directory.path(), base::SecretBytes::random(32));
    QVERIFY(!opened);
    QCOMPARE(opened.error().reason, Reason::StorageCorrupt);
}

void ProfileDatabaseTest::aNewerSchemaIsRefused() {
    TemporaryProfile temporary;
    QVERIFY(temporary.writer().execute("PRAGMA user_version = 9999"));
    temporary.close();
    const auto opened = openAt(temporary.path(), temporary.key());
    QVERIFY(!opened);
    QCOMPARE(opened.error().reason, Reason::UnsupportedVersion);
}

void ProfileDatabaseTest::readersCannotWrite() {
    TemporaryProfile temporary;
    const auto reader = temporary.profile().openReader();
    QVERIFY(reader);
    QVERIFY(!(*reader)->run("INSERT INTO pre_key (id, record) VALUES (1, x'00')"));
    QVERIFY(temporary.writer().run("INSERT INTO pre_key (id, record) VALUES (1, x'00')"));
    auto row = (*reader)->query("SELECT count(*) FROM pre_key");
    QVERIFY(row && *row->step());
    QCOMPARE(row->integer(0), 1);
}

void ProfileDatabaseTest::closingEmptiesTheLog() {
    TemporaryProfile temporary;
    QVERIFY(temporary.writer().run("INSERT INTO pre_key (id, record) VALUES (1, x'00')"));
    QVERIFY(QFileInfo(temporary.path() + QStringLiteral("/profile.db-wal")).size() > 0);
    temporary.close();
    QCOMPARE(QFileInfo(temporary.path() + QStringLiteral("/profile.db-wal")).size(), 0);
}

} // namespace recado::tests

RECADO_TEST(recado::tests::ProfileDatabaseTest)
#include "ProfileDatabaseTest.moc"
