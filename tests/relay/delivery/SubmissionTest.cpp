#include "Talk.h"
#include "relay/delivery/SubmissionCheck.h"
#include "support/Suite.h"

#include <QTest>

using namespace recado;
using namespace recado::tests;

/// What a submission must be, and when it is accepted.
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
};

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
    Talk talk;
    QVERIFY(talk.connected);
    wire::ClientFrame frame = toOne(1, talk.bert);
    change(*frame.mutable_submit());
    talk.anna.front()->sendAndSettle(frame);
    QCOMPARE(talk.anna.front()->refusal(), reason);
    QCOMPARE(talk.anna.front()->last(wire::RelayFrame::kRefused)->refused().submission(),
             frame.submit().submission());
    QCOMPARE(talk.mailboxes.appends, 0);
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
    Talk talk;
    QVERIFY(talk.connected);
    wire::ClientFrame frame = toOne(1, talk.bert);
    frame.mutable_submit()->mutable_recipients(0)->set_device_list_version(7);
    talk.anna.front()->sendAndSettle(frame);
    QCOMPARE(talk.anna.front()->refusal(), QStringLiteral("stale_devices"));
    const auto& mismatch = talk.anna.front()->last(wire::RelayFrame::kRefused)->refused().mismatches(0);
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
    Talk talk;
    QVERIFY(talk.connected);
    talk.mailboxes.queue.hold();
    for (quint64 number = 1; number <= 50; ++number)
        talk.anna.front()->send(toOne(number, talk.bert));
    talk.settle();
    talk.mailboxes.queue.release();
    talk.settle();
    QCOMPARE(talk.anna.front()->accepted().size(), 50);
    QCOMPARE(talk.anna.front()->count(wire::RelayFrame::kAccepted), 1);
}

RECADO_TEST(SubmissionTest)
#include "SubmissionTest.moc"
