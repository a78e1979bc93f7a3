#include "relay/ops/BackupManifest.h"

#include "relay/ops/DurableFile.h"
#include "relay/storage/Schema.h"
#include "sql/Database.h"
#include "support/Suite.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

namespace recado::tests {

using relay::BackupManifest;
using relay::verifyBackup;
namespace durableFile = relay::durableFile;

/// What a backup says about itself, held against what it is.
class BackupManifestTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void aWholeBackupIsVerified();
    void whatIsNotAsItWasIsFound_data();
    void whatIsNotAsItWasIsFound();
    void manifestsThatCannotBeBelieved_data();
    void manifestsThatCannotBeBelieved();
    void noBackupIsNotABrokenOne();

private:
    [[nodiscard]] QString file(const char* name) const { return m_directory->filePath(QLatin1String(name)); }
    void writeManifest() { QVERIFY(durableFile::write(file("manifest.json"), m_manifest.toJson())); }

    std::unique_ptr<QTemporaryDir> m_directory;
    BackupManifest m_manifest;
};

void BackupManifestTest::init() {
    m_directory = std::make_unique<QTemporaryDir>();
    sql::DatabaseOptions options;
    options.path = file("relay.db");
    options.encryption = sql::Encryption::Plain;
    {
        const auto database = sql::Database::create(options);
        QVERIFY(database.ok());
        QVERIFY(relay::relaySchema().migrate(**database));
        for (int number = 1; number <= 3; ++number)
            QVERIFY((*database)->run("INSERT INTO envelope (queue, sequence, expires_at, weight, reference,"
                                     " payload) VALUES (1, ?1, 9, 9, 0, x'00')",
                                     number));
        QVERIFY((*database)->checkpoint());
    }
    QVERIFY(durableFile::write(file("relay.key"), "a key"));
    m_manifest = {};
    m_manifest.relayName = QStringLiteral("relay.test");
    m_manifest.schema = 1;
    m_manifest.rows = {{QStringLiteral("envelope"), 3}, {QStringLiteral("mailbox"), 0}};
    for (const char* name : {"relay.db", "relay.key"}) {
        const auto sum = durableFile::hash(file(name));
        QVERIFY(sum.ok());
        m_manifest.files.insert(QLatin1String(name), {QFileInfo(file(name)).size(), *sum});
    }
    writeManifest();
}

void BackupManifestTest::aWholeBackupIsVerified() {
    const auto verified = verifyBackup(m_directory->path());
    QVERIFY2(verified.ok(), verified ? "" : qPrintable(verified.error().message));
    QCOMPARE(verified->relayName, QStringLiteral("relay.test"));
    QCOMPARE(verified->waiting, 3);
    QCOMPARE(verified->files.size(), 2);
}

void BackupManifestTest::whatIsNotAsItWasIsFound_data() {
    QTest::addColumn<QString>("what");
    for (const char* what :
         {"a flipped bit", "a missing end", "a missing file", "another key", "a missing row"})
        QTest::newRow(what) << QString::fromLatin1(what);
}

void BackupManifestTest::whatIsNotAsItWasIsFound() {
    QFETCH(const QString, what);
    QFile database(file("relay.db"));
    if (what == QLatin1String("a flipped bit")) {
        QVERIFY(database.open(QIODevice::ReadWrite));
        QVERIFY(database.seek(database.size() - 5));
        QCOMPARE(database.write("x"), 1);
    } else if (what == QLatin1String("a missing end")) {
        QVERIFY(database.resize(database.size() - 4'096));
    } else if (what == QLatin1String("a missing file")) {
        QVERIFY(QFile::remove(file("relay.key")));
    } else if (what == QLatin1String("another key")) {
        QVERIFY(durableFile::write(file("relay.key"), "b key"));
    } else {
        m_manifest.rows[QStringLiteral("envelope")] = 4;
        writeManifest();
    }
    database.close();
    const auto verified = verifyBackup(m_directory->path());
    QVERIFY(!verified);
    QCOMPARE(verified.error().reason, base::Reason::StorageCorrupt);
}

void BackupManifestTest::manifestsThatCannotBeBelieved_data() {
    QTest::addColumn<QByteArray>("manifest");
    QTest::addColumn<base::Reason>("reason");
    QTest::newRow("no JSON") << QByteArray("manifest") << base::Reason::StorageCorrupt;
    QTest::newRow("no format") << QByteArray("{}") << base::Reason::StorageCorrupt;
    QTest::newRow("a later format") << QByteArray("{\"format\": 2}") << base::Reason::UnsupportedVersion;
    QTest::newRow("no database") << QByteArray("{\"format\": 1, \"files\": {}}")
                                 << base::Reason::StorageCorrupt;
    QTest::newRow("a way out") << QByteArray("{\"format\": 1, \"files\": {\"../relay.db\": {\"bytes\": 1}}}")
                               << base::Reason::StorageCorrupt;
    QTest::newRow("a hidden file") << QByteArray("{\"format\": 1, \"files\": {\".relay\": {\"bytes\": 1}}}")
                                   << base::Reason::StorageCorrupt;
}

void BackupManifestTest::manifestsThatCannotBeBelieved() {
    QFETCH(const QByteArray, manifest);
    QFETCH(const base::Reason, reason);
    QVERIFY(durableFile::write(file("manifest.json"), manifest));
    const auto verified = verifyBackup(m_directory->path());
    QVERIFY(!verified);
    QCOMPARE(verified.error().reason, reason);
}

void BackupManifestTest::noBackupIsNotABrokenOne() {
    const auto verified = verifyBackup(m_directory->filePath(QStringLiteral("nowhere")));
    QVERIFY(!verified);
    QCOMPARE(verified.error().reason, base::Reason::Configuration);
}

} // namespace recado::tests

RECADO_TEST(recado::tests::BackupManifestTest)
#include "BackupManifestTest.moc"
