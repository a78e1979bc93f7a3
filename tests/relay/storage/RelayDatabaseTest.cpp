#include "relay/storage/RelayDatabase.h"

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

} // namespace recado::tests

RECADO_TEST(recado::tests::RelayDatabaseTest)
#include "RelayDatabaseTest.moc"
