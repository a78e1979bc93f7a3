#include "relay/delivery/SubmissionCheck.h"
#include "support/RelayCoreFixture.h"
#include "support/Suite.h"

#include <QTest>

using namespace recado;
using namespace recado::tests;

class SubmissionTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void malformedSubmissionsAreRefused_data();
    void malformedSubmissionsAreRefused();
    void missingExtraAndStaleDevicesAreNamed();
    void anOldListVersionIsRefused();
    void ownOtherDevicesAreASecondRecipient();
    void aSubmissionToNobodyElseIsAccepted();
    void unknownAccountsAreRefused();
    void sixDevicesEachGetTheirEnvelope();
    void acceptedWaitsForTheCommit();
    void anAcknowledgementFromEveryDeviceCountsAsWell();
    void acceptedComesInOneFrameForOnePass();
    void aRepetitionAfterAcceptedIsAcceptedAgain();
    void aRepetitionInFlightIsAnsweredOnce();
    void aRepetitionWaitingForTheDirectoryIsAnsweredOnce();
    void aRepetitionAfterReconnectingIsAnsweredThere();
    void aRepetitionAfterARestartIsRecognised();
    void welcomeTellsTheHighestSubmission();
    void aNumberBelowTheWindowIsTakenAnew();
    void aBusyStoreRefusesAndTheSameNumberMayComeAgain();
    void anUncertainCommitIsRepeatedWithTheSameIds();
    void anUncertainCommitIsRepeatedUntilTheStoreIsSure();
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
    void changedListsAreKnownAtOnce();
    void aListThatChangesDuringItsLookUpIsLookedUpAgain();
    void anAccountErasedDuringItsLookUpIsUnknown();
    void aLateAppendReachesWhoConnectedMeanwhile();
    void aLateAppendIsNotPassedByForNewerOnes();
    void aRepeatedAppendLeavesOutWhatWasAcknowledged();
    void theMarkOfAnAcknowledgedSubmissionJoinsALaterCommit();
};

namespace {

wire::ClientFrame toOne(quint64 number, const RelayCoreFixture::Devices& receivers) {
    return RelayCoreFixture::submission(number, receivers, "sealed");
}

QVector<quint64> refusedNumbers(const FakeRelayDevice& device) {
    QVector<quint64> numbers;
    for (const wire::RelayFrame& frame : device.link->frames) {
        if (frame.has_refused())
            numbers.push_back(frame.refused().submission());
    }
    return numbers;
}

/// What waits for this device, oldest first.
QVector<QByteArray> mailOf(const RelayCoreFixture& relay, const FakeRelayDevice& device) {
    QVector<QByteArray> texts;
    for (const MemoryMailboxStore::Row& row : relay.mailboxes.rows.value(device.address))
        texts.push_back(row.entry.ciphertext);
    return texts;
}

} // namespace

void SubmissionTest::malformedSubmissionsAreRefused_data() {
    using Change = std::function<void(wire::Submit&)>;
    QTest::addColumn<std::function<void(wire::Submit&)>>("change");
    QTest::addColumn<QString>("reason");
    const auto invalid = QStringLiteral("invalid_argument");
    const auto tooLong = QStringLiteral("message_too_long");
    const auto envelope = [](wire::Submit& submit) {
        return submit.mutable_recipients(0)->mutable_envelopes(0);
    };
    QTest::newRow("number 0") << Change([](auto& submit) { submit.set_submission(0); }) << invalid;
    QTest::newRow("no recipient") << Change([](auto& submit) { submit.clear_recipients(); }) << invalid;
    QTest::newRow("account id") << Change([](auto& submit) {
        submit.mutable_recipients(0)->set_account_id("short");
    }) << invalid;
    QTest::newRow("account twice") << Change([](auto& submit) {
        *submit.add_recipients() = wire::Recipient(submit.recipients(0));
    }) << invalid;
    QTest::newRow("device twice") << Change([](auto& submit) {
        auto* recipient = submit.mutable_recipients(0);
        *recipient->add_envelopes() = wire::Envelope(recipient->envelopes(0));
    }) << invalid;
    QTest::newRow("device 0") << Change([=](auto& submit) { envelope(submit)->set_device_id(0); }) << invalid;
    QTest::newRow("no ciphertext") << Change([=](auto& submit) { envelope(submit)->clear_ciphertext(); })
                                   << invalid;
    QTest::newRow("no body") << Change([=](auto& submit) { envelope(submit)->set_has_body(true); })
                             << invalid;
    QTest::newRow("long ciphertext") << Change([=](auto& submit) {
        envelope(submit)->set_ciphertext(
            std::string(std::size_t(relay::largestCiphertext(protocol::Limits{})) + 1, 'c'));
    }) << tooLong;
    QTest::newRow("long header") << Change([=](auto& submit) {
        envelope(submit)->set_sealed_header(std::string(std::size_t(relay::largestSealedHeader) + 1, 'h'));
    }) << tooLong;
    QTest::newRow("long body") << Change([=](auto& submit) {
        submit.set_body(std::string(std::size_t(relay::largestBody(protocol::Limits{})) + 1, 'b'));
    }) << tooLong;
}

