#include "TestProfile.h"
#include "support/Suite.h"

using namespace Qt::StringLiterals;

namespace recado::tests {

using When = CrashingWork::When;

/// What runs beside the conversation: presence, keys that age, a relay with another key, a disk that fails.
class UpkeepTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void peopleWhoAcceptedEachOtherSeeWhoIsThere();
    void whoHidesPresenceSeesNobodyAndIsNotSeen();
    void whatIsKnownOfPresenceIsNotToldAgain();
    void anOldSignedPrekeyIsReplacedAndTheOldOneStillOpens();
    void anUploadThatWasNotConfirmedIsRepeatedOnTheNextConnection();
    void aRefusedUploadIsRepeatedOnTheSameConnection();
    void aListThatARestoredRelayRefusesGoesAgain();
    void afterARegistrationNothingIsUploadedAgain();
    void mailThatWaitedLongIsReadBeforeItsKeyExpires();
    void aKeyThatTheRelayStillHandedOutOutlivesALostUpload();
    void anotherRelayKeyStopsUntilItIsAccepted();
    void afterAStorageFailureTheEngineGoesOn();
    void theIdleAnswerWaitsForWhatCameWhenTheConnectionBroke();
    void theIdleAnswerWaitsForReceiptsThatTheDiskKept();
    void offlineWithNothingToDoIsIdle();
};

void UpkeepTest::peopleWhoAcceptedEachOtherSeeWhoIsThere() {
    TwoPeople people;
    auto& [relay, ana, bia] = people;
    QVERIFY(ana.say(u"bia"_s, u"hello"_s).ok());
    QTRY_VERIFY(!ana.presences.isEmpty() && ana.presences.last().online);
    QTRY_VERIFY(!bia.presences.isEmpty() && bia.presences.last().online);
    QVERIFY(ana.await(ana.client->conversations())->first().presence->online);
    bia.link->setReachable(false);
    QTRY_VERIFY(!ana.presences.last().online);
    QTRY_VERIFY(!bia.presences.last().online); // nobody is known to be there while oneself is away
    QVERIFY(!ana.await(ana.client->conversations())->first().presence->online);
    bia.link->setReachable(true);
    QTRY_VERIFY(ana.presences.last().online);
    QTRY_VERIFY(bia.presences.last().online);
}

void UpkeepTest::whoHidesPresenceSeesNobodyAndIsNotSeen() {
    TwoPeople people;
    auto& [relay, ana, bia] = people;
    QVERIFY(bia.await(bia.client->setPrivacy({.acceptRequests = messaging::AcceptRequests::Automatically,
                                              .showPresence = false}))
                .ok());
    QVERIFY(ana.say(u"bia"_s, u"hello"_s).ok());
    QTRY_VERIFY(ana.statuses.contains(messaging::MessageStatus::Delivered));
    QVERIFY(ana.settle());
    QVERIFY(bia.settle());
    QVERIFY(ana.presences.isEmpty());
    QVERIFY(bia.presences.isEmpty());
}

void UpkeepTest::anOldSignedPrekeyIsReplacedAndTheOldOneStillOpens() {
    TwoPeople people;
    auto& [relay, ana, bia] = people;
    QVERIFY(bia.settle());
    const auto prekeyAtRelay = [&] { return relay.device({bia.self.account, 1}).signedPrekey; };
    const wire::SignedPrekey before = prekeyAtRelay();
    // Ana seals with the prekey of today; it reaches Bia after the next rotation.
    bia.link->setReachable(false);
    QVERIFY(ana.say(u"bia"_s, u"sealed for the old key"_s).ok());
    QVERIFY(ana.settle());
    const qint64 eightDaysAgo = base::SystemClock().wallMs() - 8LL * 24 * 3'600 * 1'000;
    messaging::Stores stores = bia.stores();
    must(stores.work.begin());
    must(stores.profile.setValue(QLatin1String("signed-prekey-created"), QByteArray::number(eightDaysAgo)));
    must(stores.work.commit());
    bia.link->setReachable(true);
    QTRY_VERIFY(prekeyAtRelay().id() != before.id());
    QVERIFY(prekeyAtRelay().key() != before.key());
    QTRY_COMPARE(bia.received.size(), 1);
    QCOMPARE(bia.received[0].text, u"sealed for the old key"_s);
    const quint32 rotated = prekeyAtRelay().id();
    bia.link->cut();
    QVERIFY(bia.settle());
    QCOMPARE(prekeyAtRelay().id(), rotated); // not due again
    TestProfile cleo(relay);
    QVERIFY(cleo.signUp(u"cleo"_s).ok());
    QVERIFY(cleo.say(u"bia"_s, u"sealed for the new one"_s).ok());
    QTRY_COMPARE(bia.received.size(), 2);
    QCOMPARE(bia.received[1].text, u"sealed for the new one"_s);
}

