#include "TestProfile.h"
#include "messaging/ConversationClock.h"
#include "messaging/ConversationIds.h"
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
    void whoHidesReceiptsSendsNone();
    void aStrangersMessageIsARequestUntilAccepted();
    void removingARequestAnswersNothing();
    void sixDevicesOfAnAccountAllGetAMessage();
    void typingReachesAnAcceptedPeer();
    void fewPrekeysAreRefilled();
    void clocksNeverGoBackAndIgnoreTheFarFuture();
    void theConversationIdIsTheSameFromBothSides();
};

void ConversationTest::aMessageArrivesAndItsStatusRises() {
    FakeRelay relay;
    TestProfile ana(relay);
    TestProfile bia(relay);
    QVERIFY(ana.signUp(u"ana"_s).ok());
    QVERIFY(bia.signUp(u"bia"_s).ok());
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
    FakeRelay relay;
    TestProfile ana(relay);
    TestProfile bia(relay);
    QVERIFY(ana.signUp(u"ana"_s).ok());
    QVERIFY(bia.signUp(u"bia"_s).ok());
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
    FakeRelay relay;
    TestProfile ana(relay);
    TestProfile bia(relay);
    QVERIFY(ana.signUp(u"ana"_s).ok());
    QVERIFY(bia.signUp(u"bia"_s).ok());
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
    FakeRelay relay;
    TestProfile ana(relay);
    TestProfile bia(relay);
    QVERIFY(ana.signUp(u"ana"_s).ok());
    QVERIFY(bia.signUp(u"bia"_s).ok());
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

void ConversationTest::whoHidesReceiptsSendsNone() {
    FakeRelay relay;
    TestProfile ana(relay);
    TestProfile bia(relay);
    QVERIFY(ana.signUp(u"ana"_s).ok());
    QVERIFY(bia.signUp(u"bia"_s).ok());
    QVERIFY(bia.await(bia.client->setPrivacy({.acceptRequests = messaging::AcceptRequests::Automatically,
                                              .sendReceipts = false}))
                .ok());
    QVERIFY(ana.say(u"bia"_s, u"hello"_s).ok());
    QTRY_COMPARE(bia.received.size(), 1);
    QVERIFY(bia.await(bia.client->markRead(bia.received[0].id)).ok());
    QVERIFY(bia.settle());
    QCOMPARE(relay.totalSubmits(bia.self.account), 0);
}

void ConversationTest::aStrangersMessageIsARequestUntilAccepted() {
    FakeRelay relay;
    TestProfile ana(relay);
    TestProfile bia(relay);
    QVERIFY(ana.signUp(u"ana"_s).ok());
    QVERIFY(bia.signUp(u"bia"_s, messaging::AcceptRequests::Ask).ok());
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
    FakeRelay relay;
    TestProfile ana(relay);
    TestProfile bia(relay);
    QVERIFY(ana.signUp(u"ana"_s).ok());
    QVERIFY(bia.signUp(u"bia"_s, messaging::AcceptRequests::Ask).ok());
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
    FakeRelay relay;
    TestProfile ana(relay);
    TestProfile bia(relay);
    QVERIFY(ana.signUp(u"ana"_s).ok());
    QVERIFY(bia.signUp(u"bia"_s).ok());
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

} // namespace recado::tests

RECADO_TEST(recado::tests::ConversationTest)
#include "ConversationTest.moc"
