#include "TestProfile.h"
#include "crypto/HeaderSeal.h"
#include "messaging/QuarantineBounds.h"
#include "messaging/ResendDesk.h"
#include "support/Suite.h"

using namespace Qt::StringLiterals;

namespace recado::tests {

using messaging::MessageStatus;
using messaging::Trust;

/// Keys that change, bytes that break, strangers who pry.
class SafetyTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void safetyNumbersAgreeOnBothSides();
    void aChangedIdentityHoldsMessagesUntilThePersonDecides();
    void aDamagedEnvelopeBecomesAPlaceholderAndHeals();
    void aLostReceiptLeavesNothingBehind();
    void aResendIsAnsweredThreeTimesAtMost();
    void brokenEnvelopesProvokeFewQuestions();
    void aFloodInSomebodysNameIsBounded();
    void aDecisionAboutAnotherNumberDoesNotCount();
    void aStrangersDamagedEnvelopeIsAnsweredWithNothing();
    void aNameThatBecameAnothersIsANewConversationWithAWarning();
    void aStrangerUnderAKnownNameIsShownAndHeld();
    void aSilentRelayDoesNotHoldUpAKnownName();
    void anUnlistedDeviceIsNotBelieved();
    void anAccountThatTheRelayDoesNotKnowIsNotBelieved();
    void aForgedOlderDeviceListIsRefused();
};

namespace {

void breakCiphertext(wire::Deliver& row) {
    std::string& bytes = *row.mutable_ciphertext();
    bytes[bytes.size() / 2] = char(bytes[bytes.size() / 2] ^ 1);
}

} // namespace

void SafetyTest::safetyNumbersAgreeOnBothSides() {
    TwoPeople people;
    auto& [relay, ana, bia] = people;
    const auto seenByAna = ana.await(ana.client->contact(u"bia"_s));
    const auto seenByBia = bia.await(bia.client->contact(u"ana@test"_s));
    QVERIFY(seenByAna.ok());
    QVERIFY(seenByBia.ok());
    QCOMPARE(seenByAna->safetyNumber.size(), 60);
    QCOMPARE(seenByAna->safetyNumber, seenByBia->safetyNumber);
    QCOMPARE(seenByAna->trust, Trust::Unverified);
    QVERIFY(ana.await(ana.client->setTrust(u"bia"_s, Trust::Verified)).ok());
    QCOMPARE(ana.await(ana.client->contact(u"bia"_s))->trust, Trust::Verified);
    QCOMPARE(ana.await(ana.client->setTrust(u"bia"_s, Trust::Changed)).error().reason,
             base::Reason::InvalidArgument);
    QVERIFY(ana.say(u"bia"_s, u"still works"_s).ok());
    QTRY_COMPARE(bia.received.size(), 1);
}

void SafetyTest::aChangedIdentityHoldsMessagesUntilThePersonDecides() {
    FakeRelay relay;
    const base::AccountId account = base::AccountId::random();
    const crypto::IdentityKeyPair before = *crypto::generateIdentity();
    const crypto::IdentityKeyPair after = *crypto::generateIdentity();
    TestProfile ana(relay);
    QVERIFY(ana.signUp(u"ana"_s).ok());
    auto old = std::make_unique<TestProfile>(relay);
    old->adopt(account, u"bia"_s, 1, before);
    relay.putList(account, u"bia"_s, signedList(account, 1, before, {old->listing}));
    old->reopen();
    QVERIFY(ana.say(u"bia"_s, u"one"_s).ok());
    QTRY_COMPARE(old->received.size(), 1);
    QVERIFY(old->settle());
    QVERIFY(ana.settle());
    old.reset();

    // Bia lost every device; her account goes on with another identity.
    TestProfile fresh(relay);
    fresh.adopt(account, u"bia"_s, 2, after);
    relay.putList(account, u"bia"_s, signedList(account, 2, after, {fresh.listing}));
    fresh.reopen();
    QVERIFY(fresh.say(u"ana"_s, u"it is me"_s).ok());
    QTRY_COMPARE(ana.identityChanges.size(), 1);
    QVERIFY(fresh.settle());
    QVERIFY(ana.received.isEmpty());
    QCOMPARE(ana.say(u"bia"_s, u"who?"_s).error().reason, base::Reason::IdentityChanged);
    QVERIFY(ana.await(ana.client->conversations())->first().identityChanged);
    QCOMPARE(ana.await(ana.client->contact(u"bia"_s))->trust, Trust::Changed);
    ana.reopen(); // the decision is not lost with the process
    QCOMPARE(ana.say(u"bia"_s, u"who?"_s).error().reason, base::Reason::IdentityChanged);

    QVERIFY(ana.await(ana.client->setTrust(u"bia"_s, Trust::Unverified)).ok());
    QTRY_COMPARE(ana.received.size(), 1);
    QCOMPARE(ana.received[0].text, u"it is me"_s);
    QVERIFY(ana.say(u"bia"_s, u"welcome back"_s).ok());
    QTRY_COMPARE(fresh.received.size(), 1);
    QCOMPARE(fresh.received[0].text, u"welcome back"_s);
}

