#include "relay/storage/RelayDatabase.h"

#include "relay/storage/Schema.h"
#include "support/FakeClock.h"
#include "support/Suite.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

namespace recado::tests {

using base::Reason;
using relay::RelayDatabase;

class RelayDatabaseTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void everyStartHasItsOwnEpoch();
    void incarnationStays();
    void nameIsFixedOnce();
    void directoryIsUsedByOneAtATime();
    void directoryIsMadeForItsOwnerAlone();
    void missingDatabaseCanBeRefused();
    void logWithoutDatabaseIsRefused();
    void cutOffFirstStartIsTakenUp();
    void foreignFileIsRefused();
    void directoryThatCannotServeIsAMistake_data();
    void directoryThatCannotServeIsAMistake();
    void olderStoreIsBroughtUpToDate();

private:
    [[nodiscard]] relay::RelayDatabaseOptions options() const {
        relay::RelayDatabaseOptions options;
        options.directory = m_directory->filePath(QStringLiteral("data"));
        return options;
    }
    [[nodiscard]] auto open() const { return RelayDatabase::open(options(), m_clock); }
    [[nodiscard]] QString file(const QString& name) const { return QDir(options().directory).filePath(name); }
    void put(const QString& name, const QByteArray& content) const {
        QVERIFY(QDir().mkpath(options().directory));
        QFile written(file(name));
        QVERIFY(written.open(QIODevice::WriteOnly));
        QCOMPARE(written.write(content), content.size());
    }

private Q_SLOTS:
    void init() { m_directory = std::make_unique<QTemporaryDir>(); }

private:
    std::unique_ptr<QTemporaryDir> m_directory;
    QTemporaryDir m_scratch;
    FakeClock m_clock;
};

void RelayDatabaseTest::everyStartHasItsOwnEpoch() {
    for (quint32 epoch = 1; epoch <= 3; ++epoch) {
        const auto database = open();
        QVERIFY2(database.ok(), database ? "" : qPrintable(database.error().message));
        QCOMPARE((*database)->meta().bootEpoch, epoch);
    }
}

void RelayDatabaseTest::incarnationStays() {
    QByteArray incarnation;
    {
        const auto database = open();
        QVERIFY(database.ok());
        incarnation = (*database)->meta().storeIncarnation;
        QCOMPARE(incarnation.size(), 16);
    }
    QCOMPARE((*open())->meta().storeIncarnation, incarnation);
    QVERIFY(QFile::remove(file(QStringLiteral("relay.db"))));
    QVERIFY((*open())->meta().storeIncarnation != incarnation);
}

void RelayDatabaseTest::nameIsFixedOnce() {
    {
        const auto database = open();
        QVERIFY(database.ok());
        QCOMPARE((*database)->meta().publicName, QString());
        QVERIFY((*database)->fixPublicName(QStringLiteral("chat.example")).ok());
        QCOMPARE((*database)->meta().publicName, QStringLiteral("chat.example"));
        QVERIFY((*database)->fixPublicName(QStringLiteral("chat.example")).ok());
    }
    const auto database = open();
    QVERIFY(database.ok());
    QCOMPARE((*database)->meta().publicName, QStringLiteral("chat.example"));
    QCOMPARE((*database)->fixPublicName(QStringLiteral("other.example")).error().reason,
             Reason::Configuration);
    QCOMPARE((*database)->fixPublicName(QString()).error().reason, Reason::Configuration);
    QCOMPARE((*database)->meta().publicName, QStringLiteral("chat.example"));
}

void RelayDatabaseTest::directoryIsUsedByOneAtATime() {
    const auto first = open();
    QVERIFY(first.ok());
    QCOMPARE(open().error().reason, Reason::ProfileInUse);
    QCOMPARE((*first)->meta().bootEpoch, 1U);
}

void RelayDatabaseTest::directoryIsMadeForItsOwnerAlone() {
    const auto database = open();
    QVERIFY(database.ok());
    const auto others =
        QFileDevice::ReadGroup | QFileDevice::ExeGroup | QFileDevice::ReadOther | QFileDevice::ExeOther;
    QVERIFY(!(QFile::permissions(options().directory) & others));
    QVERIFY(!(QFile::permissions(file(QStringLiteral("relay.db"))) & others));
}