void SubmissionTest::malformedSubmissionsAreRefused() {
    QFETCH(const std::function<void(wire::Submit&)>, change);
    QFETCH(const QString, reason);
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    const auto bert = relay.addAccount(QStringLiteral("bert"));
    QVERIFY(anna.front()->connect());
    wire::ClientFrame frame = toOne(1, bert);
    change(*frame.mutable_submit());
    anna.front()->sendAndSettle(frame);
    QCOMPARE(anna.front()->refusal(), reason);
    QCOMPARE(anna.front()->last(wire::RelayFrame::kRefused)->refused().submission(),
             frame.submit().submission());
    QCOMPARE(relay.mailboxes.appends, 0);
}

void SubmissionTest::missingExtraAndStaleDevicesAreNamed() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    const auto bert = relay.addAccount(QStringLiteral("bert"), 3);
    QVERIFY(anna.front()->connect());
    wire::ClientFrame frame = toOne(1, bert);
    auto* recipient = frame.mutable_submit()->mutable_recipients(0);
    recipient->mutable_envelopes(1)->set_registration_id(5);
    recipient->mutable_envelopes(2)->set_device_id(9);
    anna.front()->sendAndSettle(frame);
    QCOMPARE(anna.front()->refusal(), QStringLiteral("stale_devices"));
    const wire::Refused refused = anna.front()->last(wire::RelayFrame::kRefused)->refused();
    QCOMPARE(refused.mismatches_size(), 1);
    const wire::DeviceMismatch& mismatch = refused.mismatches(0);
    QCOMPARE(protocol::toBytes(mismatch.account_id()), bert.front()->address.account.toBytes());
    QCOMPARE(mismatch.device_list_version(), 1u);
    QCOMPARE(QVector<quint32>(mismatch.missing().begin(), mismatch.missing().end()), QVector<quint32>{3});
    QCOMPARE(QVector<quint32>(mismatch.extra().begin(), mismatch.extra().end()), QVector<quint32>{9});
    QCOMPARE(QVector<quint32>(mismatch.stale().begin(), mismatch.stale().end()), QVector<quint32>{2});
    QCOMPARE(relay.mailboxes.appends, 0);
    QCOMPARE(relay.core->metrics().refused[std::size_t(base::Reason::StaleDevices)].load(), 1u);
}

void SubmissionTest::anOldListVersionIsRefused() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    const auto bert = relay.addAccount(QStringLiteral("bert"));
    QVERIFY(anna.front()->connect());
    wire::ClientFrame frame = toOne(1, bert);
    frame.mutable_submit()->mutable_recipients(0)->set_device_list_version(7);
    anna.front()->sendAndSettle(frame);
    QCOMPARE(anna.front()->refusal(), QStringLiteral("stale_devices"));
    const auto& mismatch = anna.front()->last(wire::RelayFrame::kRefused)->refused().mismatches(0);
    QCOMPARE(mismatch.device_list_version(), 1u);
    QCOMPARE(mismatch.missing_size() + mismatch.extra_size() + mismatch.stale_size(), 0);
}

void SubmissionTest::ownOtherDevicesAreASecondRecipient() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"), 2);
    const auto bert = relay.addAccount(QStringLiteral("bert"));
    for (const auto& device : anna)
        QVERIFY(device->connect());
    wire::ClientFrame frame = toOne(1, bert);
    RelayCoreFixture::addRecipient(*frame.mutable_submit(), anna, "copy", 1);
    anna.front()->sendAndSettle(frame);
    QCOMPARE(anna.front()->accepted(), QVector<quint64>{1});
    QCOMPARE(anna.back()->delivered().size(), 1);
    QVERIFY(anna.front()->delivered().isEmpty());

    wire::ClientFrame toItself = toOne(2, bert);
    RelayCoreFixture::addRecipient(*toItself.mutable_submit(), anna, "copy");
    anna.front()->sendAndSettle(toItself);
    QCOMPARE(anna.front()->refusal(), QStringLiteral("invalid_argument"));
}

void SubmissionTest::aSubmissionToNobodyElseIsAccepted() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    QVERIFY(anna.front()->connect());
    wire::ClientFrame frame;
    frame.mutable_submit()->set_submission(1);
    RelayCoreFixture::addRecipient(*frame.mutable_submit(), anna, "note", 1);
    anna.front()->sendAndSettle(frame);
    QCOMPARE(anna.front()->accepted(), QVector<quint64>{1});
    QVERIFY(relay.mailboxes.windows[anna.front()->address].seen(1));
}