namespace {

constexpr qint64 dayMs = 24LL * 3'600 * 1'000;

qint64 signedPrekeysOf(TestProfile& profile) {
    auto row = profile.database().query("SELECT count(*) FROM signed_pre_key");
    must(row);
    must(row->step());
    return row->int64(0);
}

} // namespace

void UpkeepTest::anUploadThatWasNotConfirmedIsRepeatedOnTheNextConnection() {
    TwoPeople people;
    auto& [relay, ana, bia] = people;
    QVERIFY(bia.settle());
    std::vector<wire::PrekeyUpload> lost;
    relay.swallow = [&](const base::DeviceAddress& from, const wire::ClientFrame& frame) {
        if (from.account != bia.self.account || !frame.has_upload_prekeys())
            return false;
        lost.push_back(frame.upload_prekeys().prekeys());
        return true;
    };
    bia.clock.shiftMs = 8 * dayMs;
    bia.link->cut();
    QTRY_COMPARE(lost.size(), std::size_t(1));
    bia.reopen(); // whoever dies in between owes it all the same
    QTRY_COMPARE(lost.size(), std::size_t(2));
    const auto prekeyAtRelay = [&] { return relay.device({bia.self.account, 1}).signedPrekey; };
    QVERIFY(prekeyAtRelay().id() != lost[0].signed_prekey().id());
    relay.swallow = {};
    bia.link->cut();
    QTRY_COMPARE(prekeyAtRelay().id(), lost[0].signed_prekey().id());
    QCOMPARE(prekeyAtRelay().key(), lost[0].signed_prekey().key()); // the same one, not one more
    QCOMPARE(signedPrekeysOf(bia), 2);
    QVERIFY(bia.settle());
    int uploads = 0;
    relay.swallow = [&](const base::DeviceAddress&, const wire::ClientFrame& frame) {
        uploads += frame.has_upload_prekeys() ? 1 : 0;
        return false;
    };
    bia.link->cut();
    QVERIFY(bia.settle());
    QCOMPARE(uploads, 0); // confirmed
}

void UpkeepTest::aRefusedUploadIsRepeatedOnTheSameConnection() {
    TwoPeople people;
    auto& [relay, ana, bia] = people;
    QVERIFY(bia.settle());
    int refusals = 3;
    relay.refuseUpload = [&](const base::DeviceAddress&) {
        return refusals-- > 0 ? std::string("busy") : std::string();
    };
    auto& prekeys = relay.device({bia.self.account, 1}).prekeys;
    prekeys.clear();
    bia.link->cut();
    QTRY_COMPARE(prekeys.size(), std::size_t(100));
    QVERIFY(refusals <= 0);
}

void UpkeepTest::aListThatARestoredRelayRefusesGoesAgain() {
    TwoPeople people;
    auto& [relay, ana, bia] = people;
    QVERIFY(ana.settle());
    QVERIFY(bia.settle());
    int replaced = 0;
    relay.swallow = [&](const base::DeviceAddress& from, const wire::ClientFrame& frame) {
        const bool biasOwn = from.account == bia.self.account;
        replaced +=
            biasOwn && frame.has_upload_prekeys() && frame.upload_prekeys().prekeys().replace() ? 1 : 0;
        return false;
    };
    int lists = 0;
    relay.refuseList = [&](const base::DeviceAddress& from) {
        return from.account == bia.self.account && ++lists <= 3 ? std::string("busy") : std::string();
    };
    relay.incarnation = QByteArray(16, 'b');
    bia.link->cut();
    QTRY_COMPARE(lists, 4);
    QVERIFY(bia.settle());
    QCOMPARE(replaced, 1); // only what was refused goes again
    bia.link->cut();
    QVERIFY(bia.settle());
    QCOMPARE(lists, 4); // the relay has it
    QCOMPARE(replaced, 1);
}

void UpkeepTest::afterARegistrationNothingIsUploadedAgain() {
    FakeRelay relay;
    int uploads = 0;
    relay.swallow = [&](const base::DeviceAddress&, const wire::ClientFrame& frame) {
        uploads += frame.has_upload_prekeys() ? 1 : 0;
        return false;
    };
    TestProfile ana(relay);
    QVERIFY(ana.signUp(u"ana"_s).ok());
    QVERIFY(ana.settle());
    ana.reopen();
    QVERIFY(ana.settle());
    QCOMPARE(uploads, 0);
}

