#include "ClientFrames.h"
#include "EchoGateway.h"
#include "RawClient.h"
#include "relay/gateway/AddressBook.h"
#include "relay/gateway/ForwardedPeer.h"
#include "support/FakeClock.h"
#include "support/Suite.h"

#include <QTest>

namespace recado::tests {

using relay::AddressBook;
using relay::ForwardedField;
using relay::PeerAddress;

/// Limits by address, whose address it is behind a proxy, and who goes when there is no room.
class AddressLimitsTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void anAddressHasItsShareOfConnections();
    void newConnectionsAreRationed();
    void failuresCostMoreThanConnections();
    void anIpv6SubscriberIsOneAddress();
    void loopbackCountsOnlyWhenAsked();
    void idleAddressesAreForgotten();
    void theProxysWordIsTheLastOne_data();
    void theProxysWordIsTheLastOne();
    void tooManyFromOneAddressAreTold();
    void behindAProxyTheClientIsLimited();
    void theOldestStrangerGoesForANewerOne();
    void theAuthenticatedStayWhenStrangersCome();
    void anOverloadedRelayOpensNoSession();
    void refusalsAreRationed();

private:
    static PeerAddress address(const char* text) { return *PeerAddress::parse(text); }
};

void AddressLimitsTest::anAddressHasItsShareOfConnections() {
    FakeClock clock;
    relay::GatewayConfig config;
    config.connectionsPerAddress = 2;
    AddressBook book(config, clock);
    const PeerAddress one = address("192.0.2.1");
    QVERIFY(book.enter(one) == AddressBook::Entry::Admitted);
    QVERIFY(book.enter(one) == AddressBook::Entry::Admitted);
    QVERIFY(book.enter(one) == AddressBook::Entry::Full);
    QVERIFY(book.enter(address("192.0.2.2")) == AddressBook::Entry::Admitted);
    book.leave(one);
    QVERIFY(book.enter(one) == AddressBook::Entry::Admitted);
}

void AddressLimitsTest::newConnectionsAreRationed() {
    FakeClock clock;
    relay::GatewayConfig config;
    config.connectionBurstPerAddress = 3;
    config.connectionsPerSecondPerAddress = 2;
    AddressBook book(config, clock);
    const PeerAddress one = address("192.0.2.1");
    for (int count = 0; count < 3; ++count) {
        QVERIFY(book.enter(one) == AddressBook::Entry::Admitted);
        book.leave(one);
    }
    QVERIFY(book.enter(one) == AddressBook::Entry::TooFast);
    QCOMPARE(book.waitMs(one), qint64(500));
    clock.advance(500);
    QVERIFY(book.enter(one) == AddressBook::Entry::Admitted);
    QVERIFY(book.enter(one) == AddressBook::Entry::TooFast);
}

