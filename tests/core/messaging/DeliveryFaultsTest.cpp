#include "TestProfile.h"
#include "crypto/SessionCipher.h"
#include "messaging/Outbox.h"
#include "support/Suite.h"

using namespace Qt::StringLiterals;

namespace recado::tests {

using messaging::MessageStatus;
using When = CrashingWork::When;

/// Nothing lost, nothing shown twice, whatever the network, the relay and the process do.
class DeliveryFaultsTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void anEnvelopeDeliveredTwiceIsShownOnce();
    void theSameBytesAreSentAgainAfterACut();
    void whatTheRelayNeverAnsweredIsSentAgain();
    void aBusyRelayIsAskedAgain();
    void aFinalRefusalFailsTheMessageAndRetrySendsIt();
    void aReinstalledDeviceIsSealedForAnew();
    void aRestoredRelayGetsEverythingAgain();
    void whatARestoredRelayRefusesForGoodHasFailed();
    void aRefusedQuestionForKeysIsAskedAgain();
    void anAnswerThatNamesASubmissionTwiceCountsOnce();
    void moreLostThanTheRatchetSpansHealsInOneRoundTrip_data();
    void moreLostThanTheRatchetSpansHealsInOneRoundTrip();
    void manyBusyRefusalsAreOneReasonToWait();
    void oneReceiverWithManyWaitingHoldsUpNobody();
    void aCrashAtAnyCommitLosesAndDoublesNothing_data();
    void aCrashAtAnyCommitLosesAndDoublesNothing();
    void randomFaultsLoseAndDoubleNothing_data();
    void randomFaultsLoseAndDoubleNothing();
};

void DeliveryFaultsTest::anEnvelopeDeliveredTwiceIsShownOnce() {
    FakeRelay relay;
    relay.faults.duplicate = 1;
    TestProfile ana(relay);
    TestProfile bia(relay);
    QVERIFY(ana.signUp(u"ana"_s).ok());
    QVERIFY(bia.signUp(u"bia"_s).ok());
    for (int number = 0; number < 5; ++number)
        QVERIFY(ana.say(u"bia"_s, QString::number(number)).ok());
    QTRY_COMPARE(ana.statuses.count(MessageStatus::Delivered), 5);
    QVERIFY(bia.settle());
    QCOMPARE(bia.received.size(), 5);
}

void DeliveryFaultsTest::theSameBytesAreSentAgainAfterACut() {
    TwoPeople people;
    auto& [relay, ana, bia] = people;
    QVERIFY(ana.say(u"bia"_s, u"first"_s).ok());
    QVERIFY(ana.settle());
    QVector<QByteArray> seen;
    relay.refuse = [&](const wire::Submit& submit) {
        if (protocol::toBytes(submit.recipients(0).account_id()) != bia.self.account.toBytes())
            return std::string();
        seen.append(protocol::toBytes(submit.SerializeAsString()));
        if (seen.size() < 3)
            ana.link->cut();
        return seen.size() < 3 ? std::string("busy") : std::string();
    };
    QVERIFY(ana.say(u"bia"_s, u"second"_s).ok());
    QTRY_COMPARE(bia.received.size(), 2);
    QCOMPARE(seen.size(), 3);
    QCOMPARE(seen[0], seen[1]);
    QCOMPARE(seen[1], seen[2]);
}

