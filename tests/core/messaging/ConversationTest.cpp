#include "TestProfile.h"
#include "messaging/ConversationClock.h"
#include "messaging/ConversationIds.h"
#include "messaging/MessageTexts.h"
#include "support/Suite.h"

using namespace Qt::StringLiterals;

namespace recado::tests {

using messaging::MessageStatus;

/// Two people who talk through a relay that works.
class ConversationTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void aMessageArrivesAndItsStatusRises();
    void registeringTwiceIsRefusedAndANameIsTakenOnce();
    void aLostRegistrationIsRepeatedWithTheSameKeys();
    void whatIsWrittenOfflineGoesOutLater();
    void aLongTextTravelsAsADetachedBody();
    void anUnknownNameIsSaid();
    void wrongInputIsNamed();
    void receiptsAreCoalesced();
    void whoHidesReceiptsTellsOnlyOfArrival();
    void aStrangersMessageIsARequestUntilAccepted();
    void removingARequestAnswersNothing();
    void whatIsDeletedFromARequestStillGetsItsReceipt();
    void everyStatusNamesThePersonItConcerns();
    void aClockAnHourAheadDisturbsNoOrder();
    void aDisplayNameKeepsItsJoinersAndLosesItsTricks();
    void whatIsHeldWaitsAtTheRelay();
    void whatIsAskedForIsKeptThoughTheEngineEndsAtOnce();
    void aRemovalDoesNotOvertakeATextAskedForBefore();
    void sixDevicesOfAnAccountAllGetAMessage();
    void typingReachesAnAcceptedPeer();
    void fewPrekeysAreRefilled();
    void clocksNeverGoBackAndIgnoreTheFarFuture();
    void theConversationIdIsTheSameFromBothSides();
};

void ConversationTest::aMessageArrivesAndItsStatusRises() {
    TwoPeople people;
    auto& [relay, ana, bia] = people;
    const auto sent = ana.say(u"bia"_s, u"hello"_s);
    QVERIFY(sent.ok());
    QCOMPARE(sent->status, MessageStatus::Pending);
    QTRY_COMPARE(bia.received.size(), 1);
    QCOMPARE(bia.received[0].text, u"hello"_s);
    QCOMPARE(bia.received[0].sender.address, u"ana@test"_s);
    QCOMPARE(bia.received[0].sender.displayName, u"ANA"_s);
    QTRY_VERIFY(ana.statuses.contains(MessageStatus::Delivered));
    QVERIFY(bia.await(bia.client->markRead(bia.received[0].id)).ok());
    QTRY_COMPARE(ana.statuses.last(), MessageStatus::Read);
    QVERIFY(bia.say(u"ana"_s, u"hi"_s).ok());
    QTRY_COMPARE(ana.received.size(), 1);
    QVERIFY(ana.settle());
    QCOMPARE(ana.timeline(u"bia"_s), QStringList({u"hello"_s, u"hi"_s}));
    QCOMPARE(bia.timeline(u"ana"_s), QStringList({u"hello"_s, u"hi"_s}));
}

void ConversationTest::registeringTwiceIsRefusedAndANameIsTakenOnce() {
    FakeRelay relay;
    TestProfile ana(relay);
    TestProfile other(relay);
    QCOMPARE(ana.await(ana.client->whoami()).error().reason, base::Reason::NotRegistered);
    QVERIFY(ana.signUp(u"ana"_s).ok());
    QCOMPARE(ana.signUp(u"ana2"_s).error().reason, base::Reason::AlreadyRegistered);
    QCOMPARE(other.signUp(u"ana"_s).error().reason, base::Reason::UsernameTaken);
    QCOMPARE(other.signUp(u"Ana"_s).error().reason, base::Reason::InvalidArgument);
    QVERIFY(other.signUp(u"otto"_s).ok());
}

void ConversationTest::aLostRegistrationIsRepeatedWithTheSameKeys() {
    FakeRelay relay;
    TestProfile ana(relay);
    // The second commit would confirm what the relay has registered already.
    ana.work->crashAt(2, CrashingWork::When::Before);
    QVERIFY(!ana.signUp(u"ana"_s).ok());
    QCOMPARE(relay.accounts.size(), std::size_t(1));
    const base::AccountId account = relay.accounts.begin()->first;
    ana.reopen();
    QVERIFY(ana.signUp(u"ana"_s).ok());
    QCOMPARE(relay.accounts.size(), std::size_t(1));
    QCOMPARE(ana.self.account, account);
}

