#include "Talk.h"
#include "support/Suite.h"

#include <QTest>

using namespace recado;
using namespace recado::tests;

/// A number that comes again, and a commit that has to be repeated.
class RepetitionTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
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
};

void RepetitionTest::aRepetitionAfterAcceptedIsAcceptedAgain() {
    Talk talk;
    QVERIFY(talk.connected);
    talk.anna.front()->sendAndSettle(toOne(1, talk.bert));
    talk.anna.front()->sendAndSettle(toOne(1, talk.bert));
    QCOMPARE(talk.anna.front()->accepted(), (QVector<quint64>{1, 1}));
    QCOMPARE(talk.mailboxes.rows[talk.bert.front()->address].size(), 1);
    QCOMPARE(talk.core->metrics().duplicates.load(), 1u);
}

void RepetitionTest::aRepetitionInFlightIsAnsweredOnce() {
    Talk talk;
    QVERIFY(talk.connected);
    talk.anna.front()->sendAndSettle(toOne(1, talk.bert));
    talk.mailboxes.queue.hold();
    talk.anna.front()->sendAndSettle(toOne(2, talk.bert));
    talk.anna.front()->sendAndSettle(toOne(2, talk.bert));
    talk.mailboxes.queue.release();
    talk.settle();
    QCOMPARE(talk.anna.front()->accepted(), (QVector<quint64>{1, 2}));
    QCOMPARE(talk.mailboxes.rows[talk.bert.front()->address].size(), 2);
}

void RepetitionTest::aRepetitionWaitingForTheDirectoryIsAnsweredOnce() {
    Talk talk;
    QVERIFY(talk.connected);
    talk.directory.queue.hold();
    talk.anna.front()->sendAndSettle(toOne(1, talk.bert));
    talk.anna.front()->sendAndSettle(toOne(1, talk.bert));
    QCOMPARE(talk.directory.queue.waiting(), 1u);
    talk.directory.queue.release();
    talk.settle();
    QCOMPARE(talk.anna.front()->accepted(), QVector<quint64>{1});
    QCOMPARE(talk.mailboxes.rows[talk.bert.front()->address].size(), 1);
}

void RepetitionTest::aRepetitionAfterReconnectingIsAnsweredThere() {
    Talk talk;
    QVERIFY(talk.connected);
    talk.anna.front()->sendAndSettle(toOne(1, talk.bert));
    talk.mailboxes.queue.hold();
    talk.anna.front()->sendAndSettle(toOne(2, talk.bert));
    talk.anna.front()->disconnect();
    // The window is in memory while a submission is under way, so the held store is not asked for it; the
    // device's own mailbox is.
    QVERIFY(talk.anna.front()->connect());
    talk.anna.front()->sendAndSettle(toOne(2, talk.bert));
    QVERIFY(talk.anna.front()->accepted().isEmpty());
    talk.mailboxes.queue.release();
    talk.settle();
    QCOMPARE(talk.anna.front()->accepted(), QVector<quint64>{2});
    QCOMPARE(talk.mailboxes.rows[talk.bert.front()->address].size(), 2);
}

void RepetitionTest::aRepetitionAfterARestartIsRecognised() {
    Talk talk;
    QVERIFY(talk.connected);
    talk.anna.front()->sendAndSettle(toOne(1, talk.bert));
    talk.anna.front()->disconnect();
    talk.restart(2);
    QVERIFY(talk.anna.front()->connect());
    talk.anna.front()->sendAndSettle(toOne(1, talk.bert));
    talk.anna.front()->sendAndSettle(toOne(2, talk.bert));
    QCOMPARE(talk.anna.front()->accepted(), (QVector<quint64>{1, 2}));
    const auto ids = talk.mailboxes.rows[talk.bert.front()->address].keys();
    QCOMPARE(ids, (QList<base::DeliveryId>{(1ULL << 40) + 1, (2ULL << 40) + 1}));
}

void RepetitionTest::welcomeTellsTheHighestSubmission() {
    Talk talk;
    QVERIFY(talk.connected);
    talk.anna.front()->sendAndSettle(toOne(41, talk.bert));
    talk.anna.front()->disconnect();
    QVERIFY(talk.anna.front()->connect());
    QCOMPARE(talk.anna.front()->last(wire::RelayFrame::kWelcome)->welcome().highest_submission(), 41u);
}

void RepetitionTest::aNumberBelowTheWindowIsTakenAnew() {
    Talk talk;
    QVERIFY(talk.connected);
    talk.anna.front()->sendAndSettle(toOne(5'000, talk.bert));
    // Refused as busy long ago, perhaps: accepting it unstored could lose it.
    talk.anna.front()->sendAndSettle(toOne(3, talk.bert));
    QCOMPARE(talk.anna.front()->accepted(), (QVector<quint64>{5'000, 3}));
    QCOMPARE(talk.mailboxes.rows[talk.bert.front()->address].size(), 2);
}

void RepetitionTest::aBusyStoreRefusesAndTheSameNumberMayComeAgain() {
    Talk talk;
    QVERIFY(talk.connected);
    for (const auto result : {relay::StoreResult::Busy, relay::StoreResult::NotCommitted}) {
        talk.mailboxes.appendResults = {result};
        talk.anna.front()->sendAndSettle(toOne(1, talk.bert));
        QCOMPARE(talk.anna.front()->refusal(), QStringLiteral("busy"));
        QVERIFY(talk.anna.front()->last(wire::RelayFrame::kRefused)->refused().retry_after_ms() > 0);
    }
    QVERIFY(talk.anna.front()->accepted().isEmpty());
    talk.anna.front()->sendAndSettle(toOne(1, talk.bert));
    QCOMPARE(talk.anna.front()->accepted(), QVector<quint64>{1});
    QCOMPARE(talk.mailboxes.rows[talk.bert.front()->address].size(), 1);
}

void RepetitionTest::anUncertainCommitIsRepeatedWithTheSameIds() {
    Talk talk;
    QVERIFY(talk.connected);
    talk.mailboxes.appendResults = {relay::StoreResult::Unknown};
    talk.anna.front()->sendAndSettle(toOne(1, talk.bert));
    QVERIFY(talk.anna.front()->accepted().isEmpty());
    QTRY_COMPARE(talk.anna.front()->accepted(), QVector<quint64>{1});
    QCOMPARE(talk.mailboxes.appends, 2);
    QCOMPARE(talk.mailboxes.rows[talk.bert.front()->address].size(), 1);
}

void RepetitionTest::anUncertainCommitIsRepeatedUntilTheStoreIsSure() {
    Talk talk;
    QVERIFY(talk.connected);
    // Busy says that this attempt wrote nothing; the first may have.
    talk.mailboxes.appendResults = {relay::StoreResult::Unknown, relay::StoreResult::Busy};
    talk.anna.front()->sendAndSettle(toOne(1, talk.bert));
    QTRY_COMPARE(talk.anna.front()->accepted(), QVector<quint64>{1});
    QCOMPARE(talk.anna.front()->count(wire::RelayFrame::kRefused), 0);
    QCOMPARE(talk.mailboxes.appends, 3);
}

RECADO_TEST(RepetitionTest)
#include "RepetitionTest.moc"