void SubmissionTest::unknownAccountsAreRefused() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    QVERIFY(anna.front()->connect());
    RelayCoreFixture::Devices nobody;
    nobody.push_back(relay.makeDevice({base::AccountId::random(), 1}));
    anna.front()->sendAndSettle(toOne(1, nobody));
    QCOMPARE(anna.front()->refusal(), QStringLiteral("unknown_recipient"));
}

void SubmissionTest::sixDevicesEachGetTheirEnvelope() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"), 6);
    const auto bert = relay.addAccount(QStringLiteral("bert"), 6);
    QVERIFY(anna.front()->connect());
    for (const auto& device : bert)
        QVERIFY(device->address.device == 6 || device->connect());
    wire::ClientFrame frame = toOne(1, bert);
    RelayCoreFixture::addRecipient(*frame.mutable_submit(), anna, "copy", 1);
    frame.mutable_submit()->set_body("shared body");
    for (auto& recipient : *frame.mutable_submit()->mutable_recipients()) {
        for (auto& envelope : *recipient.mutable_envelopes()) {
            envelope.set_has_body(true);
            envelope.set_ciphertext("for " + std::to_string(envelope.device_id()));
        }
    }
    anna.front()->sendAndSettle(frame);
    QCOMPARE(anna.front()->accepted(), QVector<quint64>{1});
    QVERIFY(bert.back()->connect());
    for (const auto& device : bert) {
        QCOMPARE(device->delivered().size(), 1);
        const wire::Deliver delivered = device->delivered().front();
        QCOMPARE(delivered.ciphertext(), "for " + std::to_string(device->address.device));
        QCOMPARE(delivered.body(), std::string("shared body"));
        QCOMPARE(delivered.sealed_header(), std::string("header"));
        QCOMPARE(qint64(delivered.accepted_at_ms()), relay.clock.wallMs());
    }
    QCOMPARE(relay.mailboxes.appends, 1);
}

void SubmissionTest::acceptedWaitsForTheCommit() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    const auto bert = relay.addAccount(QStringLiteral("bert"), 2);
    QVERIFY(anna.front()->connect());
    QVERIFY(bert.front()->connect());
    anna.front()->sendAndSettle(toOne(1, bert)); // looks the receiver up
    relay.mailboxes.queue.hold();
    anna.front()->sendAndSettle(toOne(2, bert));
    // The push did not wait for the disk, the answer does.
    QCOMPARE(bert.front()->delivered().size(), 2);
    QCOMPARE(anna.front()->accepted(), QVector<quint64>{1});
    relay.clock.advance(7);
    relay.mailboxes.queue.release();
    relay.settle();
    QCOMPARE(anna.front()->accepted(), (QVector<quint64>{1, 2}));
    QCOMPARE(relay.core->metrics().acceptLatency.sumMs(), 7u);
    QCOMPARE(relay.core->metrics().submissionsInFlight.load(), 0u);
}

void SubmissionTest::anAcknowledgementFromEveryDeviceCountsAsWell() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    const auto bert = relay.addAccount(QStringLiteral("bert"), 2);
    QVERIFY(anna.front()->connect());
    for (const auto& device : bert)
        QVERIFY(device->connect());
    anna.front()->sendAndSettle(toOne(1, bert));
    relay.mailboxes.queue.hold();
    anna.front()->sendAndSettle(toOne(2, bert));
    for (const auto& device : bert) {
        QCOMPARE(anna.front()->accepted(), QVector<quint64>{1});
        const quint64 id = device->delivered().back().delivery_id();
        device->acknowledge(id, id);
        relay.settle();
    }
    // Nothing of it is on the disk yet, everything is with its receivers.
    QCOMPARE(anna.front()->accepted(), (QVector<quint64>{1, 2}));
    relay.mailboxes.queue.release();
    relay.settle();
    QCOMPARE(anna.front()->accepted(), (QVector<quint64>{1, 2}));
    for (const auto& device : bert)
        QCOMPARE(relay.mailboxes.rows[device->address].size(), 1);
}

void SubmissionTest::acceptedComesInOneFrameForOnePass() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    const auto bert = relay.addAccount(QStringLiteral("bert"));
    QVERIFY(anna.front()->connect());
    relay.mailboxes.queue.hold();
    for (quint64 number = 1; number <= 50; ++number)
        anna.front()->send(toOne(number, bert));
    relay.settle();
    relay.mailboxes.queue.release();
    relay.settle();
    QCOMPARE(anna.front()->accepted().size(), 50);
    QCOMPARE(anna.front()->count(wire::RelayFrame::kAccepted), 1);
}

