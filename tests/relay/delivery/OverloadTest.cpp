#include "support/RelayCoreFixture.h"
#include "support/Suite.h"

#include <QTest>

using namespace recado;
using namespace recado::tests;

/// What happens to submissions when the store does not keep up, and what restarts do not forgive.
class OverloadTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void aStoreThatLagsTakesNoMoreButKeepsWhatItTook();
    void newcomersAreRefusedWhenItIsWorse();
    void aStoreThatKeepsUpShedsNothing();
    void aSubmissionToManyCountsForSeveral();
    void aRestartGivesNoNewHourOfPrekeys();
    void aRestartGivesNoNewHourOfLookUps();
};

namespace {

qint64 retryOf(const FakeRelayDevice& device) {
    return qint64(device.last(wire::RelayFrame::kRefused)->refused().retry_after_ms());
}

wire::ClientFrame lookUp(const char* name) {
    wire::ClientFrame frame;
    frame.set_request_id(8);
    frame.mutable_get_account()->set_username(name);
    return frame;
}

} // namespace

void OverloadTest::aStoreThatLagsTakesNoMoreButKeepsWhatItTook() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    const auto bert = relay.addAccount(QStringLiteral("bert"));
    QVERIFY(anna.front()->connect());
    relay.mailboxes.queue.hold();
    anna.front()->sendAndSettle(RelayCoreFixture::submission(1, bert, "taken"));
    relay.advance(250);
    relay.advance(1'500);
    QVERIFY(relay.core->storeLagMs() >= 1'500);
    anna.front()->sendAndSettle(RelayCoreFixture::submission(2, bert, "too much"));
    QCOMPARE(anna.front()->refusal(), QStringLiteral("busy"));
    QVERIFY(retryOf(*anna.front()) >= 1'500);
    QVERIFY(anna.front()->accepted().isEmpty());

    relay.mailboxes.queue.release();
    RelayCoreFixture::settle();
    QCOMPARE(anna.front()->accepted(), QVector<quint64>{1});
    relay.advance(250);
    relay.advance(250);
    QCOMPARE(relay.core->storeLagMs(), qint64(0));
    anna.front()->sendAndSettle(RelayCoreFixture::submission(2, bert, "now"));
    QCOMPARE(anna.front()->accepted(), (QVector<quint64>{1, 2}));
}

void OverloadTest::newcomersAreRefusedWhenItIsWorse() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    const auto bert = relay.addAccount(QStringLiteral("bert"));
    QVERIFY(anna.front()->connect());
    relay.mailboxes.queue.hold();
    anna.front()->sendAndSettle(RelayCoreFixture::submission(1, bert, "taken"));
    relay.advance(250);
    relay.advance(2'000);
    QVERIFY(!relay.core->refusesNewcomers());
    relay.advance(2'000);
    QVERIFY(relay.core->refusesNewcomers());
    relay.mailboxes.queue.release();
    relay.advance(250);
    relay.advance(250);
    QVERIFY(!relay.core->refusesNewcomers());
}

void OverloadTest::aStoreThatKeepsUpShedsNothing() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    const auto bert = relay.addAccount(QStringLiteral("bert"));
    QVERIFY(anna.front()->connect());
    for (quint64 number = 1; number <= 50; ++number) {
        anna.front()->sendAndSettle(RelayCoreFixture::submission(number, bert, "fine"));
        relay.advance(250);
    }
    QCOMPARE(anna.front()->accepted().size(), 50);
    QCOMPARE(relay.core->metrics().shed.load(), 0u);
}

void OverloadTest::aSubmissionToManyCountsForSeveral() {
    relay::RelayPolicy policy;
    policy.submissionBurst = 20;
    policy.submissionsPerSecond = 1;
    RelayCoreFixture relay(policy);
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    QVERIFY(anna.front()->connect());
    std::vector<RelayCoreFixture::Devices> group;
    wire::ClientFrame frame;
    for (int member = 0; member < 80; ++member) {
        group.push_back(relay.addAccount(QStringLiteral("member%1").arg(member)));
        RelayCoreFixture::addRecipient(*frame.mutable_submit(), group.back(), "to all");
    }
    for (quint64 number = 1; number <= 3; ++number) {
        frame.mutable_submit()->set_submission(number);
        anna.front()->sendAndSettle(frame);
    }
    QCOMPARE(anna.front()->accepted(), (QVector<quint64>{1, 2}));
    QCOMPARE(anna.front()->refusal(), QStringLiteral("rate_limited"));
}

void OverloadTest::aRestartGivesNoNewHourOfPrekeys() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    const auto bert = relay.addAccount(QStringLiteral("bert"));
    QVERIFY(bert.front()->connect());
    wire::ClientFrame upload;
    upload.set_request_id(4);
    *upload.mutable_upload_prekeys()->mutable_prekeys() = RelayCoreFixture::upload(1, 100);
    bert.front()->sendAndSettle(upload);
    wire::ClientFrame ask;
    ask.set_request_id(5);
    ask.mutable_get_bundles()->set_account_id(protocol::fromBytes(bert.front()->address.account.toBytes()));
    int handedOut = 0;
    for (quint32 epoch = 2; epoch < 6; ++epoch) {
        QVERIFY(anna.front()->connect());
        for (int count = 0; count < 3; ++count) {
            anna.front()->sendAndSettle(ask);
            const auto* answer = anna.front()->last(wire::RelayFrame::kBundles);
            QVERIFY(answer != nullptr);
            handedOut += answer->bundles().bundles(0).has_prekey() ? 1 : 0;
        }
        anna.front()->disconnect();
        bert.front()->disconnect();
        relay.clock.advance(60'000);
        relay.restart(epoch);
    }
    QCOMPARE(handedOut, 5);
    relay.clock.advance(3'600'000);
    QVERIFY(anna.front()->connect());
    anna.front()->sendAndSettle(ask);
    QVERIFY(anna.front()->last(wire::RelayFrame::kBundles)->bundles().bundles(0).has_prekey());
}

void OverloadTest::aRestartGivesNoNewHourOfLookUps() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    relay.addAccount(QStringLiteral("bert"));
    QVERIFY(anna.front()->connect());
    for (int count = 0; count < 20; ++count)
        anna.front()->sendAndSettle(lookUp("nobody.here"));
    QCOMPARE(anna.front()->error(), QStringLiteral("unknown_recipient"));
    anna.front()->disconnect();
    relay.restart(2);
    QVERIFY(anna.front()->connect());
    // Known names as well: else the answer would tell them from unknown ones.
    anna.front()->sendAndSettle(lookUp("bert"));
    QCOMPARE(anna.front()->error(), QStringLiteral("rate_limited"));
    relay.clock.advance(3'600'000);
    anna.front()->sendAndSettle(lookUp("bert"));
    QVERIFY(anna.front()->last(wire::RelayFrame::kAccount) != nullptr);
}

RECADO_TEST(OverloadTest)
#include "OverloadTest.moc"
