#include "TestProfile.h"
#include "support/Suite.h"

using namespace Qt::StringLiterals;

namespace recado::tests {

using messaging::AcceptRequests;

/// What arrives from somebody whom the relay could not yet be asked about.
class LookUpTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void aFailedLookUpOfAStrangerLosesNothing_data();
    void aFailedLookUpOfAStrangerLosesNothing();
    void whatIsHeldSurvivesARestart();
    void laterEnvelopesStayBehindTheHeldOnes();
    void aDeviceLinkedBetweenTwoLookUpsIsHeard();
    void heldEnvelopesDoNotBlockOthers();
    void aSenderUnknownToTheRelayIsAskedAboutOnlyOnce();
};

void LookUpTest::aFailedLookUpOfAStrangerLosesNothing_data() {
    QTest::addColumn<QByteArray>("reason");
    QTest::addRow("too many questions") << QByteArray("rate_limited");
    QTest::addRow("busy") << QByteArray("busy");
    QTest::addRow("something new") << QByteArray("a_reason_of_a_later_version");
    QTest::addRow("never answered, then the connection breaks") << QByteArray();
}

void LookUpTest::aFailedLookUpOfAStrangerLosesNothing() {
    QFETCH(QByteArray, reason);
    TwoPeople people(messaging::AcceptRequests::Ask);
    auto& [relay, ana, bia] = people;
    int asked = 0;
    relay.refuseLookUp = [&](const base::DeviceAddress& from) {
        return from.account == bia.self.account && ++asked > 0 ? reason.toStdString() : std::string();
    };
    relay.swallow = [&](const base::DeviceAddress& from, const wire::ClientFrame& frame) {
        return reason.isEmpty() && from.account == bia.self.account && frame.has_get_account() && ++asked > 0;
    };
    QVERIFY(ana.say(u"bia"_s, u"one"_s).ok());
    QVERIFY(ana.say(u"bia"_s, u"two"_s).ok());
    QVERIFY(ana.settle());
    QTRY_VERIFY(asked > 0);
    if (!reason.isEmpty())
        QTRY_VERIFY(relay.device({bia.self.account, 1}).mailbox.empty());
    QVERIFY(bia.received.isEmpty());
    relay.refuseLookUp = {};
    relay.swallow = {};
    if (reason.isEmpty())
        bia.link->cut();
    QTRY_COMPARE(bia.received.size(), 2);
    QCOMPARE(bia.received[0].text, u"one"_s);
    QCOMPARE(bia.received[1].text, u"two"_s);
    QVERIFY(!bia.received[1].gapBefore);
    QVERIFY(bia.settle());
    QVERIFY(bia.await(bia.client->conversations())->first().request);
    QCOMPARE(relay.totalSubmits(bia.self.account), 0);
}

void LookUpTest::whatIsHeldSurvivesARestart() {
    TwoPeople people;
    auto& [relay, ana, bia] = people;
    relay.refuseLookUp = [&](const base::DeviceAddress& from) {
        return std::string(from.account == bia.self.account ? "rate_limited" : "");
    };
    QVERIFY(ana.say(u"bia"_s, u"one"_s).ok());
    QVERIFY(ana.settle());
    QTRY_VERIFY(relay.device({bia.self.account, 1}).mailbox.empty());
    bia.reopen();
    QVERIFY(bia.settle());
    QVERIFY(bia.received.isEmpty());
    relay.refuseLookUp = {};
    bia.timing.lookUpRetryMs = 600'000; // what it finds at the start is asked for at the start
    bia.reopen();
    QTRY_COMPARE(bia.received.size(), 1);
    QCOMPARE(bia.received[0].text, u"one"_s);
    QTRY_VERIFY(ana.statuses.contains(messaging::MessageStatus::Delivered));
}

void LookUpTest::laterEnvelopesStayBehindTheHeldOnes() {
    TwoPeople people;
    auto& [relay, ana, bia] = people;
    bia.timing.lookUpRetryMs = 600'000;
    bia.timing.refetchDelayMs = 0;
    bia.reopen();
    QVERIFY(bia.settle());
    bool refused = false;
    relay.refuseLookUp = [&](const base::DeviceAddress& from) {
        const bool now = from.account == bia.self.account && !std::exchange(refused, true);
        return std::string(now ? "rate_limited" : "");
    };
    QVERIFY(ana.say(u"bia"_s, u"one"_s).ok());
    QTRY_VERIFY(refused);
    QTRY_VERIFY(relay.device({bia.self.account, 1}).mailbox.empty());
    QVERIFY(bia.received.isEmpty());
    QVERIFY(ana.say(u"bia"_s, u"two"_s).ok());
    QTRY_COMPARE(bia.received.size(), 2);
    QCOMPARE(bia.received[0].text, u"one"_s);
    QCOMPARE(bia.received[1].text, u"two"_s);
    QCOMPARE(bia.timeline(u"ana"_s), QStringList({u"one"_s, u"two"_s}));
}