void SafetyTest::aDamagedEnvelopeBecomesAPlaceholderAndHeals() {
    TwoPeople people;
    auto& [relay, ana, bia] = people;
    QVERIFY(ana.say(u"bia"_s, u"one"_s).ok());
    QTRY_COMPARE(bia.received.size(), 1);
    QVERIFY(bia.settle());
    bool broken = false;
    relay.tamper = [&](const base::DeviceAddress& to, wire::Deliver& row) {
        if (to.account == bia.self.account && !std::exchange(broken, true))
            breakCiphertext(row);
    };
    QVERIFY(ana.say(u"bia"_s, u"two"_s).ok());
    QTRY_COMPARE(bia.received.size(), 2);
    QVERIFY(bia.received[1].placeholder);
    QVERIFY(bia.received[1].text.isEmpty());
    const messaging::LocalId row = bia.received[1].id;
    QTRY_VERIFY(!bia.changed.isEmpty());
    QCOMPARE(bia.changed.last().id, row);
    QCOMPARE(bia.changed.last().text, u"two"_s);
    QVERIFY(ana.say(u"bia"_s, u"three"_s).ok());
    QTRY_COMPARE(bia.received.size(), 3);
    QCOMPARE(bia.timeline(u"ana"_s), QStringList({u"one"_s, u"two"_s, u"three"_s}));
    QVERIFY(!bia.received[2].gapBefore);
    QTRY_COMPARE(ana.statuses.count(MessageStatus::Delivered), 3);
}

void SafetyTest::aLostReceiptLeavesNothingBehind() {
    TwoPeople people;
    auto& [relay, ana, bia] = people;
    bool broken = false;
    relay.tamper = [&](const base::DeviceAddress& to, wire::Deliver& row) {
        if (to.account == ana.self.account && !std::exchange(broken, true))
            breakCiphertext(row);
    };
    QVERIFY(ana.say(u"bia"_s, u"one"_s).ok());
    QTRY_VERIFY(ana.statuses.contains(MessageStatus::Delivered));
    QVERIFY(broken);
    QCOMPARE(ana.timeline(u"bia"_s), QStringList({u"one"_s}));
}

void SafetyTest::aResendIsAnsweredThreeTimesAtMost() {
    TwoPeople people;
    auto& [relay, ana, bia] = people;
    QVERIFY(ana.say(u"bia"_s, u"one"_s).ok());
    QTRY_COMPARE(bia.received.size(), 1);
    QVERIFY(bia.settle());
    int broken = 0;
    relay.tamper = [&](const base::DeviceAddress& to, wire::Deliver& row) {
        if (to.account == bia.self.account) {
            breakCiphertext(row);
            ++broken;
        }
    };
    QVERIFY(ana.say(u"bia"_s, u"two"_s).ok());
    // The message, and its three resends; then nobody tries any more, however often they meet.
    QTRY_COMPARE(broken, 4);
    for (int round = 0; round < 3; ++round) {
        bia.reopen();
        QVERIFY(bia.settle());
        QVERIFY(ana.settle());
    }
    QCOMPARE(broken, 4);
}

void SafetyTest::aStrangersDamagedEnvelopeIsAnsweredWithNothing() {
    TwoPeople people(messaging::AcceptRequests::Ask);
    auto& [relay, ana, bia] = people;
    relay.tamper = [&](const base::DeviceAddress&, wire::Deliver& row) { breakCiphertext(row); };
    QVERIFY(ana.say(u"bia"_s, u"one"_s).ok());
    QVERIFY(ana.settle());
    QTRY_VERIFY(relay.device({bia.self.account, 1}).mailbox.empty());
    QTRY_COMPARE(bia.received.size(), 1);
    QVERIFY(bia.settle());
    QCOMPARE(relay.totalSubmits(bia.self.account), 0);
    // It is seen all the same: as a request in which something could not be read.
    const auto chats = bia.await(bia.client->conversations());
    QCOMPARE(chats->size(), 1);
    QVERIFY(chats->first().request);
    QCOMPARE(chats->first().unread, 1);
    QVERIFY(bia.received[0].placeholder);
    QCOMPARE(bia.timeline(u"ana"_s), QStringList({u"?"_s}));

    relay.tamper = {};
    QVERIFY(bia.await(bia.client->acceptConversation(chats->first().id)).ok());
    QTRY_COMPARE(bia.timeline(u"ana"_s), QStringList({u"one"_s}));
    QTRY_VERIFY(ana.statuses.contains(messaging::MessageStatus::Delivered));
}