void UpkeepTest::mailThatWaitedLongIsReadBeforeItsKeyExpires() {
    TwoPeople people;
    auto& [relay, ana, bia] = people;
    QVERIFY(bia.settle());
    bia.link->setReachable(false);
    QVERIFY(ana.say(u"bia"_s, u"sealed for the old key"_s).ok());
    QVERIFY(ana.settle());
    ana.link->setReachable(false); // nobody could send it again
    bia.client->holdIncoming(true);
    bia.clock.shiftMs = 8 * dayMs;
    bia.link->setReachable(true);
    QTRY_VERIFY(relay.device({bia.self.account, 1}).signedPrekey.id() == 2);
    bia.link->setReachable(false);
    bia.clock.shiftMs = 80 * dayMs;
    bia.reopen();
    QTRY_COMPARE(bia.received.size(), 1);
    QVERIFY(!bia.received[0].placeholder);
    QCOMPARE(bia.received[0].text, u"sealed for the old key"_s);
    QCOMPARE(*bia.stores().preKeys.loadSignedPreKey(1), std::nullopt); // once it was read
    QVERIFY(bia.stores().preKeys.loadSignedPreKey(2)->has_value());
}

void UpkeepTest::aKeyThatTheRelayStillHandedOutOutlivesALostUpload() {
    TwoPeople people;
    auto& [relay, ana, bia] = people;
    QVERIFY(bia.settle());
    int lost = 0;
    relay.swallow = [&](const base::DeviceAddress&, const wire::ClientFrame& frame) {
        return frame.has_upload_prekeys() && ++lost > 0;
    };
    bia.clock.shiftMs = 8 * dayMs;
    bia.link->cut();
    QTRY_COMPARE(lost, 1);
    bia.link->setReachable(false);
    relay.swallow = {};
    // Until today everybody was given the first key.
    bia.clock.shiftMs = 100 * dayMs;
    bia.link->setReachable(true);
    QTRY_VERIFY(relay.device({bia.self.account, 1}).signedPrekey.id() == 3);
    QVERIFY(bia.settle());
    QVERIFY(bia.stores().preKeys.loadSignedPreKey(1)->has_value());
    bia.clock.shiftMs = 170 * dayMs;
    bia.reopen();
    QVERIFY(bia.settle());
    QCOMPARE(*bia.stores().preKeys.loadSignedPreKey(1), std::nullopt);
    QVERIFY(bia.stores().preKeys.loadSignedPreKey(3)->has_value());
}

void UpkeepTest::anotherRelayKeyStopsUntilItIsAccepted() {
    TwoPeople people;
    auto& [relay, ana, bia] = people;
    const auto chat = ana.chatWith(u"bia"_s);
    QVERIFY(chat.ok());
    QVERIFY(ana.settle());
    relay.key = QByteArray(32, 'z');
    ana.link->cut();
    const auto problem = [&] { return ana.await(ana.client->connection())->problem; };
    QTRY_COMPARE(problem(), base::Reason::RelayKeyChanged);
    QVERIFY(ana.await(ana.client->sendText(*chat, u"held back"_s)).ok());
    ana.reopen(); // a restart is no consent
    QTRY_COMPARE(problem(), base::Reason::RelayKeyChanged);
    QVERIFY(bia.received.isEmpty());
    QVERIFY(ana.await(ana.client->acceptRelayKey()).ok());
    QTRY_COMPARE(bia.received.size(), 1);
    QVERIFY(!problem().has_value());
    ana.reopen(); // the new key is the pinned one now
    QVERIFY(ana.settle());
    QVERIFY(!problem().has_value());
}

