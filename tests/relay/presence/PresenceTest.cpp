#include "relay/presence/Ephemerals.h"
#include "support/RelayCoreFixture.h"
#include "support/Suite.h"

#include <QTest>

using namespace recado;
using namespace recado::tests;

class PresenceTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void accountsThatListEachOtherSeeEachOther();
    void oneSidedListsShowNothing();
    void whoHidesIsNotSeenAndSeesNothing();
    void hidingTellsThoseWhoSaw();
    void takingSomebodyOffTheListTellsThem();
    void goingOfflineIsToldAfterTheGraceWithTheLastTime();
    void aShortReconnectIsNotShown();
    void anAccountIsOnlineWhileOneOfItsDevicesIs();
    void aNewcomerHearsWhoIsAwaySinceWhen();
    void aReplacedConnectionChangesNothing();
    void aHiddenDeviceThatLeavesLaterTellsNoTime();
    void thoseGoneLongestAreForgottenFirst();
    void malformedListsAreRefused();
    void ephemeralsReachMutualContactsOnly();
    void ephemeralsAreLimitedForAPair();
    void ephemeralsAreDroppedForSlowReceivers();
    void ephemeralsAreNeverKept();
    void malformedEphemeralsAreRefused();
};

namespace {

wire::ClientFrame presenceOf(bool visible, const std::vector<const RelayCoreFixture::Devices*>& accounts) {
    wire::ClientFrame frame;
    auto* presence = frame.mutable_set_presence();
    presence->set_visible(visible);
    for (const auto* devices : accounts)
        presence->add_accounts(protocol::fromBytes(devices->front()->address.account.toBytes()));
    return frame;
}

wire::ClientFrame ephemeralTo(const RelayCoreFixture::Devices& devices, const std::string& payload) {
    wire::ClientFrame frame;
    frame.mutable_ephemeral()->set_account_id(
        protocol::fromBytes(devices.front()->address.account.toBytes()));
    frame.mutable_ephemeral()->set_payload(payload);
    return frame;
}

/// Anna and Bert, connected, and what they say of each other.
struct Couple {
    RelayCoreFixture relay;
    RelayCoreFixture::Devices anna = relay.addAccount(QStringLiteral("anna"), 2);
    RelayCoreFixture::Devices bert = relay.addAccount(QStringLiteral("bert"));

    Couple() {
        anna.front()->connect();
        bert.front()->connect();
    }
    void seeEachOther() {
        anna.front()->sendAndSettle(presenceOf(true, {&bert}));
        bert.front()->sendAndSettle(presenceOf(true, {&anna}));
        anna.front()->link->frames.clear();
        bert.front()->link->frames.clear();
    }
};

qsizetype presences(const FakeRelayDevice& device) {
    return device.count(wire::RelayFrame::kPresence);
}

wire::Presence lastPresence(const FakeRelayDevice& device) {
    const auto* frame = device.last(wire::RelayFrame::kPresence);
    return frame != nullptr ? frame->presence() : wire::Presence();
}

} // namespace

void PresenceTest::accountsThatListEachOtherSeeEachOther() {
    Couple couple;
    couple.anna.front()->sendAndSettle(presenceOf(true, {&couple.bert}));
    QCOMPARE(presences(*couple.anna.front()), 0);
    couple.bert.front()->sendAndSettle(presenceOf(true, {&couple.anna}));
    QCOMPARE(presences(*couple.anna.front()), 1);
    QCOMPARE(presences(*couple.bert.front()), 1);
    QVERIFY(lastPresence(*couple.anna.front()).online());
    QVERIFY(lastPresence(*couple.bert.front()).online());
    QCOMPARE(protocol::toBytes(lastPresence(*couple.anna.front()).account_id()),
             couple.bert.front()->address.account.toBytes());
}