void SafetyTest::aNameThatBecameAnothersIsANewConversationWithAWarning() {
    TwoPeople people;
    auto& [relay, ana, bia] = people;
    const auto old = ana.say(u"bia"_s, u"to the first"_s);
    QTRY_COMPARE(bia.received.size(), 1);
    QVERIFY(ana.settle());
    QVERIFY(bia.settle());
    bia.link->setReachable(false);
    relay.accounts[bia.self.account].username = u"formerly.bia"_s;
    TestProfile other(relay);
    QVERIFY(other.signUp(u"bia"_s).ok());

    QCOMPARE(*ana.chatWith(u"bia"_s), old->conversation); // asked about a moment ago
    ana.timing.addressFreshMs = 0;
    ana.reopen();
    QVERIFY(ana.settle());
    const auto chat = ana.chatWith(u"bia"_s);
    QVERIFY(chat.ok());
    QVERIFY(*chat != old->conversation);
    QTRY_COMPARE(ana.identityChanges.size(), 1);
    QCOMPARE(ana.identityChanges[0].account, other.self.account);
    QCOMPARE(ana.identityChanges[0].address, u"bia@test"_s);
    QCOMPARE(ana.await(ana.client->contact(u"bia"_s))->trust, Trust::Changed);
    // Asked by the old conversation's account it is still the old holder.
    const auto first = ana.await(ana.client->contactOf(bia.self.account));
    QCOMPARE(first->trust, Trust::Unverified);
    QCOMPARE(first->safetyNumber, bia.await(bia.client->contact(u"ana"_s))->safetyNumber);
    QCOMPARE(ana.say(u"bia"_s, u"who are you?"_s).error().reason, base::Reason::IdentityChanged);
    const auto chats = ana.await(ana.client->conversations());
    for (const messaging::Conversation& conversation : *chats)
        QCOMPARE(conversation.identityChanged, conversation.id == *chat);

    QVERIFY(ana.await(ana.client->setTrust(u"bia"_s, Trust::Unverified)).ok());
    QVERIFY(ana.say(u"bia"_s, u"to the second"_s).ok());
    QTRY_COMPARE(other.received.size(), 1);
    QCOMPARE(other.received[0].text, u"to the second"_s);
    QVERIFY(ana.await(ana.client->sendText(old->conversation, u"still to the first"_s)).ok());
    bia.link->setReachable(true);
    QTRY_COMPARE(bia.received.size(), 2);
    QCOMPARE(bia.received[1].text, u"still to the first"_s);
    QCOMPARE(other.received.size(), 1);
    QCOMPARE(ana.identityChanges.size(), 1);
}

void SafetyTest::aStrangerUnderAKnownNameIsShownAndHeld() {
    TwoPeople people;
    auto& [relay, ana, bia] = people;
    QVERIFY(ana.say(u"bia"_s, u"hello"_s).ok());
    QTRY_COMPARE(bia.received.size(), 1);
    QVERIFY(ana.settle());
    bia.link->setReachable(false);
    relay.accounts[bia.self.account].username = u"formerly.bia"_s;
    TestProfile other(relay);
    QVERIFY(other.signUp(u"bia"_s).ok());
    QVERIFY(other.say(u"ana"_s, u"it is only me"_s).ok());
    QTRY_COMPARE(ana.identityChanges.size(), 1);
    QCOMPARE(ana.identityChanges[0].account, other.self.account);
    QVERIFY(other.settle());
    QVERIFY(ana.settle());
    QVERIFY(ana.received.isEmpty());
    const auto chats = ana.await(ana.client->conversations());
    QCOMPARE(chats->size(), 2);
    QCOMPARE(std::count_if(chats->begin(), chats->end(),
                           [](const auto& chat) { return chat.identityChanged && chat.request; }),
             1);
    QVERIFY(ana.await(ana.client->setTrust(u"bia"_s, Trust::Unverified)).ok());
    QTRY_COMPARE(ana.received.size(), 1);
    QCOMPARE(ana.received[0].text, u"it is only me"_s);
}