void UpkeepTest::afterAStorageFailureTheEngineGoesOn() {
    TwoPeople people;
    auto& [relay, ana, bia] = people;
    bia.timing.storageRetryMs = 30;
    bia.reopen();
    QVERIFY(bia.settle());
    QVERIFY(ana.say(u"bia"_s, u"before"_s).ok());
    QTRY_COMPARE(bia.received.size(), 1);
    QTRY_VERIFY(ana.statuses.contains(messaging::MessageStatus::Delivered));
    QVERIFY(bia.settle());
    bool told = false;
    connect(bia.client.get(), &messaging::Client::connectionChanged, this,
            [&](const messaging::ConnectionInfo& connection) {
                told = told || connection.problem == base::Reason::StorageFailed;
            });
    bia.work->crashAt(1, When::Before);
    QVERIFY(ana.say(u"bia"_s, u"while the disk is full"_s).ok());
    QTRY_VERIFY(bia.work->crashed());
    QVERIFY(!relay.device({bia.self.account, 1}).mailbox.empty()); // nothing was acknowledged
    QTRY_VERIFY(told);
    QCOMPARE(bia.await(bia.client->waitIdle(50)).error().reason, base::Reason::Timeout);
    bia.work->heal();
    QTRY_COMPARE(bia.received.size(), 2);
    QCOMPARE(bia.received[1].text, u"while the disk is full"_s);
    QVERIFY(bia.settle());
    QVERIFY(!bia.await(bia.client->connection())->problem.has_value());
    QVERIFY(bia.say(u"ana"_s, u"it works again"_s).ok());
    QTRY_COMPARE(ana.received.size(), 1);
}

void UpkeepTest::theIdleAnswerWaitsForWhatCameWhenTheConnectionBroke() {
    TwoPeople people;
    auto& [relay, ana, bia] = people;
    QVERIFY(bia.settle());
    bool asked = false;
    relay.swallow = [&](const base::DeviceAddress& from, const wire::ClientFrame& frame) {
        return from.account == bia.self.account && frame.has_get_account() && (asked = true);
    };
    QVERIFY(ana.say(u"bia"_s, u"hello"_s).ok());
    QTRY_VERIFY(asked); // Bia has the envelope, has not committed it, and loses the connection
    bia.link->setReachable(false);
    const auto offline = [&] {
        return bia.await(bia.client->connection())->state == messaging::ConnectionState::Offline;
    };
    QTRY_VERIFY(offline());
    QCOMPARE(bia.await(bia.client->waitIdle(50)).error().reason, base::Reason::Timeout);
    relay.swallow = {};
    bia.link->setReachable(true);
    QVERIFY(bia.settle());
    QCOMPARE(bia.received.size(), 1);
    QVERIFY(relay.device({bia.self.account, 1}).mailbox.empty());
}

void UpkeepTest::theIdleAnswerWaitsForReceiptsThatTheDiskKept() {
    TwoPeople people;
    auto& [relay, ana, bia] = people;
    QVERIFY(ana.say(u"bia"_s, u"hello"_s).ok());
    QTRY_VERIFY(ana.statuses.contains(messaging::MessageStatus::Delivered));
    QVERIFY(bia.settle());
    bia.link->setReachable(false);
    // As left by a work whose follow-up never ran.
    messaging::Stores stores = bia.stores();
    must(stores.work.begin());
    must(stores.receipts.add(ana.self.account, bia.received[0].conversation, messaging::ReceiptKind::Read,
                             base::MessageId::random()));
    must(stores.work.commit());
    QCOMPARE(bia.await(bia.client->waitIdle(50)).error().reason, base::Reason::Timeout);
    const int before = relay.totalSubmits(bia.self.account);
    bia.link->setReachable(true);
    QVERIFY(bia.settle());
    QCOMPARE(relay.totalSubmits(bia.self.account), before + 1);
    QVERIFY(*bia.stores().receipts.isEmpty());
}

void UpkeepTest::offlineWithNothingToDoIsIdle() {
    FakeRelay relay;
    TestProfile ana(relay);
    QVERIFY(ana.signUp(u"ana"_s).ok());
    QVERIFY(ana.settle());
    ana.link->setReachable(false);
    QVERIFY(ana.settle());
    QCOMPARE(ana.await(ana.client->connection())->state, messaging::ConnectionState::Offline);
}

void UpkeepTest::whatIsKnownOfPresenceIsNotToldAgain() {
    TwoPeople people;
    auto& [relay, ana, bia] = people;
    TestProfile cleo(relay);
    QVERIFY(cleo.signUp(u"cleo"_s).ok());
    const auto told = [&](const TestProfile& about) {
        return std::count_if(ana.presentPeople.begin(), ana.presentPeople.end(),
                             [&](const auto& person) { return person.account == about.self.account; });
    };
    QVERIFY(ana.say(u"bia"_s, u"hello"_s).ok());
    QTRY_COMPARE(told(bia), 1);
    // Another accepted person: the relay is told all names again, and says all it knows again.
    QVERIFY(ana.say(u"cleo"_s, u"hello"_s).ok());
    QTRY_COMPARE(told(cleo), 1);
    QVERIFY(ana.settle());
    QCOMPARE(told(bia), 1);
}

} // namespace recado::tests

RECADO_TEST(recado::tests::UpkeepTest)
#include "UpkeepTest.moc"