void ConversationTest::whatIsWrittenOfflineGoesOutLater() {
    TwoPeople people;
    auto& [relay, ana, bia] = people;
    const auto chat = ana.chatWith(u"bia"_s);
    QVERIFY(chat.ok());
    ana.link->setReachable(false);
    bia.link->setReachable(false);
    for (int number = 0; number < 20; ++number)
        QVERIFY(ana.await(ana.client->sendText(*chat, QString::number(number))).ok());
    QVERIFY(bia.received.isEmpty());
    ana.link->setReachable(true);
    QVERIFY(ana.settle());
    QVERIFY(bia.received.isEmpty());
    bia.link->setReachable(true);
    QTRY_COMPARE(bia.received.size(), 20);
    for (int number = 0; number < 20; ++number) {
        QCOMPARE(bia.received[number].text, QString::number(number));
        QVERIFY(!bia.received[number].gapBefore);
    }
}

void ConversationTest::aLongTextTravelsAsADetachedBody() {
    TwoPeople people;
    auto& [relay, ana, bia] = people;
    qsizetype bodyBytes = 0;
    relay.tamper = [&](const base::DeviceAddress&, wire::Deliver& row) {
        bodyBytes = std::max(bodyBytes, qsizetype(row.body().size()));
    };
    const QString longest(65'536, u'x');
    QVERIFY(ana.say(u"bia"_s, longest).ok());
    QTRY_COMPARE(bia.received.size(), 1);
    QCOMPARE(bia.received[0].text, longest);
    QVERIFY(bodyBytes > 65'536);
    QCOMPARE(ana.say(u"bia"_s, longest + u'y').error().reason, base::Reason::MessageTooLong);
}

void ConversationTest::anUnknownNameIsSaid() {
    FakeRelay relay;
    TestProfile ana(relay);
    QVERIFY(ana.signUp(u"ana"_s).ok());
    QCOMPARE(ana.chatWith(u"nobody"_s).error().reason, base::Reason::UnknownRecipient);
    QCOMPARE(ana.chatWith(u"nobody@elsewhere"_s).error().reason, base::Reason::UnknownRecipient);
    ana.link->setReachable(false);
    QCOMPARE(ana.chatWith(u"nobody"_s).error().reason, base::Reason::RelayUnreachable);
}

void ConversationTest::wrongInputIsNamed() {
    FakeRelay relay;
    TestProfile ana(relay);
    TestProfile bia(relay);
    QCOMPARE(ana.chatWith(u"bia"_s).error().reason, base::Reason::NotRegistered);
    QVERIFY(ana.signUp(u"ana"_s).ok());
    QVERIFY(bia.signUp(u"bia"_s).ok());
    QCOMPARE(ana.chatWith(u"ana"_s).error().reason, base::Reason::InvalidArgument);
    QCOMPARE(ana.chatWith(u"BIA"_s).error().reason, base::Reason::InvalidArgument);
    QCOMPARE(ana.say(u"bia"_s, u"  "_s).error().reason, base::Reason::InvalidArgument);
    QCOMPARE(ana.await(ana.client->sendText(base::ConversationId::random(), u"x"_s)).error().reason,
             base::Reason::UnknownChat);
    QCOMPARE(ana.await(ana.client->markRead(99)).error().reason, base::Reason::UnknownMessage);
    const auto sent = ana.say(u"bia"_s, u"x"_s);
    QCOMPARE(ana.await(ana.client->retry(sent->id)).error().reason, base::Reason::NotPermitted);
    QCOMPARE(ana.await(ana.client->sendText(sent->conversation, u"y"_s, 999)).error().reason,
             base::Reason::UnknownMessage);
}

void ConversationTest::receiptsAreCoalesced() {
    TwoPeople people;
    auto& [relay, ana, bia] = people;
    const auto chat = ana.chatWith(u"bia"_s);
    bia.link->setReachable(false);
    for (int number = 0; number < 60; ++number)
        QVERIFY(ana.await(ana.client->sendText(*chat, QString::number(number))).ok());
    QVERIFY(ana.settle());
    bia.link->setReachable(true);
    QTRY_COMPARE(ana.statuses.count(MessageStatus::Delivered), 60);
    QVERIFY2(relay.totalSubmits(bia.self.account) <= 3, "sixty receipts ride in a few contents");
    QCOMPARE(relay.totalSubmits(ana.self.account), 60);
}

void ConversationTest::whoHidesReceiptsTellsOnlyOfArrival() {
    TwoPeople people;
    auto& [relay, ana, bia] = people;
    QVERIFY(bia.await(bia.client->setPrivacy({.acceptRequests = messaging::AcceptRequests::Automatically,
                                              .sendReceipts = false}))
                .ok());
    QVERIFY(ana.say(u"bia"_s, u"hello"_s).ok());
    QTRY_COMPARE(bia.received.size(), 1);
    QTRY_VERIFY(ana.statuses.contains(MessageStatus::Delivered));
    QVERIFY(bia.await(bia.client->markRead(bia.received[0].id)).ok());
    QVERIFY(bia.say(u"ana"_s, u"later"_s).ok());
    QTRY_COMPARE(ana.received.size(), 1);
    QVERIFY(bia.settle());
    QVERIFY(ana.settle());
    QVERIFY(!ana.statuses.contains(MessageStatus::Read));
}

void ConversationTest::aStrangersMessageIsARequestUntilAccepted() {
    TwoPeople people(messaging::AcceptRequests::Ask);
    auto& [relay, ana, bia] = people;
    const auto sent = ana.say(u"bia"_s, u"hello"_s);
    QTRY_COMPARE(bia.received.size(), 1);
    QVERIFY(bia.await(bia.client->conversations())->first().request);
    QVERIFY(bia.await(bia.client->markRead(bia.received[0].id)).ok());
    QVERIFY(bia.await(bia.client->setTyping(sent->conversation, true)).ok());
    QVERIFY(bia.settle());
    QCOMPARE(relay.totalSubmits(bia.self.account), 0);
    QCOMPARE(relay.device({bia.self.account, 1}).presence.accounts_size(), 0);
    QVERIFY(ana.typing.isEmpty());

    QVERIFY(bia.await(bia.client->acceptConversation(sent->conversation)).ok());
    QTRY_COMPARE(ana.statuses.last(), MessageStatus::Read);
    QVERIFY(!bia.await(bia.client->conversations())->first().request);
    QTRY_COMPARE(relay.device({bia.self.account, 1}).presence.accounts_size(), 1);
}

void ConversationTest::removingARequestAnswersNothing() {
    TwoPeople people(messaging::AcceptRequests::Ask);
    auto& [relay, ana, bia] = people;
    const auto sent = ana.say(u"bia"_s, u"hello"_s);
    QTRY_COMPARE(bia.received.size(), 1);
    QVERIFY(bia.await(bia.client->removeConversation(sent->conversation)).ok());
    QVERIFY(bia.await(bia.client->conversations())->isEmpty());
    QVERIFY(ana.say(u"bia"_s, u"again"_s).ok());
    QTRY_COMPARE(bia.received.size(), 2);
    QVERIFY(bia.await(bia.client->conversations())->first().request);
    QCOMPARE(relay.totalSubmits(bia.self.account), 0);
}

void ConversationTest::sixDevicesOfAnAccountAllGetAMessage() {
    FakeRelay relay;
    TestProfile ana(relay);
    QVERIFY(ana.signUp(u"ana"_s).ok());
    const base::AccountId account = base::AccountId::random();
    const crypto::IdentityKeyPair identity = *crypto::generateIdentity();
    std::vector<std::unique_ptr<TestProfile>> six;
    QVector<routing::ListedDevice> listed;
    for (quint32 device = 1; device <= 6; ++device) {
        six.push_back(std::make_unique<TestProfile>(relay));
        six.back()->adopt(account, u"bia"_s, device, identity);
        listed.append(six.back()->listing);
        if (device == 1) // the others are linked only after the first message
            relay.putList(account, u"bia"_s, signedList(account, 1, identity, listed));
    }
    six[0]->reopen();
    QVERIFY(ana.say(u"bia"_s, u"one"_s).ok());
    QTRY_COMPARE(six[0]->received.size(), 1);

    relay.putList(account, u"bia"_s, signedList(account, 2, identity, listed));
    for (std::size_t device = 1; device < six.size(); ++device)
        six[device]->reopen();
    QVERIFY(ana.say(u"bia"_s, u"two"_s).ok());
    QVERIFY(ana.settle());
    QTRY_COMPARE(six[0]->received.size(), 2);
    for (std::size_t device = 1; device < six.size(); ++device) {
        QTRY_COMPARE(six[device]->received.size(), 1);
        QCOMPARE(six[device]->received[0].text, u"two"_s);
        QVERIFY(!six[device]->received[0].gapBefore);
    }
    QVERIFY(six[4]->say(u"ana"_s, u"from the fifth"_s).ok());
    QTRY_COMPARE(ana.received.size(), 1);
    QCOMPARE(ana.received[0].text, u"from the fifth"_s);
}

void ConversationTest::typingReachesAnAcceptedPeer() {
    TwoPeople people;
    auto& [relay, ana, bia] = people;
    const auto sent = ana.say(u"bia"_s, u"hello"_s);
    QTRY_COMPARE(bia.received.size(), 1);
    const int before = relay.totalSubmits(ana.self.account);
    QVERIFY(ana.await(ana.client->setTyping(sent->conversation, true)).ok());
    QVERIFY(ana.await(ana.client->setTyping(sent->conversation, true)).ok());
    QTRY_COMPARE(bia.typing, QVector<bool>({true}));
    QVERIFY(ana.await(ana.client->setTyping(sent->conversation, false)).ok());
    QTRY_COMPARE(bia.typing, QVector<bool>({true, false}));
    QCOMPARE(relay.totalSubmits(ana.self.account), before);
    QVERIFY(ana.await(ana.client->setPrivacy({.sendTyping = false})).ok());
    QVERIFY(ana.await(ana.client->setTyping(sent->conversation, true)).ok());
    QVERIFY(bia.settle());
    QCOMPARE(bia.typing.size(), 2);
}

void ConversationTest::fewPrekeysAreRefilled() {
    FakeRelay relay;
    TestProfile ana(relay);
    QVERIFY(ana.signUp(u"ana"_s).ok());
    QVERIFY(ana.settle());
    auto& prekeys = relay.device({ana.self.account, 1}).prekeys;
    prekeys.resize(24);
    ana.link->cut();
    QTRY_COMPARE(prekeys.size(), std::size_t(124));
}

void ConversationTest::clocksNeverGoBackAndIgnoreTheFarFuture() {
    namespace clock = messaging::conversation_clock;
    const qint64 now = 1'750'000'000'000;
    const quint64 first = clock::next(0, now);
    QCOMPARE(clock::next(first, now - 5'000), first + 1);
    QVERIFY(clock::next(first, now + 1) > first + 1);
    const quint64 near = quint64(now + 119'000) << 16;
    const quint64 far = quint64(now + 121'000) << 16;
    QCOMPARE(clock::merge(first, near, now), near);
    QCOMPARE(clock::merge(first, far, now), first);
    QCOMPARE(clock::merge(near, first, now), near);
}

void ConversationTest::theConversationIdIsTheSameFromBothSides() {
    const auto one = base::AccountId::random();
    const auto other = base::AccountId::random();
    const auto id = messaging::directConversationId(one, other);
    QCOMPARE(messaging::directConversationId(other, one), id);
    QCOMPARE(id.toBytes()[6] & 0xf0, 0x50);
    QVERIFY(messaging::directConversationId(one, base::AccountId::random()) != id);
}

void ConversationTest::whatIsDeletedFromARequestStillGetsItsReceipt() {
    TwoPeople people(messaging::AcceptRequests::Ask);
    auto& [relay, ana, bia] = people;
    const auto sent = ana.say(u"bia"_s, u"read and thrown away"_s);
    QVERIFY(ana.say(u"bia"_s, u"kept"_s).ok());
    QTRY_COMPARE(bia.received.size(), 2);
    QVERIFY(bia.await(bia.client->deleteMessage(bia.received[0].id, false)).ok());
    QVERIFY(bia.settle());
    QVERIFY(ana.settle());
    QCOMPARE(relay.totalSubmits(bia.self.account), 0);
    bia.reopen();
    QVERIFY(bia.await(bia.client->acceptConversation(sent->conversation)).ok());
    QTRY_COMPARE(ana.statuses.count(MessageStatus::Delivered), 2);
}

void ConversationTest::everyStatusNamesThePersonItConcerns() {
    TwoPeople people;
    auto& [relay, ana, bia] = people;
    bool refused = false;
    relay.refuse = [&](const wire::Submit&) {
        return std::string(std::exchange(refused, true) ? "" : "message_too_long");
    };
    const auto sent = ana.say(u"bia"_s, u"hello"_s);
    QTRY_COMPARE(ana.statuses.size(), 1);
    QVERIFY(ana.await(ana.client->retry(sent->id)).ok());
    QTRY_COMPARE(bia.received.size(), 1);
    QVERIFY(bia.await(bia.client->markRead(bia.received[0].id)).ok());
    QTRY_COMPARE(ana.statuses.last(), MessageStatus::Read);
    QVERIFY(ana.statuses.contains(MessageStatus::Sent));
    QVERIFY(ana.statuses.contains(MessageStatus::Failed));
    for (const messaging::Person& person : std::as_const(ana.statusPeople))
        QCOMPARE(person.address, u"bia@test"_s);
}

void ConversationTest::aClockAnHourAheadDisturbsNoOrder() {
    TwoPeople people;
    auto& [relay, ana, bia] = people;
    QVERIFY(ana.settle());
    ana.clock.shiftMs = 3'600'000;
    ana.reopen();
    QVERIFY(ana.settle());
    QVERIFY(ana.say(u"bia"_s, u"one"_s).ok());
    QTRY_COMPARE(bia.received.size(), 1);
    // Nobody has sent anything in the future.
    QVERIFY(bia.received[0].timestampMs <= bia.clock.wallMs());
    QVERIFY(bia.say(u"ana"_s, u"two"_s).ok());
    QTRY_COMPARE(ana.received.size(), 1);
    QVERIFY(ana.say(u"bia"_s, u"three"_s).ok());
    QTRY_COMPARE(bia.received.size(), 2);
    QVERIFY(bia.say(u"ana"_s, u"four"_s).ok());
    QTRY_COMPARE(ana.received.size(), 2);
    const QStringList all{u"one"_s, u"two"_s, u"three"_s, u"four"_s};
    QCOMPARE(ana.timeline(u"bia"_s), all);
    QCOMPARE(bia.timeline(u"ana"_s), all);
}

void ConversationTest::aDisplayNameKeepsItsJoinersAndLosesItsTricks() {
    using messaging::cleanDisplayName;
    QCOMPARE(cleanDisplayName(u"  Ana\n Maria "_s), u"Ana Maria"_s);
    QCOMPARE(cleanDisplayName(u"\u202eadmin\u2066\u200b"_s), u"admin"_s);
    QCOMPARE(cleanDisplayName(u"\u0646\u06cc\u200c\u0644\u0627"_s), u"\u0646\u06cc\u200c\u0644\u0627"_s);
    QCOMPARE(cleanDisplayName(u"👩‍👧"_s), u"👩‍👧"_s);
    QCOMPARE(cleanDisplayName(u"\U000E0061x"_s), u"x"_s);
    const QString endless = QString(63, u'a') + u"😀b"_s;
    QCOMPARE(cleanDisplayName(endless), QString(63, u'a')); // no half of a pair at the end
}

void ConversationTest::whatIsHeldWaitsAtTheRelay() {
    TwoPeople people;
    auto& [relay, ana, bia] = people;
    bia.client->holdIncoming(true);
    QVERIFY(ana.say(u"bia"_s, u"one"_s).ok());
    QVERIFY(ana.settle());
    QCOMPARE(bia.await(bia.client->waitIdle(50)).error().reason, base::Reason::Timeout);
    QVERIFY(bia.received.isEmpty());
    QCOMPARE(relay.device({bia.self.account, 1}).mailbox.size(), std::size_t(1));
    bia.link->cut(); // it comes again, and once
    bia.client->holdIncoming(false);
    QTRY_COMPARE(bia.received.size(), 1);
    QVERIFY(bia.settle());
    QCOMPARE(bia.received.size(), 1);
}

void ConversationTest::whatIsAskedForIsKeptThoughTheEngineEndsAtOnce() {
    TwoPeople people;
    auto& [relay, ana, bia] = people;
    const auto chat = ana.chatWith(u"bia"_s);
    QVERIFY(chat.ok());
    const auto answer = ana.client->sendText(*chat, u"before the end"_s);
    QVERIFY(ana.endBehindWhatWasAsked());
    QTRY_VERIFY(answer.isFinished());
    QVERIFY(answer.result().ok());
    ana.reopen();
    QTRY_COMPARE(bia.received.size(), 1);
    QCOMPARE(bia.received[0].text, u"before the end"_s);
}

void ConversationTest::aRemovalDoesNotOvertakeATextAskedForBefore() {
    TwoPeople people;
    auto& [relay, ana, bia] = people;
    const auto chat = ana.chatWith(u"bia"_s);
    QVERIFY(chat.ok());
    const auto sent = ana.client->sendText(*chat, u"then forget it"_s);
    const auto removed = ana.client->removeConversation(*chat);
    QTRY_VERIFY(sent.isFinished() && removed.isFinished());
    QVERIFY(sent.result().ok());
    QVERIFY(removed.result().ok());
    QVERIFY(ana.await(ana.client->conversations())->isEmpty());
}

} // namespace recado::tests

RECADO_TEST(recado::tests::ConversationTest)
#include "ConversationTest.moc"