void RelayDatabaseTest::missingDatabaseCanBeRefused() {
    relay::RelayDatabaseOptions strict = options();
    strict.missing = relay::MissingDatabase::Refuse;
    QCOMPARE(RelayDatabase::open(strict, m_clock).error().reason, Reason::StorageCorrupt);
    QVERIFY(!QFile::exists(file(QStringLiteral("relay.db"))));
    QVERIFY(open().ok());
    QVERIFY(RelayDatabase::open(strict, m_clock).ok());
}

void RelayDatabaseTest::logWithoutDatabaseIsRefused() {
    put(QStringLiteral("relay.db-wal"), "remains of a store");
    QCOMPARE(open().error().reason, Reason::StorageCorrupt);
}

void RelayDatabaseTest::cutOffFirstStartIsTakenUp() {
    put(QStringLiteral("relay.db"), {});
    QVERIFY(open().ok());
}

void RelayDatabaseTest::foreignFileIsRefused() {
    const QByteArray content(8192, 'x');
    put(QStringLiteral("relay.db"), content);
    QCOMPARE(open().error().reason, Reason::StorageCorrupt);
    QFile kept(file(QStringLiteral("relay.db")));
    QVERIFY(kept.open(QIODevice::ReadOnly));
    QCOMPARE(kept.readAll(), content);
}

void RelayDatabaseTest::directoryThatCannotServeIsAMistake_data() {
    QTest::addColumn<QString>("directory");
    QTest::newRow("below a file") << m_scratch.filePath(QStringLiteral("file/data"));
    QTest::newRow("a file") << m_scratch.filePath(QStringLiteral("file"));
    QTest::newRow("takes no files") << m_scratch.filePath(QStringLiteral("taken"));
}

void RelayDatabaseTest::directoryThatCannotServeIsAMistake() {
    QFETCH(const QString, directory);
    QFile inTheWay(m_scratch.filePath(QStringLiteral("file")));
    QVERIFY(inTheWay.open(QIODevice::WriteOnly));
    // The administrator writes anywhere, but nobody writes into a directory as if it were a file.
    QVERIFY(QDir().mkpath(m_scratch.filePath(QStringLiteral("taken/relay.lock"))));
    relay::RelayDatabaseOptions unusable;
    unusable.directory = directory;
    const auto database = RelayDatabase::open(unusable, m_clock);
    QVERIFY(!database.ok());
    QCOMPARE(database.error().reason, Reason::Configuration);
    QVERIFY(database.error().message.contains(directory));
}

void RelayDatabaseTest::olderStoreIsBroughtUpToDate() {
    const auto account = base::AccountId::random();
    const auto nobody = base::AccountId::random();
    QVERIFY(QDir().mkpath(options().directory));
    sql::DatabaseOptions plain;
    plain.path = file(QStringLiteral("relay.db"));
    plain.encryption = sql::Encryption::Plain;
    {
        const auto first = sql::Database::create(plain);
        QVERIFY(first.ok());
        QVERIFY(sql::Migrator({relay::relayMigrations().front()}).migrate(**first).ok());
        QVERIFY((*first)->run("INSERT INTO meta VALUES (1, x'00', 7, 'Chat.Example')").ok());
        QVERIFY(
            (*first)->run("INSERT INTO account VALUES (?1, 'ana', 'ana', 3, x'01', x'02')", account).ok());
        for (const auto& owner : {account, nobody}) {
            QVERIFY((*first)->run("INSERT INTO signed_prekey VALUES (?1, 1, 1, x'01', x'02')", owner).ok());
            QVERIFY((*first)->run("INSERT INTO one_time_prekey VALUES (?1, 1, 1, x'01')", owner).ok());
        }
    }
    {
        const auto database = open();
        QVERIFY2(database.ok(), database ? "" : qPrintable(database.error().message));
        QCOMPARE((*database)->meta().bootEpoch, 8U);
        QCOMPARE((*database)->meta().publicName, QStringLiteral("chat.example"));
    }
    const auto stored = sql::Database::openExisting(plain);
    QVERIFY(stored.ok());
    const auto one = [&](std::string_view text) {
        auto statement = (*stored)->prepare(text);
        return statement && statement->step() ? statement->text(0) : QStringLiteral("nothing");
    };
    QCOMPARE(one("SELECT username || created_at || list_version FROM account"), QStringLiteral("ana03"));
    QCOMPARE(one("SELECT count(*) FROM signed_prekey"), QStringLiteral("1"));
    QCOMPARE(one("SELECT count(*) FROM one_time_prekey"), QStringLiteral("1"));
}

} // namespace recado::tests

RECADO_TEST(recado::tests::RelayDatabaseTest)
#include "RelayDatabaseTest.moc"
