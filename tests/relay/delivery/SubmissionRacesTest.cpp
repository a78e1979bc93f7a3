#include "Talk.h"
#include "support/Suite.h"

#include <QTest>

using namespace recado;
using namespace recado::tests;

/// What changes while a submission is on its way.
class SubmissionRacesTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void changedListsAreKnownAtOnce();
    void aListThatChangesDuringItsLookUpIsLookedUpAgain();
    void anAccountErasedDuringItsLookUpIsUnknown();
    void aLateAppendReachesWhoConnectedMeanwhile();
    void aLateAppendIsNotPassedByForNewerOnes();
    void aRepeatedAppendLeavesOutWhatWasAcknowledged();
    void theMarkOfAnAcknowledgedSubmissionJoinsALaterCommit();
};

void SubmissionRacesTest::changedListsAreKnownAtOnce() {
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

void SubmissionRacesTest::aListThatChangesDuringItsLookUpIsLookedUpAgain() {
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

void SubmissionRacesTest::anAccountErasedDuringItsLookUpIsUnknown() {
    Talk talk;
    QVERIFY(talk.connected);
    talk.mailboxes.queue.hold();
    talk.anna.front()->sendAndSettle(toOne(1, talk.bert));
    const auto account = talk.bert.front()->address.account;
    talk.directory.eraseAccount(account, talk.clock.wallMs(), {&talk.inbox},
                                [&](const auto&) { talk.core->accountErased(account); });
    talk.settle();
    talk.mailboxes.queue.release();
    talk.settle();
    QCOMPARE(talk.anna.front()->refusal(), QStringLiteral("unknown_recipient"));
    QVERIFY(talk.mailboxes.rows[talk.bert.front()->address].isEmpty());
}

void SubmissionRacesTest::aLateAppendReachesWhoConnectedMeanwhile() {
    Talk talk;
    QVERIFY(talk.connected);
    talk.mailboxes.unknownWritesNothing = true;
    talk.mailboxes.appendResults = {relay::StoreResult::Unknown, relay::StoreResult::Busy,
                                    relay::StoreResult::Busy};
    talk.anna.front()->sendAndSettle(toOne(1, talk.bert));
    QVERIFY(talk.bert.front()->connect());
    QTRY_COMPARE(talk.anna.front()->accepted(), QVector<quint64>{1});
    QTRY_COMPARE(talk.bert.front()->delivered().size(), 1);
}

void SubmissionRacesTest::aLateAppendIsNotPassedByForNewerOnes() {
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

void SubmissionRacesTest::aRepeatedAppendLeavesOutWhatWasAcknowledged() {
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

void SubmissionRacesTest::theMarkOfAnAcknowledgedSubmissionJoinsALaterCommit() {
    Talk talk;
    QVERIFY(talk.connected);
    QVERIFY(talk.bert.front()->connect());
    talk.anna.front()->sendAndSettle(toOne(1, talk.bert));
    talk.mailboxes.queue.hold();
    talk.mailboxes.appendResults = {relay::StoreResult::NotCommitted};
    talk.anna.front()->sendAndSettle(toOne(2, talk.bert));
    const quint64 id = talk.bert.front()->delivered().back().delivery_id();
    talk.bert.front()->acknowledge(id, id);
    talk.settle();
    QCOMPARE(talk.anna.front()->accepted(), (QVector<quint64>{1, 2}));
    talk.mailboxes.queue.release();
    talk.settle();
    QTRY_VERIFY(talk.mailboxes.windows[talk.anna.front()->address].seen(2));
    QCOMPARE(talk.anna.front()->count(wire::RelayFrame::kRefused), 0);
    QCOMPARE(talk.mailboxes.rows[talk.bert.front()->address].size(), 1); // the first, not acknowledged
}

RECADO_TEST(SubmissionRacesTest)
#include "SubmissionRacesTest.moc"
