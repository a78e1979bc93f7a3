#include "Talk.h"
#include "support/Suite.h"

#include <QTest>

using namespace recado;
using namespace recado::tests;

/// Refusals that pass, and the order they must not break.
class RefusalTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void aBusyDirectoryRefusesWithoutHoldingUpTheNext();
    void submissionsKeepTheirOrderWhileAReceiverIsLookedUp();
    void tooManyInFlightAreRefused();
    void theRateOfAnAccountIsLimited();
    void whatIsSentBehindARefusalIsRefusedWithIt();
    void whatWaitsBehindARefusalIsRefusedWithIt();
    void aFullMailboxHoldsUpOnlyItsOwnReceiver();
    void aClientThatGivesUpANumberIsNotStuck();
    void aNewConnectionForgetsRefusals();
    void whatFailedIsStoredWhenLaterOnesAre();
    void whatFailedTogetherIsRefusedInOrder();
    void whatComesWhileAFailureIsUndecidedWaits();
    void whatFailedAndWasAcknowledgedIsAccepted();
    void aFullMailboxRefusesAndEvictsNothing();
    void acknowledgementsMakeRoomInAFullMailbox();
};

void RefusalTest::aBusyDirectoryRefusesWithoutHoldingUpTheNext() {
    Talk talk;
    QVERIFY(talk.connected);
    talk.directory.failNext = relay::StoreResult::Busy;
    talk.anna.front()->send(toOne(1, talk.bert));
    talk.anna.front()->send(toOne(2, talk.carl));
    talk.settle();
    QCOMPARE(talk.anna.front()->refusal(), QStringLiteral("busy"));
    QCOMPARE(talk.anna.front()->last(wire::RelayFrame::kRefused)->refused().submission(), 1u);
    QCOMPARE(talk.anna.front()->accepted(), QVector<quint64>{2});
}

void RefusalTest::submissionsKeepTheirOrderWhileAReceiverIsLookedUp() {
    Talk talk;
    QVERIFY(talk.connected);
    QVERIFY(talk.bert.front()->connect());
    talk.anna.front()->sendAndSettle(RelayCoreFixture::submission(1, talk.bert, "first"));
    talk.directory.queue.hold();
    wire::ClientFrame both = RelayCoreFixture::submission(2, talk.carl, "second");
    RelayCoreFixture::addRecipient(*both.mutable_submit(), talk.bert, "second");
    talk.anna.front()->sendAndSettle(both);
    talk.anna.front()->sendAndSettle(RelayCoreFixture::submission(3, talk.bert, "third"));
    QCOMPARE(talk.bert.front()->delivered().size(), 1);
    talk.directory.queue.release();
    talk.settle();
    QVector<std::string> texts;
    for (const wire::Deliver& delivered : talk.bert.front()->delivered())
        texts.push_back(delivered.ciphertext());
    QCOMPARE(texts, (QVector<std::string>{"first", "second", "third"}));
}

void RefusalTest::tooManyInFlightAreRefused() {
    relay::RelayPolicy policy;
    policy.limits.submissionsInFlight = 3;
    RelayCoreFixture relay(policy);
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    const auto bert = relay.addAccount(QStringLiteral("bert"));
    QVERIFY(anna.front()->connect());
    anna.front()->sendAndSettle(toOne(1, bert));
    relay.mailboxes.queue.hold();
    for (quint64 number = 2; number <= 5; ++number)
        anna.front()->send(toOne(number, bert));
    relay.settle();
    QCOMPARE(anna.front()->count(wire::RelayFrame::kRefused), 1);
    QCOMPARE(anna.front()->refusal(), QStringLiteral("busy"));
    relay.mailboxes.queue.release();
    relay.settle();
    anna.front()->sendAndSettle(toOne(5, bert));
    QCOMPARE(anna.front()->accepted(), (QVector<quint64>{1, 2, 3, 4, 5}));
}