void SubmissionTest::aRepetitionAfterAcceptedIsAcceptedAgain() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    const auto bert = relay.addAccount(QStringLiteral("bert"));
    QVERIFY(anna.front()->connect());
    anna.front()->sendAndSettle(toOne(1, bert));
    anna.front()->sendAndSettle(toOne(1, bert));
    QCOMPARE(anna.front()->accepted(), (QVector<quint64>{1, 1}));
    QCOMPARE(relay.mailboxes.rows[bert.front()->address].size(), 1);
    QCOMPARE(relay.core->metrics().duplicates.load(), 1u);
}

void SubmissionTest::aRepetitionInFlightIsAnsweredOnce() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    const auto bert = relay.addAccount(QStringLiteral("bert"));
    QVERIFY(anna.front()->connect());
    anna.front()->sendAndSettle(toOne(1, bert));
    relay.mailboxes.queue.hold();
    anna.front()->sendAndSettle(toOne(2, bert));
    anna.front()->sendAndSettle(toOne(2, bert));
    relay.mailboxes.queue.release();
    relay.settle();
    QCOMPARE(anna.front()->accepted(), (QVector<quint64>{1, 2}));
    QCOMPARE(relay.mailboxes.rows[bert.front()->address].size(), 2);
}

void SubmissionTest::aRepetitionWaitingForTheDirectoryIsAnsweredOnce() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    const auto bert = relay.addAccount(QStringLiteral("bert"));
    QVERIFY(anna.front()->connect());
    relay.directory.queue.hold();
    anna.front()->sendAndSettle(toOne(1, bert));
    anna.front()->sendAndSettle(toOne(1, bert));
    QCOMPARE(relay.directory.queue.waiting(), 1u);
    relay.directory.queue.release();
    relay.settle();
    QCOMPARE(anna.front()->accepted(), QVector<quint64>{1});
    QCOMPARE(relay.mailboxes.rows[bert.front()->address].size(), 1);
}

void SubmissionTest::aRepetitionAfterReconnectingIsAnsweredThere() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    const auto bert = relay.addAccount(QStringLiteral("bert"));
    QVERIFY(anna.front()->connect());
    anna.front()->sendAndSettle(toOne(1, bert));
    relay.mailboxes.queue.hold();
    anna.front()->sendAndSettle(toOne(2, bert));
    anna.front()->disconnect();
    // The window is in memory while a submission is under way, so the held store is not asked for it; the
    // device's own mailbox is.
    QVERIFY(anna.front()->connect());
    anna.front()->sendAndSettle(toOne(2, bert));
    QVERIFY(anna.front()->accepted().isEmpty());
    relay.mailboxes.queue.release();
    relay.settle();
    QCOMPARE(anna.front()->accepted(), QVector<quint64>{2});
    QCOMPARE(relay.mailboxes.rows[bert.front()->address].size(), 2);
}

void SubmissionTest::aRepetitionAfterARestartIsRecognised() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    const auto bert = relay.addAccount(QStringLiteral("bert"));
    QVERIFY(anna.front()->connect());
    anna.front()->sendAndSettle(toOne(1, bert));
    anna.front()->disconnect();
    relay.restart(2);
    QVERIFY(anna.front()->connect());
    anna.front()->sendAndSettle(toOne(1, bert));
    anna.front()->sendAndSettle(toOne(2, bert));
    QCOMPARE(anna.front()->accepted(), (QVector<quint64>{1, 2}));
    const auto ids = relay.mailboxes.rows[bert.front()->address].keys();
    QCOMPARE(ids, (QList<base::DeliveryId>{(1ULL << 40) + 1, (2ULL << 40) + 1}));
}

void SubmissionTest::welcomeTellsTheHighestSubmission() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    const auto bert = relay.addAccount(QStringLiteral("bert"));
    QVERIFY(anna.front()->connect());
    anna.front()->sendAndSettle(toOne(41, bert));
    anna.front()->disconnect();
    QVERIFY(anna.front()->connect());
    QCOMPARE(anna.front()->last(wire::RelayFrame::kWelcome)->welcome().highest_submission(), 41u);
}