void DeliveryFaultsTest::whatTheRelayNeverAnsweredIsSentAgain() {
    TwoPeople people;
    auto& [relay, ana, bia] = people;
    ana.timing.submitAnswerMs = 60;
    ana.reopen();
    QVERIFY(ana.say(u"bia"_s, u"first"_s).ok());
    QVERIFY(ana.settle());
    QSet<QByteArray> swallowed;
    relay.swallow = [&](const base::DeviceAddress& from, const wire::ClientFrame& frame) {
        if (from.account != ana.self.account || !frame.has_submit())
            return false;
        swallowed.insert(protocol::toBytes(frame.submit().SerializeAsString()));
        return true;
    };
    QVERIFY(ana.say(u"bia"_s, u"second"_s).ok());
    QVERIFY(ana.say(u"bia"_s, u"third"_s).ok());
    QTRY_COMPARE(swallowed.size(), 2);
    QVector<QByteArray> again;
    relay.swallow = [&](const base::DeviceAddress& from, const wire::ClientFrame& frame) {
        if (from.account == ana.self.account && frame.has_submit())
            again.append(protocol::toBytes(frame.submit().SerializeAsString()));
        return false;
    };
    QVERIFY(ana.settle());
    QTRY_COMPARE(bia.received.size(), 3);
    QCOMPARE(bia.received[1].text, u"second"_s);
    QCOMPARE(bia.received[2].text, u"third"_s);
    QVERIFY(again.size() >= 2);
    QVERIFY(swallowed.contains(again[0]) && swallowed.contains(again[1])); // byte for byte
    QVERIFY(!ana.statuses.contains(MessageStatus::Failed));
}

void DeliveryFaultsTest::aBusyRelayIsAskedAgain() {
    TwoPeople people;
    auto& [relay, ana, bia] = people;
    int refusals = 0;
    relay.refuse = [&](const wire::Submit&) {
        return ++refusals <= 3 ? std::string(refusals % 2 ? "busy" : "rate_limited") : std::string();
    };
    QVERIFY(ana.say(u"bia"_s, u"patience"_s).ok());
    QTRY_COMPARE(bia.received.size(), 1);
    QVERIFY(!ana.statuses.contains(MessageStatus::Failed));
}

void DeliveryFaultsTest::aFinalRefusalFailsTheMessageAndRetrySendsIt() {
    TwoPeople people;
    auto& [relay, ana, bia] = people;
    relay.refuse = [](const wire::Submit&) { return std::string("message_too_long"); };
    const auto sent = ana.say(u"bia"_s, u"hello"_s);
    QTRY_COMPARE(ana.statuses, QVector<MessageStatus>({MessageStatus::Failed}));
    const auto shown = ana.await(ana.client->message(sent->id));
    QCOMPARE(shown->failure, base::Reason::MessageTooLong);
    QVERIFY(ana.settle());
    relay.refuse = {};
    QVERIFY(ana.await(ana.client->retry(sent->id)).ok());
    QTRY_COMPARE(bia.received.size(), 1);
    QTRY_VERIFY(ana.statuses.contains(MessageStatus::Delivered));
}

void DeliveryFaultsTest::aReinstalledDeviceIsSealedForAnew() {
    FakeRelay relay;
    const base::AccountId account = base::AccountId::random();
    const crypto::IdentityKeyPair identity = *crypto::generateIdentity();
    TestProfile ana(relay);
    QVERIFY(ana.signUp(u"ana"_s).ok());
    auto before = std::make_unique<TestProfile>(relay);
    before->adopt(account, u"bia"_s, 1, identity);
    relay.putList(account, u"bia"_s, signedList(account, 1, identity, {before->listing}));
    before->reopen();
    QVERIFY(ana.say(u"bia"_s, u"one"_s).ok());
    QTRY_COMPARE(before->received.size(), 1);
    QVERIFY(before->settle());
    QVERIFY(ana.settle());
    before.reset();
    TestProfile after(relay);
    relay.device({account, 1}).prekeys.clear();
    after.adopt(account, u"bia"_s, 1, identity);
    relay.putList(account, u"bia"_s, signedList(account, 2, identity, {after.listing}));
    after.reopen();
    const int submits = relay.totalSubmits(ana.self.account);
    QVERIFY(ana.say(u"bia"_s, u"two"_s).ok());
    QTRY_COMPARE(after.received.size(), 1);
    QCOMPARE(after.received[0].text, u"two"_s);
    QCOMPARE(relay.totalSubmits(ana.self.account), submits + 2); // refused, then sealed anew
}

