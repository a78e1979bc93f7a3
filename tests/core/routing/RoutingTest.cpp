#include "routing/Address.h"
#include "routing/DeviceList.h"
#include "support/Suite.h"

#include <QTest>

namespace recado::tests {

class RoutingTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void usernames_data();
    void usernames();
    void namesThatLookAlikeShareASkeleton_data();
    void namesThatLookAlikeShareASkeleton();
    void reservedNamesAndTheirLookAlikesAreReserved();
    void addresses();
    void deviceListsSurviveTheWire();
    void badDeviceListsAreRefused_data();
    void badDeviceListsAreRefused();
};

namespace {

routing::DeviceList listOf(int devices) {
    routing::DeviceList list;
    list.account = base::AccountId::random();
    list.version = 3;
    list.issuedAtMs = 1'750'000'000'000;
    list.identityKey = QByteArray(33, '\x05');
    for (int number = 1; number <= devices; ++number)
        list.devices.push_back(
            {quint32(number), 100u + quint32(number), QByteArray(32, 'a'), QByteArray(32, 'h')});
    return list;
}

} // namespace

void RoutingTest::usernames_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<bool>("valid");
    QTest::newRow("plain") << QStringLiteral("ana") << true;
    QTest::newRow("digits, dot, underscore") << QStringLiteral("ana.b_9") << true;
    QTest::newRow("32") << QString(32, QLatin1Char('a')) << true;
    QTest::newRow("33") << QString(33, QLatin1Char('a')) << false;
    QTest::newRow("two") << QStringLiteral("an") << false;
    QTest::newRow("empty") << QString() << false;
    QTest::newRow("upper") << QStringLiteral("Ana") << false;
    QTest::newRow("accent") << QStringLiteral("joão") << false;
    QTest::newRow("cyrillic a") << QStringLiteral("аna") << false;
    QTest::newRow("space") << QStringLiteral("a na") << false;
    QTest::newRow("leading dot") << QStringLiteral(".ana") << false;
    QTest::newRow("trailing dot") << QStringLiteral("ana.") << false;
    QTest::newRow("two dots") << QStringLiteral("a..b") << false;
    QTest::newRow("at") << QStringLiteral("a@b") << false;
}

void RoutingTest::usernames() {
    QFETCH(QString, name);
    QFETCH(bool, valid);
    QCOMPARE(routing::isValidUsername(name), valid);
}

void RoutingTest::namesThatLookAlikeShareASkeleton_data() {
    QTest::addColumn<QString>("one");
    QTest::addColumn<QString>("other");
    QTest::addColumn<bool>("alike");
    QTest::newRow("zero") << QStringLiteral("bob") << QStringLiteral("b0b") << true;
    QTest::newRow("one and l") << QStringLiteral("lia") << QStringLiteral("1ia") << true;
    QTest::newRow("i and l") << QStringLiteral("iris") << QStringLiteral("lrls") << true;
    QTest::newRow("rn and m") << QStringLiteral("emma") << QStringLiteral("ernma") << true;
    QTest::newRow("cl and d") << QStringLiteral("clara") << QStringLiteral("dara") << true;
    QTest::newRow("a digit within a pair") << QStringLiteral("clara") << QStringLiteral("c1ara") << true;
    QTest::newRow("a digit and the pair's letter")
        << QStringLiteral("dara") << QStringLiteral("c1ara") << true;
    QTest::newRow("dots") << QStringLiteral("ana.b") << QStringLiteral("anab") << true;
    QTest::newRow("different") << QStringLiteral("ana") << QStringLiteral("ada") << false;
}

void RoutingTest::namesThatLookAlikeShareASkeleton() {
    QFETCH(QString, one);
    QFETCH(QString, other);
    QFETCH(bool, alike);
    QCOMPARE(routing::lookAlikeSkeleton(one) == routing::lookAlikeSkeleton(other), alike);
}

void RoutingTest::reservedNamesAndTheirLookAlikesAreReserved() {
    QVERIFY(routing::isReservedUsername(u"admin"));
    QVERIFY(routing::isReservedUsername(u"adrnin"));
    QVERIFY(routing::isReservedUsername(u"r00t"));
    QVERIFY(!routing::isReservedUsername(u"ana"));
}

void RoutingTest::addresses() {
    const QString relay = QStringLiteral("relay.example");
    const auto bare = routing::Address::parse(QStringLiteral("ana"), relay);
    QVERIFY(bare.ok());
    QCOMPARE(bare->toString(), QStringLiteral("ana@relay.example"));
    const auto full = routing::Address::parse(QStringLiteral("ana@127.0.0.1:7380"), relay);
    QVERIFY(full.ok());
    QCOMPARE(full->relayName, QStringLiteral("127.0.0.1:7380"));
    for (const QString& bad :
         {QStringLiteral("Ana"), QStringLiteral("ana@"), QStringLiteral("@relay"), QString(),
          QStringLiteral("ana@relay@other"), QStringLiteral("ana@relay example"),
          QStringLiteral("ana@relay\nexample"), QStringLiteral("ana@") + QString(254, QLatin1Char('r'))})
        QVERIFY2(!routing::Address::parse(bad, relay).ok(), qPrintable(bad));
}

void RoutingTest::deviceListsSurviveTheWire() {
    const routing::DeviceList list = listOf(6);
    const auto back = routing::DeviceList::parse(list.serialise(), 6);
    QVERIFY(back.ok());
    QCOMPARE(*back, list);
    QCOMPARE(back->find(4)->registrationId, 104u);
    QVERIFY(back->find(7) == nullptr);
}

void RoutingTest::badDeviceListsAreRefused_data() {
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("garbage") << QByteArray("\xff\xff\xff");
    QTest::newRow("seven devices") << listOf(7).serialise();
    QTest::newRow("no device") << listOf(0).serialise();
    routing::DeviceList list = listOf(2);
    list.devices[1].deviceId = 1;
    QTest::newRow("a device twice") << list.serialise();
    list = listOf(1);
    list.devices[0].deviceId = 0;
    QTest::newRow("device zero") << list.serialise();
    list = listOf(1);
    list.devices[0].headerKey.chop(1);
    QTest::newRow("short header key") << list.serialise();
    list = listOf(1);
    list.identityKey.chop(1);
    QTest::newRow("short identity key") << list.serialise();
    list = listOf(1);
    list.identityKey[0] = '\x06';
    QTest::newRow("an identity key of another type") << list.serialise();
    list = listOf(1);
    list.version = 0;
    QTest::newRow("no version") << list.serialise();
    list = listOf(1);
    list.account = {};
    QTest::newRow("no account") << list.serialise();
}

void RoutingTest::badDeviceListsAreRefused() {
    QFETCH(QByteArray, bytes);
    const auto parsed = routing::DeviceList::parse(bytes, 6);
    QVERIFY(!parsed.ok());
    QCOMPARE(parsed.error().reason, base::Reason::MalformedFrame);
}

} // namespace recado::tests

RECADO_TEST(recado::tests::RoutingTest)
#include "RoutingTest.moc"