void RefusalTest::theRateOfAnAccountIsLimited() {
    relay::RelayPolicy policy;
    policy.submissionBurst = 2;
    policy.submissionsPerSecond = 1;
    RelayCoreFixture relay(policy);
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    const auto bert = relay.addAccount(QStringLiteral("bert"));
    QVERIFY(anna.front()->connect());
    for (quint64 number = 1; number <= 3; ++number)
        anna.front()->send(toOne(number, bert));
    relay.settle();
    QCOMPARE(anna.front()->refusal(), QStringLiteral("rate_limited"));
    QVERIFY(anna.front()->last(wire::RelayFrame::kRefused)->refused().retry_after_ms() > 0);
    relay.clock.advance(1'000);
    anna.front()->sendAndSettle(toOne(3, bert));
    QCOMPARE(anna.front()->accepted(), (QVector<quint64>{1, 2, 3}));
}

void RefusalTest::whatIsSentBehindARefusalIsRefusedWithIt() {
    relay::RelayPolicy policy;
    policy.submissionBurst = 1;
    policy.submissionsPerSecond = 1;
    RelayCoreFixture relay(policy);
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    const auto bert = relay.addAccount(QStringLiteral("bert"));
    QVERIFY(anna.front()->connect());
    anna.front()->sendAndSettle(RelayCoreFixture::submission(1, bert, "first"));
    anna.front()->sendAndSettle(RelayCoreFixture::submission(2, bert, "second"));
    const quint64 retryAfterMs = anna.front()->last(wire::RelayFrame::kRefused)->refused().retry_after_ms();
    relay.clock.advance(1'000);
    // There is room for it now, but it was sent before the device could read that the second was refused.
    anna.front()->sendAndSettle(RelayCoreFixture::submission(3, bert, "third"));
    QCOMPARE(refusedNumbers(*anna.front()), (QVector<quint64>{2, 3}));
    QCOMPARE(anna.front()->refusal(), QStringLiteral("rate_limited"));
    QCOMPARE(anna.front()->last(wire::RelayFrame::kRefused)->refused().retry_after_ms(), retryAfterMs);
    anna.front()->sendAndSettle(RelayCoreFixture::submission(2, bert, "second"));
    relay.clock.advance(1'000);
    anna.front()->sendAndSettle(RelayCoreFixture::submission(3, bert, "third"));
    QCOMPARE(anna.front()->accepted(), (QVector<quint64>{1, 2, 3}));
    QCOMPARE(mailOf(relay, *bert.front()), (QVector<QByteArray>{"first", "second", "third"}));
}

void RefusalTest::whatWaitsBehindARefusalIsRefusedWithIt() {
    Talk talk;
    QVERIFY(talk.connected);
    talk.directory.failNext = relay::StoreResult::Busy;
    talk.anna.front()->send(toOne(1, talk.bert));
    talk.anna.front()->send(toOne(2, talk.bert));
    talk.anna.front()->send(toOne(3, talk.carl));
    talk.settle();
    QCOMPARE(refusedNumbers(*talk.anna.front()), (QVector<quint64>{1, 2}));
    QCOMPARE(talk.anna.front()->accepted(), QVector<quint64>{3});
    talk.anna.front()->send(toOne(1, talk.bert));
    talk.anna.front()->send(toOne(2, talk.bert));
    talk.settle();
    QCOMPARE(talk.anna.front()->accepted(), (QVector<quint64>{3, 1, 2}));
}

void RefusalTest::aFullMailboxHoldsUpOnlyItsOwnReceiver() {
    relay::RelayPolicy policy;
    policy.mailboxBytes = 40;
    RelayCoreFixture relay(policy);
    const auto anna = relay.addAccount(QStringLiteral("anna"), 2);
    const auto bert = relay.addAccount(QStringLiteral("bert"));
    const auto carl = relay.addAccount(QStringLiteral("carl"));
    QVERIFY(anna.front()->connect());
    QVERIFY(bert.front()->connect());
    const auto withCopy = [&](quint64 number, const auto& receivers, const QByteArray& text) {
        wire::ClientFrame frame = RelayCoreFixture::submission(number, receivers, text);
        RelayCoreFixture::addRecipient(*frame.mutable_submit(), anna, "c", 1);
        return frame;
    };
    const QByteArray large(20, 't'); // 26 bytes with its header
    anna.front()->send(withCopy(1, bert, large));
    anna.front()->send(withCopy(2, bert, large));
    anna.front()->send(withCopy(3, bert, "small")); // would fit
    anna.front()->send(withCopy(4, carl, "small"));
    relay.settle();
    QCOMPARE(refusedNumbers(*anna.front()), (QVector<quint64>{2, 3}));
    QCOMPARE(anna.front()->refusal(), QStringLiteral("quota_exceeded"));
    QCOMPARE(anna.front()->accepted(), (QVector<quint64>{1, 4}));
    const quint64 id = bert.front()->delivered().front().delivery_id();
    bert.front()->acknowledge(id, id);
    relay.settle();
    anna.front()->send(withCopy(2, bert, large));
    anna.front()->send(withCopy(3, bert, "small"));
    relay.settle();
    QCOMPARE(mailOf(relay, *bert.front()), (QVector<QByteArray>{large, "small"}));
}

void RefusalTest::aClientThatGivesUpANumberIsNotStuck() {
    Talk talk;
    QVERIFY(talk.connected);
    talk.directory.failNext = relay::StoreResult::Busy;
    talk.anna.front()->sendAndSettle(toOne(1, talk.bert));
    talk.anna.front()->sendAndSettle(toOne(2, talk.bert));
    QCOMPARE(refusedNumbers(*talk.anna.front()), (QVector<quint64>{1, 2}));
    talk.anna.front()->sendAndSettle(toOne(2, talk.bert));
    talk.anna.front()->sendAndSettle(toOne(3, talk.bert));
    QCOMPARE(talk.anna.front()->accepted(), (QVector<quint64>{2, 3}));
}

void RefusalTest::aNewConnectionForgetsRefusals() {
    Talk talk;
    QVERIFY(talk.connected);
    talk.mailboxes.appendResults = {relay::StoreResult::Busy};
    talk.anna.front()->sendAndSettle(toOne(1, talk.bert));
    QCOMPARE(refusedNumbers(*talk.anna.front()), QVector<quint64>{1});
    const auto old = talk.anna.front()->abandon(); // the relay has not noticed its end yet
    QVERIFY(talk.anna.front()->connect());
    talk.anna.front()->sendAndSettle(toOne(2, talk.bert));
    QCOMPARE(talk.anna.front()->accepted(), QVector<quint64>{2});
}

void RefusalTest::whatFailedIsStoredWhenLaterOnesAre() {
    Talk talk;
    QVERIFY(talk.connected);
    talk.anna.front()->sendAndSettle(
        RelayCoreFixture::submission(1, talk.bert, "1")); // the receiver is known now
    talk.mailboxes.appendResults = {relay::StoreResult::Busy, relay::StoreResult::NotCommitted,
                                    relay::StoreResult::Committed};
    for (quint64 number = 2; number <= 4; ++number)
        talk.anna.front()->send(RelayCoreFixture::submission(number, talk.bert, QByteArray::number(number)));
    talk.settle();
    QCOMPARE(talk.anna.front()->count(wire::RelayFrame::kRefused), 0);
    QVector<quint64> accepted = talk.anna.front()->accepted();
    std::sort(accepted.begin(), accepted.end());
    QCOMPARE(accepted, (QVector<quint64>{1, 2, 3, 4}));
    QCOMPARE(mailOf(talk, *talk.bert.front()), (QVector<QByteArray>{"1", "2", "3", "4"}));
}

void RefusalTest::whatFailedTogetherIsRefusedInOrder() {
    Talk talk;
    QVERIFY(talk.connected);
    talk.anna.front()->sendAndSettle(toOne(1, talk.bert));
    talk.anna.front()->sendAndSettle(toOne(2, talk.carl));
    talk.mailboxes.appendResults = {relay::StoreResult::Busy, relay::StoreResult::Committed,
                                    relay::StoreResult::Busy, relay::StoreResult::Busy};
    talk.anna.front()->send(toOne(3, talk.bert));
    talk.anna.front()->send(toOne(4, talk.carl));
    talk.anna.front()->send(toOne(5, talk.bert));
    talk.anna.front()->send(toOne(6, talk.bert));
    talk.settle();
    QCOMPARE(refusedNumbers(*talk.anna.front()), (QVector<quint64>{3, 5, 6}));
    QCOMPARE(talk.anna.front()->accepted(), (QVector<quint64>{1, 2, 4}));
    QCOMPARE(talk.mailboxes.appends, 6);
    QCOMPARE(talk.core->metrics().submissionsInFlight.load(), 0u);
    // The one after a refusal shares it, and all of them pass once they come in order.
    for (const quint64 number : {7, 3, 5, 6, 7})
        talk.anna.front()->sendAndSettle(toOne(number, talk.bert));
    QCOMPARE(refusedNumbers(*talk.anna.front()), (QVector<quint64>{3, 5, 6, 7}));
    QCOMPARE(talk.anna.front()->accepted(), (QVector<quint64>{1, 2, 4, 3, 5, 6, 7}));
}

// Or a store that is out of its depth would be given more and more.

void RefusalTest::whatComesWhileAFailureIsUndecidedWaits() {
    Talk talk;
    QVERIFY(talk.connected);
    talk.anna.front()->sendAndSettle(toOne(1, talk.bert));
    talk.mailboxes.queue.hold();
    talk.mailboxes.appendResults = {relay::StoreResult::Busy, relay::StoreResult::Busy};
    talk.anna.front()->send(toOne(2, talk.bert));
    talk.anna.front()->send(toOne(3, talk.bert));
    talk.mailboxes.queue.runOne();
    talk.settle();
    talk.anna.front()->sendAndSettle(toOne(4, talk.bert));
    QCOMPARE(talk.mailboxes.appends, 3);
    QCOMPARE(talk.anna.front()->count(wire::RelayFrame::kRefused), 0);
    talk.mailboxes.queue.release();
    talk.settle();
    QCOMPARE(refusedNumbers(*talk.anna.front()), (QVector<quint64>{2, 3, 4}));
    QCOMPARE(talk.mailboxes.appends, 3);
}

// Its receiver got it live, and it is waiting to hear what became of the one after it.

void RefusalTest::whatFailedAndWasAcknowledgedIsAccepted() {
    Talk talk;
    QVERIFY(talk.connected);
    QVERIFY(talk.bert.front()->connect());
    talk.anna.front()->sendAndSettle(toOne(1, talk.bert));
    talk.mailboxes.queue.hold();
    talk.mailboxes.appendResults = {relay::StoreResult::Busy, relay::StoreResult::Busy};
    talk.anna.front()->send(toOne(2, talk.bert));
    talk.anna.front()->send(toOne(3, talk.bert));
    talk.settle();
    talk.mailboxes.queue.runOne();
    talk.settle();
    const quint64 id = talk.bert.front()->delivered().at(1).delivery_id();
    talk.bert.front()->acknowledge(id, id);
    talk.settle();
    QCOMPARE(talk.anna.front()->accepted(), (QVector<quint64>{1, 2}));
    talk.mailboxes.queue.release();
    talk.settle();
    QCOMPARE(refusedNumbers(*talk.anna.front()), QVector<quint64>{3});
    QVERIFY(talk.mailboxes.windows[talk.anna.front()->address].seen(2));
    QCOMPARE(mailOf(talk, *talk.bert.front()), (QVector<QByteArray>{"sealed"})); // the first
    talk.anna.front()->sendAndSettle(toOne(3, talk.bert));
    QCOMPARE(talk.anna.front()->accepted(), (QVector<quint64>{1, 2, 3}));
}

void RefusalTest::aFullMailboxRefusesAndEvictsNothing() {
    relay::RelayPolicy policy;
    policy.mailboxEnvelopes = 3;
    RelayCoreFixture relay(policy);
    const auto stranger = relay.addAccount(QStringLiteral("stranger"));
    const auto friendly = relay.addAccount(QStringLiteral("friendly"));
    const auto bert = relay.addAccount(QStringLiteral("bert"));
    const auto carl = relay.addAccount(QStringLiteral("carl"));
    QVERIFY(stranger.front()->connect());
    QVERIFY(friendly.front()->connect());
    friendly.front()->sendAndSettle(RelayCoreFixture::submission(1, bert, "wanted"));
    for (quint64 number = 1; number <= 20; ++number)
        stranger.front()->send(RelayCoreFixture::submission(number, bert, "flood"));
    relay.settle();
    QCOMPARE(stranger.front()->accepted(), (QVector<quint64>{1, 2}));
    QCOMPARE(stranger.front()->refusal(), QStringLiteral("quota_exceeded"));
    QCOMPARE(relay.mailboxes.rows[bert.front()->address].size(), 3);
    friendly.front()->sendAndSettle(RelayCoreFixture::submission(2, carl, "elsewhere"));
    QCOMPARE(friendly.front()->accepted(), (QVector<quint64>{1, 2}));
    QVERIFY(bert.front()->connect());
    QCOMPARE(bert.front()->delivered().front().ciphertext(), std::string("wanted"));
}

void RefusalTest::acknowledgementsMakeRoomInAFullMailbox() {
    relay::RelayPolicy policy;
    policy.mailboxBytes = 40;
    RelayCoreFixture relay(policy);
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    const auto bert = relay.addAccount(QStringLiteral("bert"));
    QVERIFY(anna.front()->connect());
    QVERIFY(bert.front()->connect());
    const QByteArray text(20, 't'); // 26 bytes with its header
    anna.front()->sendAndSettle(RelayCoreFixture::submission(1, bert, text));
    anna.front()->sendAndSettle(RelayCoreFixture::submission(2, bert, text));
    QCOMPARE(anna.front()->refusal(), QStringLiteral("quota_exceeded"));
    const quint64 id = bert.front()->delivered().front().delivery_id();
    bert.front()->acknowledge(id, id);
    relay.settle();
    anna.front()->sendAndSettle(RelayCoreFixture::submission(2, bert, text));
    QCOMPARE(anna.front()->accepted(), (QVector<quint64>{1, 2}));
}

RECADO_TEST(RefusalTest)
#include "RefusalTest.moc"