void SubmissionTest::aNumberBelowTheWindowIsTakenAnew() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    const auto bert = relay.addAccount(QStringLiteral("bert"));
    QVERIFY(anna.front()->connect());
    anna.front()->sendAndSettle(toOne(5'000, bert));
    // Refused as busy long ago, perhaps: accepting it unstored could lose it.
    anna.front()->sendAndSettle(toOne(3, bert));
    QCOMPARE(anna.front()->accepted(), (QVector<quint64>{5'000, 3}));
    QCOMPARE(relay.mailboxes.rows[bert.front()->address].size(), 2);
}

void SubmissionTest::aBusyStoreRefusesAndTheSameNumberMayComeAgain() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    const auto bert = relay.addAccount(QStringLiteral("bert"));
    QVERIFY(anna.front()->connect());
    for (const auto result : {relay::StoreResult::Busy, relay::StoreResult::NotCommitted}) {
        relay.mailboxes.appendResults = {result};
        anna.front()->sendAndSettle(toOne(1, bert));
        QCOMPARE(anna.front()->refusal(), QStringLiteral("busy"));
        QVERIFY(anna.front()->last(wire::RelayFrame::kRefused)->refused().retry_after_ms() > 0);
    }
    QVERIFY(anna.front()->accepted().isEmpty());
    anna.front()->sendAndSettle(toOne(1, bert));
    QCOMPARE(anna.front()->accepted(), QVector<quint64>{1});
    QCOMPARE(relay.mailboxes.rows[bert.front()->address].size(), 1);
}

void SubmissionTest::anUncertainCommitIsRepeatedWithTheSameIds() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    const auto bert = relay.addAccount(QStringLiteral("bert"));
    QVERIFY(anna.front()->connect());
    relay.mailboxes.appendResults = {relay::StoreResult::Unknown};
    anna.front()->sendAndSettle(toOne(1, bert));
    QVERIFY(anna.front()->accepted().isEmpty());
    QTRY_COMPARE(anna.front()->accepted(), QVector<quint64>{1});
    QCOMPARE(relay.mailboxes.appends, 2);
    QCOMPARE(relay.mailboxes.rows[bert.front()->address].size(), 1);
}

void SubmissionTest::anUncertainCommitIsRepeatedUntilTheStoreIsSure() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    const auto bert = relay.addAccount(QStringLiteral("bert"));
    QVERIFY(anna.front()->connect());
    // Busy says that this attempt wrote nothing; the first may have.
    relay.mailboxes.appendResults = {relay::StoreResult::Unknown, relay::StoreResult::Busy};
    anna.front()->sendAndSettle(toOne(1, bert));
    QTRY_COMPARE(anna.front()->accepted(), QVector<quint64>{1});
    QCOMPARE(anna.front()->count(wire::RelayFrame::kRefused), 0);
    QCOMPARE(relay.mailboxes.appends, 3);
}

void SubmissionTest::aBusyDirectoryRefusesWithoutHoldingUpTheNext() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    const auto bert = relay.addAccount(QStringLiteral("bert"));
    const auto carl = relay.addAccount(QStringLiteral("carl"));
    QVERIFY(anna.front()->connect());
    relay.directory.failNext = relay::StoreResult::Busy;
    anna.front()->send(toOne(1, bert));
    anna.front()->send(toOne(2, carl));
    relay.settle();
    QCOMPARE(anna.front()->refusal(), QStringLiteral("busy"));
    QCOMPARE(anna.front()->last(wire::RelayFrame::kRefused)->refused().submission(), 1u);
    QCOMPARE(anna.front()->accepted(), QVector<quint64>{2});
}

void SubmissionTest::submissionsKeepTheirOrderWhileAReceiverIsLookedUp() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    const auto bert = relay.addAccount(QStringLiteral("bert"));
    const auto carl = relay.addAccount(QStringLiteral("carl"));
    QVERIFY(anna.front()->connect());
    QVERIFY(bert.front()->connect());
    anna.front()->sendAndSettle(RelayCoreFixture::submission(1, bert, "first"));
    relay.directory.queue.hold();
    wire::ClientFrame both = RelayCoreFixture::submission(2, carl, "second");
    RelayCoreFixture::addRecipient(*both.mutable_submit(), bert, "second");
    anna.front()->sendAndSettle(both);
    anna.front()->sendAndSettle(RelayCoreFixture::submission(3, bert, "third"));
    QCOMPARE(bert.front()->delivered().size(), 1);
    relay.directory.queue.release();
    relay.settle();
    QVector<std::string> texts;
    for (const wire::Deliver& delivered : bert.front()->delivered())
        texts.push_back(delivered.ciphertext());
    QCOMPARE(texts, (QVector<std::string>{"first", "second", "third"}));
}