void AddressLimitsTest::failuresCostMoreThanConnections() {
    FakeClock clock;
    relay::GatewayConfig config;
    config.connectionBurstPerAddress = 20;
    config.connectionsPerSecondPerAddress = 1;
    AddressBook book(config, clock);
    const PeerAddress one = address("2001:db8::1");
    QVERIFY(book.enter(one) == AddressBook::Entry::Admitted);
    book.charge(one, 1'000);
    QVERIFY(book.enter(one) == AddressBook::Entry::TooFast);
    clock.advance(22'000); // a debt has an end
    QVERIFY(book.enter(one) == AddressBook::Entry::Admitted);
}

void AddressLimitsTest::anIpv6SubscriberIsOneAddress() {
    FakeClock clock;
    relay::GatewayConfig config;
    config.connectionsPerAddress = 1;
    AddressBook book(config, clock);
    QVERIFY(book.enter(address("2001:db8:1:2::1")) == AddressBook::Entry::Admitted);
    QVERIFY(book.enter(address("2001:db8:1:2:ffff::9")) == AddressBook::Entry::Full);
    QVERIFY(book.enter(address("2001:db8:1:3::1")) == AddressBook::Entry::Admitted);
}

void AddressLimitsTest::loopbackCountsOnlyWhenAsked() {
    FakeClock clock;
    relay::GatewayConfig config;
    config.connectionsPerAddress = 1;
    AddressBook lenient(config, clock);
    config.limitLoopback = true;
    AddressBook strict(config, clock);
    for (const char* text : {"127.0.0.1", "::1"}) {
        QVERIFY(lenient.enter(address(text)) == AddressBook::Entry::Admitted);
        QVERIFY(lenient.enter(address(text)) == AddressBook::Entry::Admitted);
        QVERIFY(strict.enter(address(text)) == AddressBook::Entry::Admitted);
        QVERIFY(strict.enter(address(text)) == AddressBook::Entry::Full);
    }
}

void AddressLimitsTest::idleAddressesAreForgotten() {
    FakeClock clock;
    AddressBook book({}, clock);
    for (int number = 0; number < 20'000; ++number) {
        const PeerAddress one =
            address(qPrintable(QStringLiteral("10.%1.%2.1").arg(number / 256).arg(number % 256)));
        QVERIFY(book.enter(one) == AddressBook::Entry::Admitted);
        book.leave(one);
        clock.advance(1);
    }
    QVERIFY(book.addresses() < 10'000);
}

void AddressLimitsTest::theProxysWordIsTheLastOne_data() {
    QTest::addColumn<int>("field");
    QTest::addColumn<QByteArray>("name");
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<QString>("peer"); // empty: nobody
    const auto row = [](const char* label, ForwardedField field, const char* name, const char* value,
                        const char* peer) {
        QTest::newRow(label) << int(field) << QByteArray(name) << QByteArray(value)
                             << QString::fromLatin1(peer);
    };
    constexpr auto x = ForwardedField::XForwardedFor;
    constexpr auto standard = ForwardedField::Forwarded;
    row("one", x, "x-forwarded-for", "192.0.2.7", "192.0.2.7");
    row("forged ones before it", x, "x-forwarded-for", "10.0.0.1, 10.0.0.2,192.0.2.7", "192.0.2.7");
    row("with a port", x, "x-forwarded-for", "192.0.2.7:4711", "192.0.2.7");
    row("IPv6", x, "x-forwarded-for", "2001:db8::7", "2001:db8::7");
    row("IPv6 with a port", x, "x-forwarded-for", "[2001:db8::7]:4711", "2001:db8::7");
    row("nonsense", x, "x-forwarded-for", "unknown", "");
    row("another field", x, "forwarded", "for=192.0.2.7", "");
    row("no proxy", ForwardedField::None, "x-forwarded-for", "192.0.2.7", "");
    row("standard", standard, "forwarded", "for=192.0.2.7;proto=https", "192.0.2.7");
    row("standard, IPv6", standard, "forwarded", "For=\"[2001:db8::7]:4711\"", "2001:db8::7");
    row("standard, the last one", standard, "forwarded", "for=10.0.0.1, by=a;for=192.0.2.7", "192.0.2.7");
    row("standard, hidden", standard, "forwarded", "for=_hidden", "");
}

void AddressLimitsTest::theProxysWordIsTheLastOne() {
    QFETCH(const int, field);
    QFETCH(const QByteArray, name);
    QFETCH(const QByteArray, value);
    QFETCH(const QString, peer);
    relay::HttpRequest request;
    request.fields = {{name, "10.9.9.9"}, {name, value}};
    const auto found = relay::forwardedPeer(request, ForwardedField(field));
    QCOMPARE(found ? found->toString() : QString(), peer);
}

void AddressLimitsTest::tooManyFromOneAddressAreTold() {
    relay::GatewayConfig config;
    config.limitLoopback = true;
    config.connectionBurstPerAddress = 2;
    config.connectionsPerSecondPerAddress = 1;
    EchoGateway echo(config);
    RawClient first(echo.port());
    RawClient second(echo.port());
    QVERIFY(first.upgrade());
    QVERIFY(second.upgrade());
    RawClient third(echo.port());
    const QByteArray answer = third.read(1'024);
    QVERIFY2(answer.startsWith("HTTP/1.1 429 "), answer.constData());
    QVERIFY2(answer.contains("\r\nRetry-After: 2\r\n"), answer.constData());
    QCOMPARE(echo.counters().tooFast.load(), quint64(1));
}

void AddressLimitsTest::behindAProxyTheClientIsLimited() {
    relay::GatewayConfig config;
    config.forwardedField = ForwardedField::XForwardedFor;
    config.connectionsPerAddress = 1;
    EchoGateway echo(config);
    const auto ask = [&](RawClient& client, const QByteArray& peer) {
        client.write("GET /v1/socket HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                     "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
                     "X-Forwarded-For: 10.1.1.1, " +
                     peer + "\r\n\r\n");
        return client.read(12);
    };
    RawClient one(echo.port());
    RawClient same(echo.port());
    RawClient other(echo.port());
    QCOMPARE(ask(one, "192.0.2.1"), QByteArray("HTTP/1.1 101"));
    QCOMPARE(ask(same, "192.0.2.1"), QByteArray("HTTP/1.1 503"));
    QCOMPARE(ask(other, "192.0.2.2"), QByteArray("HTTP/1.1 101"));
    one.reset();
    QTRY_COMPARE(echo.counters().open.load(), 1);
    RawClient again(echo.port());
    QCOMPARE(ask(again, "192.0.2.1"), QByteArray("HTTP/1.1 101"));
}

void AddressLimitsTest::theOldestStrangerGoesForANewerOne() {
    relay::GatewayConfig config;
    config.strangers = 2;
    EchoGateway echo(config);
    RawClient oldest(echo.port());
    QTRY_COMPARE(echo.counters().open.load(), 1);
    RawClient second(echo.port());
    RawClient third(echo.port());
    QVERIFY(oldest.waitForEnd());
    QVERIFY(second.upgrade());
    QVERIFY(third.upgrade());
    QCOMPARE(echo.counters().displaced.load(), quint64(1));
}

void AddressLimitsTest::theAuthenticatedStayWhenStrangersCome() {
    relay::GatewayConfig config;
    config.strangers = 1;
    EchoGateway echo(config);
    RawClient friendly(echo.port());
    QVERIFY(friendly.upgrade());
    QVERIFY(friendly.write(wholeFrame("authenticate")));
    QVERIFY(friendly.write(wholeFrame("there")));
    QCOMPARE(friendly.readFrame().payload, QByteArray("there"));
    for (int count = 0; count < 5; ++count) {
        RawClient stranger(echo.port());
        QVERIFY(stranger.upgrade());
    }
    QVERIFY(friendly.write(wholeFrame("still there")));
    QCOMPARE(friendly.readFrame().payload, QByteArray("still there"));
}

void AddressLimitsTest::anOverloadedRelayOpensNoSession() {
    std::atomic<bool> overloaded{true};
    relay::GatewayConfig config;
    config.overloaded = &overloaded;
    EchoGateway echo(config);
    RawClient client(echo.port());
    QVERIFY(!client.upgrade());
    QCOMPARE(echo.counters().shed.load(), quint64(1));
    RawClient health(echo.port());
    QVERIFY(health.write("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"));
    QVERIFY(health.read(1'024).startsWith("HTTP/1.1 200 "));
    overloaded = false;
    RawClient later(echo.port());
    QVERIFY(later.upgrade());
}

void AddressLimitsTest::refusalsAreRationed() {
    relay::GatewayConfig config;
    config.connections = 1;
    config.refusalsPerSecond = 8;
    EchoGateway echo(config);
    RawClient first(echo.port());
    QVERIFY(first.upgrade());
    std::vector<std::unique_ptr<RawClient>> others;
    for (int count = 0; count < 20; ++count)
        others.push_back(std::make_unique<RawClient>(echo.port()));
    QTRY_VERIFY(echo.counters().refused.load() >= 1);
    QVERIFY(echo.counters().refused.load() < 20);
    // They waited in the system's queue: when there is room, one of them gets it.
    for (const auto& other : others)
        QVERIFY(other->write("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"));
    first.reset();
    QVERIFY(others.back()->read(9).startsWith("HTTP/1.1 "));
}

} // namespace recado::tests

RECADO_TEST(recado::tests::AddressLimitsTest)
#include "AddressLimitsTest.moc"