void DeliveryFaultsTest::aRestoredRelayGetsEverythingAgain() {
    TwoPeople people;
    auto& [relay, ana, bia] = people;
    QVERIFY(ana.say(u"bia"_s, u"delivered"_s).ok());
    QTRY_VERIFY(ana.statuses.contains(MessageStatus::Delivered));
    QVERIFY(ana.settle());
    QVERIFY(bia.settle());
    bia.link->setReachable(false);
    QVERIFY(ana.say(u"bia"_s, u"lost with the disk"_s).ok());
    QVERIFY(ana.settle());
    const auto oldPrekeys = relay.device({ana.self.account, 1}).prekeys.front().id();

    // The backup is older than the last message, its marks and some prekeys.
    relay.device({bia.self.account, 1}).mailbox.clear();
    relay.device({ana.self.account, 1}).known.clear();
    relay.incarnation = QByteArray(16, 'b');
    ana.link->cut();
    QTRY_VERIFY(relay.device({ana.self.account, 1}).prekeys.front().id() != oldPrekeys);
    QVERIFY(ana.settle());
    bia.link->setReachable(true);
    QTRY_COMPARE(bia.received.size(), 2);
    QVERIFY(bia.settle());
    QCOMPARE(bia.timeline(u"ana"_s), QStringList({u"delivered"_s, u"lost with the disk"_s}));
}

void DeliveryFaultsTest::aCrashAtAnyCommitLosesAndDoublesNothing_data() {
    QTest::addColumn<bool>("sender");
    QTest::addColumn<int>("commit");
    QTest::addColumn<bool>("before");
    for (int commit = 1; commit <= 9; ++commit) {
        for (const bool sender : {true, false}) {
            for (const bool before : {true, false})
                QTest::addRow("%s, commit %d, %s", sender ? "sender" : "receiver", commit,
                              before ? "before" : "after")
                    << sender << commit << before;
        }
    }
}

void DeliveryFaultsTest::aCrashAtAnyCommitLosesAndDoublesNothing() {
    QFETCH(bool, sender);
    QFETCH(int, commit);
    QFETCH(bool, before);
    TwoPeople people;
    auto& [relay, ana, bia] = people;
    QVERIFY(ana.settle());
    QVERIFY(bia.settle());
    TestProfile& victim = sender ? ana : bia;
    const auto chat = ana.chatWith(u"bia"_s);
    QVERIFY(chat.ok());
    victim.work->crashAt(commit, before ? When::Before : When::After);
    QStringList promised; // what the sender's person was told is composed, or what the disk has anyway
    for (int number = 0; number < 3; ++number) {
        const QString text = QString::number(number);
        const auto sent = ana.await(ana.client->sendText(*chat, text));
        if (!sent) {
            ana.reopen();
            if (ana.timeline(u"bia"_s).contains(text))
                promised.append(text);
            continue;
        }
        promised.append(text);
        (void)QTest::qWaitFor([&] { return victim.work->crashed() || bia.received.size() > number; }, 500);
    }
    if (victim.work->crashed())
        victim.reopen();
    QTRY_COMPARE(bia.timeline(u"ana"_s), promised);
    QVERIFY(ana.settle());
    QVERIFY(bia.settle());
    QCOMPARE(bia.timeline(u"ana"_s), promised);
    QCOMPARE(ana.timeline(u"bia"_s), promised);
}

void DeliveryFaultsTest::randomFaultsLoseAndDoubleNothing_data() {
    QTest::addColumn<quint32>("seed");
    for (quint32 seed = 1; seed <= 5; ++seed)
        QTest::addRow("seed %u", seed) << seed;
}