void LookUpTest::aDeviceLinkedBetweenTwoLookUpsIsHeard() {
    FakeRelay relay;
    const base::AccountId account = base::AccountId::random();
    const crypto::IdentityKeyPair identity = *crypto::generateIdentity();
    TestProfile ana(relay);
    QVERIFY(ana.signUp(u"ana"_s, AcceptRequests::Ask).ok());
    ana.timing.refetchDelayMs = 1'500;
    ana.reopen();
    QVERIFY(ana.settle());
    TestProfile first(relay);
    TestProfile second(relay);
    first.adopt(account, u"bia"_s, 1, identity);
    second.adopt(account, u"bia"_s, 2, identity);
    relay.putList(account, u"bia"_s, signedList(account, 1, identity, {first.listing}));
    first.reopen();
    QVERIFY(first.say(u"ana"_s, u"one"_s).ok());
    QTRY_COMPARE(ana.received.size(), 1);
    relay.putList(account, u"bia"_s, signedList(account, 2, identity, {first.listing, second.listing}));
    second.reopen();
    QVERIFY(second.say(u"ana"_s, u"two"_s).ok());
    QTRY_COMPARE(ana.received.size(), 2);
    QCOMPARE(ana.received[1].text, u"two"_s);
    QVERIFY(!ana.received[1].placeholder);
}

void LookUpTest::heldEnvelopesDoNotBlockOthers() {
    FakeRelay relay;
    TestProfile ana(relay);
    TestProfile bia(relay);
    TestProfile cleo(relay);
    QVERIFY(ana.signUp(u"ana"_s).ok());
    QVERIFY(bia.signUp(u"bia"_s).ok());
    QVERIFY(cleo.signUp(u"cleo"_s).ok());
    QVERIFY(cleo.say(u"bia"_s, u"we know each other"_s).ok());
    QTRY_COMPARE(bia.received.size(), 1);
    relay.refuseLookUp = [&](const base::DeviceAddress& from) {
        return std::string(from.account == bia.self.account ? "rate_limited" : "");
    };
    QVERIFY(ana.say(u"bia"_s, u"a stranger"_s).ok());
    QVERIFY(ana.settle());
    QVERIFY(cleo.say(u"bia"_s, u"a friend"_s).ok());
    QTRY_COMPARE(bia.received.size(), 2);
    QCOMPARE(bia.received[1].text, u"a friend"_s);
    relay.refuseLookUp = {};
    QTRY_COMPARE(bia.received.size(), 3);
    QCOMPARE(bia.received[2].text, u"a stranger"_s);
}

void LookUpTest::aSenderUnknownToTheRelayIsAskedAboutOnlyOnce() {
    FakeRelay relay;
    TestProfile ana(relay);
    QVERIFY(ana.signUp(u"ana"_s).ok());
    TestProfile ghost(relay);
    ghost.adopt(base::AccountId::random(), u"ghost"_s, 1, *crypto::generateIdentity());
    ghost.reopen();
    int asked = 0;
    relay.refuseLookUp = [&](const base::DeviceAddress& from) {
        asked += from.account == ana.self.account;
        return std::string();
    };
    QVERIFY(ghost.say(u"ana"_s, u"boo"_s).ok());
    QVERIFY(ghost.settle());
    QTRY_VERIFY(relay.device({ana.self.account, 1}).mailbox.empty());
    QCOMPARE(asked, 1);
    for (int round = 0; round < 3; ++round) {
        ana.reopen();
        QVERIFY(ana.settle());
    }
    QCOMPARE(asked, 1);
    QVERIFY(ana.received.isEmpty());
    QVERIFY(ana.await(ana.client->conversations())->isEmpty());
}

} // namespace recado::tests

RECADO_TEST(recado::tests::LookUpTest)
#include "LookUpTest.moc"