void PresenceTest::oneSidedListsShowNothing() {
    Couple couple;
    couple.anna.front()->sendAndSettle(presenceOf(true, {&couple.bert}));
    couple.bert.front()->sendAndSettle(presenceOf(true, {}));
    couple.bert.front()->disconnect();
    couple.relay.advance(10'000);
    QVERIFY(couple.bert.front()->connect());
    couple.bert.front()->sendAndSettle(presenceOf(true, {}));
    QCOMPARE(presences(*couple.anna.front()), 0);
    QCOMPARE(presences(*couple.bert.front()), 0);
}

void PresenceTest::whoHidesIsNotSeenAndSeesNothing() {
    Couple couple;
    couple.anna.front()->sendAndSettle(presenceOf(true, {&couple.bert}));
    couple.bert.front()->sendAndSettle(presenceOf(false, {&couple.anna}));
    couple.anna.front()->disconnect();
    couple.relay.advance(10'000);
    QVERIFY(couple.anna.front()->connect());
    couple.anna.front()->sendAndSettle(presenceOf(true, {&couple.bert}));
    QCOMPARE(presences(*couple.bert.front()), 0);
    // Anna hears that Bert is not there, and no time.
    QVERIFY(!lastPresence(*couple.anna.front()).online());
    QCOMPARE(lastPresence(*couple.anna.front()).last_seen_ms(), 0u);
}

void PresenceTest::hidingTellsThoseWhoSaw() {
    Couple couple;
    couple.seeEachOther();
    couple.bert.front()->sendAndSettle(presenceOf(false, {&couple.anna}));
    QCOMPARE(presences(*couple.anna.front()), 1);
    QVERIFY(!lastPresence(*couple.anna.front()).online());
    QCOMPARE(lastPresence(*couple.anna.front()).last_seen_ms(), 0u);
    couple.bert.front()->sendAndSettle(presenceOf(true, {&couple.anna}));
    QVERIFY(lastPresence(*couple.anna.front()).online());
}

void PresenceTest::takingSomebodyOffTheListTellsThem() {
    Couple couple;
    couple.seeEachOther();
    couple.bert.front()->sendAndSettle(presenceOf(true, {}));
    QVERIFY(!lastPresence(*couple.anna.front()).online());
    QCOMPARE(presences(*couple.anna.front()), 1);
    couple.bert.front()->disconnect();
    couple.relay.advance(10'000);
    QCOMPARE(presences(*couple.anna.front()), 1);
}

void PresenceTest::goingOfflineIsToldAfterTheGraceWithTheLastTime() {
    Couple couple;
    couple.seeEachOther();
    const qint64 leftAt = couple.relay.clock.wallMs();
    couple.bert.front()->disconnect();
    couple.relay.advance(1'999);
    QCOMPARE(presences(*couple.anna.front()), 0);
    couple.relay.advance(1);
    QCOMPARE(presences(*couple.anna.front()), 1);
    QVERIFY(!lastPresence(*couple.anna.front()).online());
    QCOMPARE(qint64(lastPresence(*couple.anna.front()).last_seen_ms()), leftAt);
    couple.relay.advance(60'000);
    QCOMPARE(presences(*couple.anna.front()), 1);
}

void PresenceTest::aShortReconnectIsNotShown() {
    Couple couple;
    couple.seeEachOther();
    for (int round = 0; round < 5; ++round) {
        couple.bert.front()->disconnect();
        couple.relay.advance(1'500);
        QVERIFY(couple.bert.front()->connect());
        couple.bert.front()->sendAndSettle(presenceOf(true, {&couple.anna}));
        couple.relay.advance(5'000);
    }
    QCOMPARE(presences(*couple.anna.front()), 0);
}

void PresenceTest::anAccountIsOnlineWhileOneOfItsDevicesIs() {
    Couple couple;
    QVERIFY(couple.anna.back()->connect());
    couple.seeEachOther();
    couple.anna.back()->sendAndSettle(presenceOf(true, {&couple.bert}));
    couple.anna.front()->disconnect();
    couple.relay.advance(10'000);
    QCOMPARE(presences(*couple.bert.front()), 0);
    couple.anna.back()->disconnect();
    couple.relay.advance(10'000);
    QCOMPARE(presences(*couple.bert.front()), 1);
    QVERIFY(!lastPresence(*couple.bert.front()).online());
}

void PresenceTest::aNewcomerHearsWhoIsAwaySinceWhen() {
    Couple couple;
    couple.seeEachOther();
    const qint64 leftAt = couple.relay.clock.wallMs();
    couple.bert.front()->disconnect();
    couple.relay.advance(10'000);
    QVERIFY(couple.anna.back()->connect());
    couple.anna.back()->sendAndSettle(presenceOf(true, {&couple.bert}));
    QCOMPARE(presences(*couple.anna.back()), 1);
    QVERIFY(!lastPresence(*couple.anna.back()).online());
    QCOMPARE(qint64(lastPresence(*couple.anna.back()).last_seen_ms()), leftAt);
}

void PresenceTest::aReplacedConnectionChangesNothing() {
    Couple couple;
    couple.seeEachOther();
    auto old = couple.bert.front()->abandon();
    QVERIFY(couple.bert.front()->connect());
    old.session.reset();
    couple.relay.advance(10'000);
    QCOMPARE(presences(*couple.anna.front()), 0);
    couple.bert.front()->disconnect();
    couple.relay.advance(10'000);
    QCOMPARE(presences(*couple.anna.front()), 1);
}

void PresenceTest::aHiddenDeviceThatLeavesLaterTellsNoTime() {
    Couple couple;
    QVERIFY(couple.anna.back()->connect());
    couple.anna.back()->sendAndSettle(presenceOf(false, {&couple.bert}));
    couple.seeEachOther();
    const qint64 leftAt = couple.relay.clock.wallMs();
    couple.anna.front()->disconnect();
    couple.relay.clock.advance(1'000);
    couple.anna.back()->disconnect();
    couple.relay.advance(1'000);
    QCOMPARE(presences(*couple.bert.front()), 1);
    QCOMPARE(qint64(lastPresence(*couple.bert.front()).last_seen_ms()), leftAt);
}

void PresenceTest::thoseGoneLongestAreForgottenFirst() {
    MemoryMailboxStore mailboxes;
    FakeClock clock;
    relay::RelayPolicy policy;
    relay::Router router(mailboxes, 1);
    relay::PresenceHub hub(policy, router, clock);
    const base::DeviceAddress viewer{base::AccountId::random(), 1};
    wire::SetPresence seenByViewer;
    seenByViewer.set_visible(true);
    seenByViewer.add_accounts(protocol::fromBytes(viewer.account.toBytes()));
    QVector<base::AccountId> accounts;
    for (qsizetype index = 0; index <= relay::PresenceHub::awayKept; ++index) {
        const base::DeviceAddress device{base::AccountId::random(), 1};
        accounts.push_back(device.account);
        QVERIFY(hub.set(device, seenByViewer).ok());
        clock.advance(1);
        hub.disconnected(device);
    }
    clock.advance(policy.presenceGraceMs);
    hub.tick();
    wire::SetPresence seesBoth;
    seesBoth.set_visible(true);
    for (const base::AccountId& account : {accounts.front(), accounts.back()})
        seesBoth.add_accounts(protocol::fromBytes(account.toBytes()));
    QVERIFY(hub.set(viewer, seesBoth).ok());
    QVERIFY(!hub.isMutual(viewer.account, accounts.front()));
    QVERIFY(hub.isMutual(viewer.account, accounts.back()));
}

void PresenceTest::malformedListsAreRefused() {
    Couple couple;
    wire::ClientFrame frame = presenceOf(true, {&couple.bert});
    frame.mutable_set_presence()->add_accounts("short");
    couple.anna.front()->sendAndSettle(frame);
    QCOMPARE(couple.anna.front()->error(), QStringLiteral("invalid_argument"));
    frame.mutable_set_presence()->clear_accounts();
    for (int index = 0; index <= relay::PresenceHub::mostAccounts; ++index)
        frame.mutable_set_presence()->add_accounts(std::string(16, 'a'));
    couple.anna.front()->sendAndSettle(frame);
    QCOMPARE(couple.anna.front()->count(wire::RelayFrame::kError), 2);
    frame = presenceOf(true, {&couple.bert});
    frame.set_request_id(31);
    couple.anna.front()->sendAndSettle(frame);
    QCOMPARE(couple.anna.front()->last(wire::RelayFrame::kDone)->request_id(), 31u);
}

void PresenceTest::ephemeralsReachMutualContactsOnly() {
    Couple couple;
    couple.anna.front()->sendAndSettle(presenceOf(true, {&couple.bert}));
    couple.anna.front()->sendAndSettle(ephemeralTo(couple.bert, "typing"));
    QCOMPARE(couple.bert.front()->count(wire::RelayFrame::kEphemeralDelivery), 0);
    couple.bert.front()->sendAndSettle(presenceOf(true, {&couple.anna}));
    couple.anna.front()->sendAndSettle(ephemeralTo(couple.bert, "typing"));
    QCOMPARE(couple.bert.front()->count(wire::RelayFrame::kEphemeralDelivery), 1);
    QCOMPARE(couple.bert.front()->last(wire::RelayFrame::kEphemeralDelivery)->ephemeral_delivery().payload(),
             std::string("typing"));
    // The sender cannot tell the two apart.
    QCOMPARE(couple.anna.front()->count(wire::RelayFrame::kError), 0);
    couple.bert.front()->sendAndSettle(presenceOf(true, {}));
    couple.anna.front()->sendAndSettle(ephemeralTo(couple.bert, "typing"));
    QCOMPARE(couple.bert.front()->count(wire::RelayFrame::kEphemeralDelivery), 1);
}

void PresenceTest::ephemeralsAreLimitedForAPair() {
    Couple couple;
    couple.seeEachOther();
    const auto received = [&] { return couple.bert.front()->count(wire::RelayFrame::kEphemeralDelivery); };
    for (int index = 0; index < 20; ++index)
        couple.anna.front()->sendAndSettle(ephemeralTo(couple.bert, "typing"));
    QCOMPARE(received(), 5);
    couple.relay.advance(2'900);
    couple.anna.front()->sendAndSettle(ephemeralTo(couple.bert, "typing"));
    QCOMPARE(received(), 5);
    couple.relay.advance(200);
    couple.anna.front()->sendAndSettle(ephemeralTo(couple.bert, "typing"));
    QCOMPARE(received(), 6);
}

void PresenceTest::ephemeralsAreDroppedForSlowReceivers() {
    Couple couple;
    couple.seeEachOther();
    couple.bert.front()->link->queued = 10'000'000;
    couple.anna.front()->sendAndSettle(ephemeralTo(couple.bert, "typing"));
    QCOMPARE(couple.bert.front()->count(wire::RelayFrame::kEphemeralDelivery), 0);
    QCOMPARE(couple.relay.core->metrics().ephemeralDropped.load(), 1u);
}

void PresenceTest::ephemeralsAreNeverKept() {
    Couple couple;
    couple.seeEachOther();
    couple.bert.front()->disconnect();
    couple.anna.front()->sendAndSettle(ephemeralTo(couple.bert, "typing"));
    QVERIFY(couple.bert.front()->connect());
    couple.bert.front()->sendAndSettle(presenceOf(true, {&couple.anna}));
    QCOMPARE(couple.bert.front()->count(wire::RelayFrame::kEphemeralDelivery), 0);
    QCOMPARE(couple.relay.mailboxes.appends, 0);
}

void PresenceTest::malformedEphemeralsAreRefused() {
    Couple couple;
    couple.anna.front()->sendAndSettle(ephemeralTo(couple.bert, ""));
    QCOMPARE(couple.anna.front()->error(), QStringLiteral("invalid_argument"));
    couple.anna.front()->sendAndSettle(
        ephemeralTo(couple.bert, std::string(std::size_t(relay::Ephemerals::largestPayload) + 1, 'p')));
    QCOMPARE(couple.anna.front()->count(wire::RelayFrame::kError), 2);
}

RECADO_TEST(PresenceTest)
#include "PresenceTest.moc"