void DeliveryFaultsTest::randomFaultsLoseAndDoubleNothing() {
    QFETCH(quint32, seed);
    FakeRelay relay(seed);
    TestProfile ana(relay);
    TestProfile bia(relay);
    QVERIFY(ana.signUp(u"ana"_s).ok());
    QVERIFY(bia.signUp(u"bia"_s).ok());
    const auto there = ana.chatWith(u"bia"_s);
    const auto back = bia.chatWith(u"ana"_s);
    QVERIFY(there.ok() && back.ok());
    relay.faults = {.cutBefore = 0.06, .cutAfter = 0.06, .duplicate = 0.2, .reorder = 0.3};
    std::mt19937 random(seed);
    QStringList fromAna;
    QStringList fromBia;
    for (int step = 0; step < 60; ++step) {
        const bool first = random() % 2 == 0;
        QStringList& said = first ? fromAna : fromBia;
        TestProfile& who = first ? ana : bia;
        const QString text = (first ? u"a"_s : u"b"_s) + QString::number(said.size());
        const auto sent = who.await(who.client->sendText(first ? *there : *back, text));
        QVERIFY2(sent.ok(), sent.ok() ? "" : qPrintable(sent.error().message));
        said.append(text);
        if (random() % 12 == 0)
            (random() % 2 ? ana : bia).reopen();
    }
    relay.faults = {};
    QVERIFY(ana.settle());
    QVERIFY(bia.settle());
    const auto heard = [](TestProfile& who, const QString& with, QChar from) {
        QStringList texts;
        for (const QString& text : who.timeline(with)) {
            if (text.startsWith(from) || text == u"?"_s)
                texts.append(text);
        }
        return texts;
    };
    QTRY_COMPARE(heard(bia, u"ana"_s, u'a'), fromAna);
    QTRY_COMPARE(heard(ana, u"bia"_s, u'b'), fromBia);
    QVERIFY(ana.settle());
    QVERIFY(bia.settle());
    QCOMPARE(heard(bia, u"ana"_s, u'b'), fromBia);
    QCOMPARE(bia.timeline(u"ana"_s).size(), 60);
    QCOMPARE(ana.timeline(u"bia"_s), bia.timeline(u"ana"_s)); // both read the same order
}

void DeliveryFaultsTest::whatARestoredRelayRefusesForGoodHasFailed() {
    TwoPeople people;
    auto& [relay, ana, bia] = people;
    QVERIFY(bia.settle());
    bia.link->setReachable(false);
    const auto message = ana.say(u"bia"_s, u"lost with the relay"_s);
    QVERIFY(message.ok());
    QTRY_VERIFY(ana.statuses.contains(MessageStatus::Sent));
    relay.device({bia.self.account, 1}).mailbox.clear();
    relay.device({ana.self.account, 1}).known.clear();
    relay.incarnation = QByteArray(16, 'b');
    relay.refuse = [](const wire::Submit&) { return std::string("unknown_recipient"); };
    ana.link->cut();
    QTRY_COMPARE(ana.statuses.last(), MessageStatus::Failed);
    const auto shown = ana.await(ana.client->message(message->id));
    QVERIFY(shown.ok());
    QCOMPARE(shown->status, MessageStatus::Failed);
    QCOMPARE(shown->failure, base::Reason::UnknownRecipient);

    relay.refuse = {};
    bia.link->setReachable(true);
    QVERIFY(ana.await(ana.client->retry(message->id)).ok());
    QTRY_COMPARE(bia.received.size(), 1);
    QCOMPARE(bia.received[0].text, u"lost with the relay"_s);
    QTRY_COMPARE(ana.statuses.last(), MessageStatus::Delivered);
}

void DeliveryFaultsTest::aRefusedQuestionForKeysIsAskedAgain() {
    TwoPeople people;
    auto& [relay, ana, bia] = people;
    int asked = 0;
    relay.refuseBundles = [&](const base::DeviceAddress& from) {
        return std::string(from.account == ana.self.account && ++asked == 1 ? "busy" : "");
    };
    QVERIFY(ana.say(u"bia"_s, u"hello"_s).ok());
    QTRY_COMPARE(bia.received.size(), 1); // although nothing else happens that could wake the outbox
    QCOMPARE(asked, 2);
}