void SafetyTest::aSilentRelayDoesNotHoldUpAKnownName() {
    TwoPeople people;
    auto& [relay, ana, bia] = people;
    const auto chat = ana.chatWith(u"bia"_s);
    QVERIFY(chat.ok());
    ana.timing.addressCheckMs = 30;
    ana.reopen();
    QVERIFY(ana.settle());
    int asked = 0;
    relay.swallow = [&](const base::DeviceAddress&, const wire::ClientFrame& frame) {
        return frame.has_get_account() && ++asked > 0;
    };
    const auto again = ana.chatWith(u"bia"_s);
    QVERIFY(again.ok());
    QCOMPARE(*again, *chat);
    QCOMPARE(asked, 1);
    ana.link->setReachable(false);
    QCOMPARE(*ana.chatWith(u"bia"_s), *chat);
    QCOMPARE(asked, 1);
}

void SafetyTest::anUnlistedDeviceIsNotBelieved() {
    FakeRelay relay;
    const base::AccountId account = base::AccountId::random();
    const crypto::IdentityKeyPair identity = *crypto::generateIdentity();
    TestProfile ana(relay);
    QVERIFY(ana.signUp(u"ana"_s).ok());
    TestProfile first(relay);
    TestProfile second(relay);
    first.adopt(account, u"bia"_s, 1, identity);
    second.adopt(account, u"bia"_s, 2, identity);
    relay.putList(account, u"bia"_s, signedList(account, 1, identity, {first.listing}));
    second.reopen();
    QVERIFY(second.say(u"ana"_s, u"I am not on the list"_s).ok());
    QVERIFY(second.settle());
    QTRY_VERIFY(relay.device({ana.self.account, 1}).mailbox.empty());
    QVERIFY(ana.settle());
    QVERIFY(ana.received.isEmpty());
}

void SafetyTest::anAccountThatTheRelayDoesNotKnowIsNotBelieved() {
    FakeRelay relay;
    TestProfile ana(relay);
    QVERIFY(ana.signUp(u"ana"_s).ok());
    TestProfile ghost(relay);
    const base::AccountId account = base::AccountId::random();
    const crypto::IdentityKeyPair identity = *crypto::generateIdentity();
    ghost.adopt(account, u"ghost"_s, 1, identity);
    ghost.reopen();
    relay.accounts.erase(account);
    QVERIFY(ghost.say(u"ana"_s, u"boo"_s).ok());
    QVERIFY(ghost.settle());
    QTRY_VERIFY(relay.device({ana.self.account, 1}).mailbox.empty());
    QVERIFY(ana.received.isEmpty());
}

void SafetyTest::aForgedOlderDeviceListIsRefused() {
    FakeRelay relay;
    const base::AccountId account = base::AccountId::random();
    const crypto::IdentityKeyPair identity = *crypto::generateIdentity();
    TestProfile ana(relay);
    QVERIFY(ana.signUp(u"ana"_s).ok());
    TestProfile first(relay);
    TestProfile removed(relay);
    first.adopt(account, u"bia"_s, 1, identity);
    removed.adopt(account, u"bia"_s, 2, identity);
    relay.putList(account, u"bia"_s, signedList(account, 5, identity, {first.listing}));
    first.reopen();
    QVERIFY(ana.say(u"bia"_s, u"one"_s).ok());
    QTRY_COMPARE(first.received.size(), 1);
    // The relay brings back a list on which the removed device still stood.
    relay.putList(account, u"bia"_s, signedList(account, 4, identity, {first.listing, removed.listing}));
    removed.reopen();
    QVERIFY(ana.say(u"bia"_s, u"two"_s).ok());
    QTRY_VERIFY(relay.totalSubmits(ana.self.account) >= 2);
    QVERIFY(removed.settle());
    QVERIFY(removed.received.isEmpty());
}

void SafetyTest::brokenEnvelopesProvokeFewQuestions() {
    TwoPeople people;
    auto& [relay, ana, bia] = people;
    bia.timing.resendAgainMs = 600'000;
    bia.reopen();
    QVERIFY(ana.say(u"bia"_s, u"hello"_s).ok());
    QTRY_VERIFY(ana.statuses.contains(MessageStatus::Delivered));
    QVERIFY(bia.settle());
    const int before = relay.totalSubmits(bia.self.account);
    relay.tamper = [&](const base::DeviceAddress& to, wire::Deliver& row) {
        if (to.account == bia.self.account)
            breakCiphertext(row);
    };
    for (int number = 0; number < 20; ++number) {
        const auto seen = bia.received.size();
        QVERIFY(ana.say(u"bia"_s, QString::number(number)).ok());
        QTRY_VERIFY(bia.received.size() > seen);
    }
    QVERIFY(bia.settle());
    QVERIFY(ana.settle());
    QVERIFY(relay.totalSubmits(bia.self.account) - before <= messaging::ResendDesk::requestBurst);
}