void SubmissionTest::tooManyInFlightAreRefused() {
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

void SubmissionTest::theRateOfAnAccountIsLimited() {
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

void SubmissionTest::whatIsSentBehindARefusalIsRefusedWithIt() {
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

void SubmissionTest::whatWaitsBehindARefusalIsRefusedWithIt() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    const auto bert = relay.addAccount(QStringLiteral("bert"));
    const auto carl = relay.addAccount(QStringLiteral("carl"));
    QVERIFY(anna.front()->connect());
    relay.directory.failNext = relay::StoreResult::Busy;
    anna.front()->send(toOne(1, bert));
    anna.front()->send(toOne(2, bert));
    anna.front()->send(toOne(3, carl));
    relay.settle();
    QCOMPARE(refusedNumbers(*anna.front()), (QVector<quint64>{1, 2}));
    QCOMPARE(anna.front()->accepted(), QVector<quint64>{3});
    anna.front()->send(toOne(1, bert));
    anna.front()->send(toOne(2, bert));
    relay.settle();
    QCOMPARE(anna.front()->accepted(), (QVector<quint64>{3, 1, 2}));
}

void SubmissionTest::aFullMailboxHoldsUpOnlyItsOwnReceiver() {
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

void SubmissionTest::aClientThatGivesUpANumberIsNotStuck() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    const auto bert = relay.addAccount(QStringLiteral("bert"));
    QVERIFY(anna.front()->connect());
    relay.directory.failNext = relay::StoreResult::Busy;
    anna.front()->sendAndSettle(toOne(1, bert));
    anna.front()->sendAndSettle(toOne(2, bert));
    QCOMPARE(refusedNumbers(*anna.front()), (QVector<quint64>{1, 2}));
    anna.front()->sendAndSettle(toOne(2, bert));
    anna.front()->sendAndSettle(toOne(3, bert));
    QCOMPARE(anna.front()->accepted(), (QVector<quint64>{2, 3}));
}

void SubmissionTest::aNewConnectionForgetsRefusals() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    const auto bert = relay.addAccount(QStringLiteral("bert"));
    QVERIFY(anna.front()->connect());
    relay.mailboxes.appendResults = {relay::StoreResult::Busy};
    anna.front()->sendAndSettle(toOne(1, bert));
    QCOMPARE(refusedNumbers(*anna.front()), QVector<quint64>{1});
    const auto old = anna.front()->abandon(); // the relay has not noticed its end yet
    QVERIFY(anna.front()->connect());
    anna.front()->sendAndSettle(toOne(2, bert));
    QCOMPARE(anna.front()->accepted(), QVector<quint64>{2});
}

void SubmissionTest::whatFailedIsStoredWhenLaterOnesAre() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    const auto bert = relay.addAccount(QStringLiteral("bert"));
    QVERIFY(anna.front()->connect());
    anna.front()->sendAndSettle(RelayCoreFixture::submission(1, bert, "1")); // the receiver is known now
    relay.mailboxes.appendResults = {relay::StoreResult::Busy, relay::StoreResult::NotCommitted,
                                     relay::StoreResult::Committed};
    for (quint64 number = 2; number <= 4; ++number)
        anna.front()->send(RelayCoreFixture::submission(number, bert, QByteArray::number(number)));
    relay.settle();
    QCOMPARE(anna.front()->count(wire::RelayFrame::kRefused), 0);
    QVector<quint64> accepted = anna.front()->accepted();
    std::sort(accepted.begin(), accepted.end());
    QCOMPARE(accepted, (QVector<quint64>{1, 2, 3, 4}));
    QCOMPARE(mailOf(relay, *bert.front()), (QVector<QByteArray>{"1", "2", "3", "4"}));
}

void SubmissionTest::whatFailedTogetherIsRefusedInOrder() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    const auto bert = relay.addAccount(QStringLiteral("bert"));
    const auto carl = relay.addAccount(QStringLiteral("carl"));
    QVERIFY(anna.front()->connect());
    anna.front()->sendAndSettle(toOne(1, bert));
    anna.front()->sendAndSettle(toOne(2, carl));
    relay.mailboxes.appendResults = {relay::StoreResult::Busy, relay::StoreResult::Committed,
                                     relay::StoreResult::Busy, relay::StoreResult::Busy};
    anna.front()->send(toOne(3, bert));
    anna.front()->send(toOne(4, carl));
    anna.front()->send(toOne(5, bert));
    anna.front()->send(toOne(6, bert));
    relay.settle();
    QCOMPARE(refusedNumbers(*anna.front()), (QVector<quint64>{3, 5, 6}));
    QCOMPARE(anna.front()->accepted(), (QVector<quint64>{1, 2, 4}));
    QCOMPARE(relay.mailboxes.appends, 6);
    QCOMPARE(relay.core->metrics().submissionsInFlight.load(), 0u);
    // The one after a refusal shares it, and all of them pass once they come in order.
    for (const quint64 number : {7, 3, 5, 6, 7})
        anna.front()->sendAndSettle(toOne(number, bert));
    QCOMPARE(refusedNumbers(*anna.front()), (QVector<quint64>{3, 5, 6, 7}));
    QCOMPARE(anna.front()->accepted(), (QVector<quint64>{1, 2, 4, 3, 5, 6, 7}));
}