void DeliveryFaultsTest::anAnswerThatNamesASubmissionTwiceCountsOnce() {
    TwoPeople people;
    auto& [relay, ana, bia] = people;
    relay.acceptTwice = true;
    QVERIFY(ana.say(u"bia"_s, u"one"_s).ok());
    QVERIFY(ana.settle());
    // What is sealed for an old list waits until nothing is under way any more.
    int refused = 0;
    relay.refuse = [&](const wire::Submit& submit) {
        const bool toBia = protocol::toBytes(submit.recipients(0).account_id()) == bia.self.account.toBytes();
        return std::string(toBia && ++refused == 1 ? "stale_devices" : "");
    };
    QVERIFY(ana.say(u"bia"_s, u"two"_s).ok());
    QTRY_COMPARE(bia.received.size(), 2);
    QVERIFY(refused >= 2);
}

void DeliveryFaultsTest::moreLostThanTheRatchetSpansHealsInOneRoundTrip_data() {
    QTest::addColumn<bool>("known");
    QTest::newRow("in a session both know") << true;
    QTest::newRow("from the very first message on") << false;
}

/// A mailbox of a month ago: the first messages of a chain have expired, and the rest came too far behind
/// them to be read.
void DeliveryFaultsTest::moreLostThanTheRatchetSpansHealsInOneRoundTrip() {
    QFETCH(const bool, known);
    TwoPeople people;
    auto& [relay, ana, bia] = people;
    bia.timing.resendAgainMs = 600'000; // one question has to do
    bia.reopen();
    const base::DeviceAddress device{bia.self.account, 1};
    const auto chat = ana.chatWith(u"bia"_s);
    QVERIFY(chat.ok());
    if (known) {
        QVERIFY(ana.say(u"bia"_s, u"before"_s).ok());
        QTRY_VERIFY(ana.statuses.contains(MessageStatus::Delivered));
        QVERIFY(bia.settle());
    } else {
        QVERIFY(bia.await(bia.client->createDirect(u"ana"_s)).ok());
    }
    QVERIFY(ana.settle());
    bia.link->setReachable(false);
    const int lost = int(crypto::SessionCipher::maximumGap) + 20;
    for (int number = 0; number < lost; ++number)
        ana.client->sendText(*chat, QString::number(number));
    QVERIFY(ana.await(ana.client->waitIdle(60'000)).ok());
    QCOMPARE(relay.device(device).mailbox.size(), std::size_t(lost));
    relay.device(device).mailbox.clear();
    const QStringList after{u"one"_s, u"two"_s, u"three"_s};
    for (const QString& text : after)
        QVERIFY(ana.say(u"bia"_s, text).ok());
    QVERIFY(ana.settle());

    // What cannot be read is shown as that, and asked for at once.
    const auto before = bia.received.size();
    const int asked = relay.totalSubmits(bia.self.account);
    const int sent = relay.totalSubmits(ana.self.account);
    bia.link->setReachable(true);
    QTRY_COMPARE(bia.received.size(), before + 3);
    for (int number = 0; number < 3; ++number)
        QVERIFY(bia.received[before + number].placeholder);
    QTRY_COMPARE(bia.timeline(u"ana"_s).mid(known ? 1 : 0), after);
    QCOMPARE(bia.received.size(), before + 3); // in the places that were kept for them
    QVERIFY(relay.totalSubmits(bia.self.account) >= asked + 1);
    QCOMPARE(relay.totalSubmits(ana.self.account), sent + 3);
    messaging::PageRequest request;
    request.conversation = *chat;
    const auto page = bia.await(bia.client->page(request));
    QVERIFY(page.ok());
    QVERIFY(page->messages[known ? 1 : 0].gapBefore); // the rest is gone; that is said
    QVERIFY(!page->messages.last().gapBefore);
    QVERIFY(bia.settle());
    QVERIFY(ana.settle());

    // And from then on everything arrives as ever, both ways.
    const auto seen = bia.received.size();
    for (int number = 0; number < 5; ++number)
        QVERIFY(ana.say(u"bia"_s, u"later "_s + QString::number(number)).ok());
    QTRY_COMPARE(bia.received.size(), seen + 5);
    for (int number = 0; number < 5; ++number)
        QVERIFY(!bia.received[seen + number].placeholder && !bia.received[seen + number].gapBefore);
    QVERIFY(bia.say(u"ana"_s, u"all here"_s).ok());
    QTRY_COMPARE(ana.received.size(), 1);
    QCOMPARE(ana.received[0].text, u"all here"_s);
    auto records = bia.database().query("SELECT max(length(record)) FROM session");
    QVERIFY(records.ok() && *records->step());
    QVERIFY(records->int64(0) <= crypto::SessionCipher::maximumRecordSize);
}

void DeliveryFaultsTest::manyBusyRefusalsAreOneReasonToWait() {
    TwoPeople people;
    auto& [relay, ana, bia] = people;
    const auto chat = ana.chatWith(u"bia"_s);
    QVERIFY(chat.ok());
    ana.link->setReachable(false);
    for (int number = 0; number < 100; ++number)
        QVERIFY(ana.await(ana.client->sendText(*chat, QString::number(number))).ok());
    QSet<quint64> seen;
    relay.refuse = [&](const wire::Submit& submit) {
        const bool first = !seen.contains(submit.submission());
        seen.insert(submit.submission());
        return std::string(first ? "busy" : "");
    };
    ana.link->setReachable(true);
    QTRY_COMPARE_WITH_TIMEOUT(bia.received.size(), 100, 8'000); // a wait for each would take minutes
    QVERIFY(!ana.statuses.contains(MessageStatus::Failed));
}

void DeliveryFaultsTest::oneReceiverWithManyWaitingHoldsUpNobody() {
    TwoPeople people;
    auto& [relay, ana, bia] = people;
    const auto toBia = ana.chatWith(u"bia"_s);
    QVERIFY(toBia.ok());
    std::vector<std::unique_ptr<TestProfile>> others;
    QVector<base::ConversationId> chats;
    for (const QString& name : {u"cleo"_s, u"dora"_s, u"eva"_s, u"flor"_s}) {
        others.push_back(std::make_unique<TestProfile>(relay));
        QVERIFY(others.back()->signUp(name).ok());
        QVERIFY(ana.say(name, u"hello"_s).ok()); // so that there is a session
        chats.append(*ana.chatWith(name));
    }
    QVERIFY(ana.say(u"bia"_s, u"hello"_s).ok());
    QVERIFY(ana.settle());
    ana.link->setReachable(false);
    constexpr int many = 600;
    for (int number = 0; number < many; ++number)
        (void)ana.client->sendText(*toBia, QString::number(number));
    for (const base::ConversationId& chat : std::as_const(chats))
        QVERIFY(ana.await(ana.client->sendText(chat, u"a word in between"_s)).ok());
    QVector<bool> toOthers; // Ana's, in the order of their going out
    relay.refuse = [&](const wire::Submit& submit) {
        const QByteArray receiver = protocol::toBytes(submit.recipients(0).account_id());
        if (receiver != ana.self.account.toBytes())
            toOthers.append(receiver != bia.self.account.toBytes());
        return std::string();
    };
    ana.link->setReachable(true);
    QVERIFY(ana.settle());
    QVERIFY(toOthers.size() >= many + 4);
    QVERIFY2(toOthers.lastIndexOf(true) <= 2 * messaging::Outbox::sealingBatch,
             "whoever has little to get is served in the first turns");
}

} // namespace recado::tests

RECADO_TEST(recado::tests::DeliveryFaultsTest)
#include "DeliveryFaultsTest.moc"
