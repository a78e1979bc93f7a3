#include "app/host/UnlockedProfile.h"

#include "support/Suite.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

namespace recado::tests {

using base::Reason;
using storage::Creation;
using storage::ProfileDatabase;
using storage::ProfileKey;

/// A first start that is cut off anywhere can be taken up again; a lost database is never replaced.
class UnlockedProfileTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void aStartCutOffBeforeTheDatabaseIsTakenUp_data();
    void aStartCutOffBeforeTheDatabaseIsTakenUp();
    void aStartCutOffBeforeTheConfirmationIsTakenUp();
    void aLostDatabaseIsNeverReplaced();
    void anOlderKeyFileCountsAsConfirmed();
    void changingTheProtectionKeepsWhatIsPending();
};

namespace {

base::Result<host::UnlockedProfile> unlockAt(const QString& directory) {
    host::ProfileOptions options;
    options.directory = directory;
    return host::UnlockedProfile::unlock(std::move(options));
}

base::Result<std::unique_ptr<ProfileDatabase>> openUnlocked(const QString& directory) {
    RECADO_TRY(host::UnlockedProfile profile, unlockAt(directory));
    return ProfileDatabase::open(std::move(profile.directory), profile.key, profile.creation);
}

} // namespace

void UnlockedProfileTest::aStartCutOffBeforeTheDatabaseIsTakenUp_data() {
    QTest::addColumn<bool>("emptyFile");
    QTest::addRow("no database") << false;
    QTest::addRow("an empty file") << true;
}

void UnlockedProfileTest::aStartCutOffBeforeTheDatabaseIsTakenUp() {
    QFETCH(bool, emptyFile);
    QTemporaryDir directory;
    QByteArray key;
    {
        const auto cutOff = unlockAt(directory.path());
        QVERIFY(cutOff.ok());
        QCOMPARE(cutOff->creation, Creation::Allowed);
        key = cutOff->key.view().toByteArray();
    }
    if (emptyFile) {
        QFile file(directory.filePath(QStringLiteral("profile.db")));
        QVERIFY(file.open(QIODevice::WriteOnly));
    }
    {
        const auto again = unlockAt(directory.path());
        QVERIFY2(again.ok(), again.ok() ? "" : qPrintable(again.error().message));
        QCOMPARE(again->key.view().toByteArray(), key);
        QCOMPARE(again->creation, Creation::Allowed);
    }
    const auto opened = openUnlocked(directory.path());
    QVERIFY2(opened.ok(), opened.ok() ? "" : qPrintable(opened.error().message));
    QVERIFY((*opened)->writer().run("INSERT INTO pre_key (id, record) VALUES (1, x'00')"));
}

void UnlockedProfileTest::aStartCutOffBeforeTheConfirmationIsTakenUp() {
    QTemporaryDir directory;
    const QString keyPath = directory.filePath(QStringLiteral("key.json"));
    QVERIFY(unlockAt(directory.path()).ok());
    const QString pending = directory.filePath(QStringLiteral("pending"));
    QVERIFY(QFile::copy(keyPath, pending));
    QVERIFY(openUnlocked(directory.path()).ok());
    QVERIFY(QFile::remove(keyPath));
    QVERIFY(QFile::rename(pending, keyPath)); // as if the last write had not come
    {
        const auto again = unlockAt(directory.path());
        QVERIFY(again.ok());
        QCOMPARE(again->creation, Creation::Forbidden); // there is one: it is opened, not made
    }
    QVERIFY(openUnlocked(directory.path()).ok());
    QVERIFY(!(*ProfileKey::protection(directory.path()))->awaitsDatabase);
}

void UnlockedProfileTest::aLostDatabaseIsNeverReplaced() {
    QTemporaryDir directory;
    QVERIFY(openUnlocked(directory.path()).ok());
    QVERIFY(QFile::remove(directory.filePath(QStringLiteral("profile.db"))));
    {
        const auto lost = unlockAt(directory.path());
        QVERIFY(lost.ok());
        QCOMPARE(lost->creation, Creation::Forbidden);
    }
    QCOMPARE(openUnlocked(directory.path()).error().reason, Reason::StorageFailed);
    QVERIFY(!QFile::exists(directory.filePath(QStringLiteral("profile.db"))));
}

void UnlockedProfileTest::anOlderKeyFileCountsAsConfirmed() {
    QTemporaryDir directory;
    QVERIFY(unlockAt(directory.path()).ok());
    QFile file(directory.filePath(QStringLiteral("key.json")));
    QVERIFY(file.open(QIODevice::ReadWrite));
    QByteArray bytes = file.readAll();
    QVERIFY(bytes.contains("databasePending"));
    bytes.replace("databasePending", "somethingUnknown");
    QVERIFY(file.seek(0) && file.write(bytes) == bytes.size());
    QVERIFY(file.resize(bytes.size()));
    file.close();
    const auto old = unlockAt(directory.path());
    QVERIFY(old.ok());
    QCOMPARE(old->creation, Creation::Forbidden);
}

void UnlockedProfileTest::changingTheProtectionKeepsWhatIsPending() {
    QTemporaryDir directory;
    QVERIFY(unlockAt(directory.path()).ok());
    QVERIFY(ProfileKey::change(directory.path(), {}, {.withRecoveryCode = true}).ok());
    QVERIFY((*ProfileKey::protection(directory.path()))->awaitsDatabase);
    QVERIFY(openUnlocked(directory.path()).ok());
    QVERIFY(ProfileKey::change(directory.path(), {}, {}).ok());
    QVERIFY(!(*ProfileKey::protection(directory.path()))->awaitsDatabase);
}

} // namespace recado::tests

RECADO_TEST(recado::tests::UnlockedProfileTest)
#include "UnlockedProfileTest.moc"