// Or a store that is out of its depth would be given more and more.
void SubmissionTest::whatComesWhileAFailureIsUndecidedWaits() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    const auto bert = relay.addAccount(QStringLiteral("bert"));
    QVERIFY(anna.front()->connect());
    anna.front()->sendAndSettle(toOne(1, bert));
    relay.mailboxes.queue.hold();
    relay.mailboxes.appendResults = {relay::StoreResult::Busy, relay::StoreResult::Busy};
    anna.front()->send(toOne(2, bert));
    anna.front()->send(toOne(3, bert));
    relay.mailboxes.queue.runOne();
    relay.settle();
    anna.front()->sendAndSettle(toOne(4, bert));
    QCOMPARE(relay.mailboxes.appends, 3);
    QCOMPARE(anna.front()->count(wire::RelayFrame::kRefused), 0);
    relay.mailboxes.queue.release();
    relay.settle();
    QCOMPARE(refusedNumbers(*anna.front()), (QVector<quint64>{2, 3, 4}));
    QCOMPARE(relay.mailboxes.appends, 3);
}

// Its receiver got it live, and it is waiting to hear what became of the one after it.
void SubmissionTest::whatFailedAndWasAcknowledgedIsAccepted() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    const auto bert = relay.addAccount(QStringLiteral("bert"));
    QVERIFY(anna.front()->connect());
    QVERIFY(bert.front()->connect());
    anna.front()->sendAndSettle(toOne(1, bert));
    relay.mailboxes.queue.hold();
    relay.mailboxes.appendResults = {relay::StoreResult::Busy, relay::StoreResult::Busy};
    anna.front()->send(toOne(2, bert));
    anna.front()->send(toOne(3, bert));
    relay.settle();
    relay.mailboxes.queue.runOne();
    relay.settle();
    const quint64 id = bert.front()->delivered().at(1).delivery_id();
    bert.front()->acknowledge(id, id);
    relay.settle();
    QCOMPARE(anna.front()->accepted(), (QVector<quint64>{1, 2}));
    relay.mailboxes.queue.release();
    relay.settle();
    QCOMPARE(refusedNumbers(*anna.front()), QVector<quint64>{3});
    QVERIFY(relay.mailboxes.windows[anna.front()->address].seen(2));
    QCOMPARE(mailOf(relay, *bert.front()), (QVector<QByteArray>{"sealed"})); // the first
    anna.front()->sendAndSettle(toOne(3, bert));
    QCOMPARE(anna.front()->accepted(), (QVector<quint64>{1, 2, 3}));
}

void SubmissionTest::aFullMailboxRefusesAndEvictsNothing() {
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

void SubmissionTest::acknowledgementsMakeRoomInAFullMailbox() {
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

void SubmissionTest::changedListsAreKnownAtOnce() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    auto bert = relay.addAccount(QStringLiteral("bert"));
    QVERIFY(anna.front()->connect());
    QVERIFY(bert.front()->connect());
    anna.front()->sendAndSettle(toOne(1, bert));
    bert.push_back(relay.makeDevice({bert.front()->address.account, 2}));
    bert.front()->sendAndSettle(RelayCoreFixture::setDeviceList(RelayCoreFixture::listOf(bert, 2)));
    QCOMPARE(bert.front()->count(wire::RelayFrame::kDone), 1);
    anna.front()->sendAndSettle(toOne(2, bert));
    QCOMPARE(anna.front()->refusal(), QStringLiteral("stale_devices"));
    wire::ClientFrame frame = toOne(3, bert);
    frame.mutable_submit()->mutable_recipients(0)->set_device_list_version(2);
    anna.front()->sendAndSettle(frame);
    QCOMPARE(anna.front()->accepted(), (QVector<quint64>{1, 3}));
}

// The look-up has read the old list, and waits for the sizes of the mailboxes when the new one is stored.
void SubmissionTest::aListThatChangesDuringItsLookUpIsLookedUpAgain() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    auto bert = relay.addAccount(QStringLiteral("bert"));
    QVERIFY(anna.front()->connect());
    QVERIFY(bert.front()->connect());
    relay.mailboxes.queue.hold();
    anna.front()->sendAndSettle(toOne(1, bert));
    bert.push_back(relay.makeDevice({bert.front()->address.account, 2}));
    bert.front()->sendAndSettle(RelayCoreFixture::setDeviceList(RelayCoreFixture::listOf(bert, 2)));
    QCOMPARE(bert.front()->count(wire::RelayFrame::kDone), 1);
    relay.mailboxes.queue.release();
    relay.settle();
    QVERIFY(anna.front()->accepted().isEmpty());
    QCOMPARE(anna.front()->refusal(), QStringLiteral("stale_devices"));
    wire::ClientFrame frame = toOne(2, bert);
    frame.mutable_submit()->mutable_recipients(0)->set_device_list_version(2);
    anna.front()->sendAndSettle(frame);
    QCOMPARE(anna.front()->accepted(), QVector<quint64>{2});
}