void SafetyTest::aFloodInSomebodysNameIsBounded() {
    TwoPeople people;
    auto& [relay, ana, bia] = people;
    bia.timing.resendAgainMs = 600'000;
    bia.reopen();
    QVERIFY(ana.say(u"bia"_s, u"one"_s).ok());
    QTRY_VERIFY(ana.statuses.contains(MessageStatus::Delivered));
    QVERIFY(bia.settle());
    QVERIFY(ana.settle());
    const int questions = relay.totalSubmits(bia.self.account);
    // Whoever knows Bia's header key may write Ana's name on anything.
    const auto account = *bia.stores().profile.account();
    const base::DeviceAddress device{bia.self.account, 1};
    constexpr int forged = 300;
    for (int number = 0; number < forged; ++number) {
        content::EnvelopeHeader header;
        header.set_kind(content::EnvelopeHeader::KIND_MESSAGE);
        header.set_sender_account(protocol::fromBytes(ana.self.account.toBytes()));
        header.set_sender_device(quint32(1 + number % 50)); // nearly all of them not on her list
        header.set_submission(quint64(1'000'000 + number));
        header.set_sender_device_list_version(1);
        wire::Deliver row;
        row.set_delivery_id(quint64(1'000'000 + number));
        row.set_sealed_header(protocol::fromBytes(*crypto::sealHeader(
            protocol::toBytes(header.SerializeAsString()), account->headerKeys.publicKey)));
        row.set_ciphertext(std::string(64 * 1024, char(number)));
        relay.device(device).mailbox.push_back(row);
    }
    relay.deliverAll(device);
    QTRY_VERIFY(relay.device(device).mailbox.empty());
    QVERIFY(bia.settle());
    QVERIFY(ana.settle());
    const auto use = bia.stores().quarantine.use(ana.self.account, messaging::QuarantineCause::Undecryptable);
    QCOMPARE(use->rows, forged);
    QVERIFY(use->bytes > 0 && use->bytes <= messaging::QuarantineBounds::undecryptable.bytes);
    QCOMPARE(bia.timeline(u"ana"_s).count(u"?"_s), messaging::Placeholders::rowsPerSender);
    QVERIFY(relay.totalSubmits(bia.self.account) - questions <= messaging::ResendDesk::requestBurst);

    // Ana herself is not disturbed: what of hers breaks shares a placeholder, and is shown once it is whole.
    bool broken = false;
    relay.tamper = [&](const base::DeviceAddress& to, wire::Deliver& row) {
        if (to == device && !std::exchange(broken, true))
            breakCiphertext(row);
    };
    QVERIFY(ana.say(u"bia"_s, u"two"_s).ok());
    QTRY_COMPARE(bia.timeline(u"ana"_s).last(), u"two"_s);
    QVERIFY(broken);
    QCOMPARE(bia.timeline(u"ana"_s).count(u"?"_s), messaging::Placeholders::rowsPerSender);
}

void SafetyTest::aDecisionAboutAnotherNumberDoesNotCount() {
    TwoPeople people;
    auto& [relay, ana, bia] = people;
    QVERIFY(ana.say(u"bia"_s, u"hello"_s).ok());
    const auto seen = ana.await(ana.client->contactOf(bia.self.account));
    QVERIFY(seen.ok());
    QCOMPARE(seen->safetyNumber, ana.await(ana.client->contact(u"bia"_s))->safetyNumber);
    const auto decide = [&](const QString& number) {
        return ana.await(ana.client->setTrustOf(bia.self.account, Trust::Verified, number));
    };
    QCOMPARE(decide(QString(60, u'0')).error().reason, base::Reason::IdentityChanged);
    QCOMPARE(ana.await(ana.client->contactOf(bia.self.account))->trust, Trust::Unverified);
    QVERIFY(decide(seen->safetyNumber).ok());
    QCOMPARE(ana.await(ana.client->contactOf(bia.self.account))->trust, Trust::Verified);
    QCOMPARE(ana.await(ana.client->contactOf(base::AccountId::random())).error().reason,
             base::Reason::UnknownRecipient);
}

} // namespace recado::tests

RECADO_TEST(recado::tests::SafetyTest)
#include "SafetyTest.moc"