void SubmissionTest::anAccountErasedDuringItsLookUpIsUnknown() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    const auto bert = relay.addAccount(QStringLiteral("bert"));
    QVERIFY(anna.front()->connect());
    relay.mailboxes.queue.hold();
    anna.front()->sendAndSettle(toOne(1, bert));
    const auto account = bert.front()->address.account;
    relay.directory.eraseAccount(account, relay.clock.wallMs(), {&relay.inbox},
                                 [&](const auto&) { relay.core->accountErased(account); });
    relay.settle();
    relay.mailboxes.queue.release();
    relay.settle();
    QCOMPARE(anna.front()->refusal(), QStringLiteral("unknown_recipient"));
    QVERIFY(relay.mailboxes.rows[bert.front()->address].isEmpty());
}

void SubmissionTest::aLateAppendReachesWhoConnectedMeanwhile() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    const auto bert = relay.addAccount(QStringLiteral("bert"));
    QVERIFY(anna.front()->connect());
    relay.mailboxes.unknownWritesNothing = true;
    relay.mailboxes.appendResults = {relay::StoreResult::Unknown, relay::StoreResult::Busy,
                                     relay::StoreResult::Busy};
    anna.front()->sendAndSettle(toOne(1, bert));
    QVERIFY(bert.front()->connect());
    QTRY_COMPARE(anna.front()->accepted(), QVector<quint64>{1});
    QTRY_COMPARE(bert.front()->delivered().size(), 1);
}

void SubmissionTest::aLateAppendIsNotPassedByForNewerOnes() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    const auto carl = relay.addAccount(QStringLiteral("carl"));
    const auto bert = relay.addAccount(QStringLiteral("bert"));
    QVERIFY(anna.front()->connect());
    QVERIFY(carl.front()->connect());
    carl.front()->sendAndSettle(toOne(1, bert)); // the receiver is known from now on
    relay.mailboxes.unknownWritesNothing = true;
    relay.mailboxes.appendResults = {relay::StoreResult::Unknown, relay::StoreResult::Committed,
                                     relay::StoreResult::Busy, relay::StoreResult::Busy};
    anna.front()->sendAndSettle(toOne(1, bert));
    carl.front()->sendAndSettle(toOne(2, bert));
    QVERIFY(bert.front()->connect());
    QTRY_COMPARE(anna.front()->accepted(), QVector<quint64>{1});
    QTRY_COMPARE(bert.front()->delivered().size(), 3);
    QSet<quint64> ids;
    for (const wire::Deliver& delivered : bert.front()->delivered())
        ids.insert(delivered.delivery_id());
    QCOMPARE(ids.size(), 3);
}

void SubmissionTest::aRepeatedAppendLeavesOutWhatWasAcknowledged() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    const auto bert = relay.addAccount(QStringLiteral("bert"), 2);
    QVERIFY(anna.front()->connect());
    for (const auto& device : bert)
        QVERIFY(device->connect());
    relay.mailboxes.appendResults = {relay::StoreResult::Unknown, relay::StoreResult::Busy,
                                     relay::StoreResult::Busy};
    anna.front()->sendAndSettle(toOne(1, bert));
    const quint64 id = bert.front()->delivered().front().delivery_id();
    bert.front()->acknowledge(id, id);
    relay.settle();
    QTRY_COMPARE(anna.front()->accepted(), QVector<quint64>{1});
    QVERIFY(relay.mailboxes.rows[bert.front()->address].isEmpty());
    QCOMPARE(relay.mailboxes.rows[bert.back()->address].size(), 1);
}

void SubmissionTest::theMarkOfAnAcknowledgedSubmissionJoinsALaterCommit() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    const auto bert = relay.addAccount(QStringLiteral("bert"));
    QVERIFY(anna.front()->connect());
    QVERIFY(bert.front()->connect());
    anna.front()->sendAndSettle(toOne(1, bert));
    relay.mailboxes.queue.hold();
    relay.mailboxes.appendResults = {relay::StoreResult::NotCommitted};
    anna.front()->sendAndSettle(toOne(2, bert));
    const quint64 id = bert.front()->delivered().back().delivery_id();
    bert.front()->acknowledge(id, id);
    relay.settle();
    QCOMPARE(anna.front()->accepted(), (QVector<quint64>{1, 2}));
    relay.mailboxes.queue.release();
    relay.settle();
    QTRY_VERIFY(relay.mailboxes.windows[anna.front()->address].seen(2));
    QCOMPARE(anna.front()->count(wire::RelayFrame::kRefused), 0);
    QCOMPARE(relay.mailboxes.rows[bert.front()->address].size(), 1); // the first, not acknowledged
}

RECADO_TEST(SubmissionTest)
#include "SubmissionTest.moc"
