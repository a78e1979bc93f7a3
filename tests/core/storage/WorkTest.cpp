#include "StoreFixture.h"
#include "support/Suite.h"

#include <QFileInfo>
#include <QTest>

namespace recado::tests {

using base::Reason;
using messaging::SavepointScope;
using messaging::WorkScope;

class WorkTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void aRollbackTakesSessionsMarksAndMessagesTogether();
    void aCommitShowsThemToReadersTogether();
    void aSavepointTakesBackOnlyItsPart();
    void savepointsNest();
    void scopesRollBackUnlessEnded();
    void misuseIsAnError();
    void aForgottenSavepointUndoesTheWork();
    void takenNumbersComeBackWithARollback();
    void whatIsDeletedLeavesTheLogWithItsCommit_data();
    void whatIsDeletedLeavesTheLogWithItsCommit();
    void aReaderInTheWayOnlyDelaysTheEmptying();
};

namespace {

qint64 logSize(const StoreFixture& f) {
    return QFileInfo(f.temporary.path() + QStringLiteral("/profile.db-wal")).size();
}

} // namespace

void WorkTest::aRollbackTakesSessionsMarksAndMessagesTogether() {
    StoreFixture f;
    f.fill();
    RECADO_OK(f.stores.sessions.storeSession({f.peer, 1}, "before"));
    const messaging::NewMessage message = f.incoming(QStringLiteral("never was"), 1);
    RECADO_OK(f.stores.work.begin());
    RECADO_OK(f.stores.sessions.storeSession({f.peer, 1}, "after"));
    QCOMPARE(*f.stores.arrivals.markMessage(f.peer, message.key.id), true);
    QCOMPARE(*f.stores.arrivals.markSubmission({f.peer, 1}, 9), true);
    QVERIFY(f.add(message) > 0);
    RECADO_OK(f.stores.receipts.add(f.peer, f.chat, messaging::ReceiptKind::Delivered, message.key.id));
    RECADO_OK(f.stores.work.rollback());
    QCOMPARE(*f.stores.sessions.loadSession({f.peer, 1}), QByteArray("before"));
    QCOMPARE(*f.stores.arrivals.knowsSubmission({f.peer, 1}, 9), false);
    QCOMPARE(*f.stores.arrivals.markMessage(f.peer, message.key.id), true);
    QVERIFY(!f.stores.messages.find(message.key)->has_value());
    QCOMPARE(*f.stores.receipts.isEmpty(), true);
    QVERIFY(!f.listed().lastMessage);
}

void WorkTest::aCommitShowsThemToReadersTogether() {
    StoreFixture f;
    f.fill();
    RECADO_OK(f.stores.work.begin());
    QVERIFY(f.add(f.incoming(QStringLiteral("hello"), 1)) > 0);
    QVERIFY(!f.listed().lastMessage);
    RECADO_OK(f.stores.work.commit());
    QCOMPARE(f.listed().lastMessage->text, QStringLiteral("hello"));
}

void WorkTest::aSavepointTakesBackOnlyItsPart() {
    StoreFixture f;
    f.fill();
    RECADO_OK(f.stores.work.begin());
    QVERIFY(f.add(f.incoming(QStringLiteral("stays"), 1)) > 0);
    RECADO_OK(f.stores.work.beginSavepoint());
    RECADO_OK(f.stores.sessions.storeSession({f.peer, 1}, "goes"));
    QVERIFY(f.add(f.incoming(QStringLiteral("goes"), 2)) > 0);
    RECADO_OK(f.stores.work.rollbackSavepoint());
    RECADO_OK(f.stores.work.commit());
    QCOMPARE(f.listed().lastMessage->text, QStringLiteral("stays"));
    QCOMPARE(*f.stores.sessions.loadSession({f.peer, 1}), std::nullopt);
}

void WorkTest::savepointsNest() {
    StoreFixture f;
    RECADO_OK(f.stores.work.begin());
    RECADO_OK(f.stores.work.beginSavepoint());
    RECADO_OK(f.stores.preKeys.storePreKey(1, "outer"));
    RECADO_OK(f.stores.work.beginSavepoint());
    RECADO_OK(f.stores.preKeys.storePreKey(2, "inner"));
    RECADO_OK(f.stores.work.rollbackSavepoint());
    RECADO_OK(f.stores.work.releaseSavepoint());
    RECADO_OK(f.stores.work.commit());
    QVERIFY(f.stores.preKeys.loadPreKey(1)->has_value());
    QVERIFY(!f.stores.preKeys.loadPreKey(2)->has_value());
}

void WorkTest::scopesRollBackUnlessEnded() {
    StoreFixture f;
    {
        auto work = WorkScope::begin(f.stores.work);
        RECADO_OK(work);
        RECADO_OK(f.stores.preKeys.storePreKey(1, "lost"));
    }
    QVERIFY(!f.stores.preKeys.loadPreKey(1)->has_value());
    auto work = WorkScope::begin(f.stores.work);
    RECADO_OK(work);
    {
        const auto lost = SavepointScope::begin(f.stores.work);
        RECADO_OK(lost);
        RECADO_OK(f.stores.preKeys.storePreKey(2, "lost"));
    }
    auto kept = SavepointScope::begin(f.stores.work);
    RECADO_OK(kept);
    RECADO_OK(f.stores.preKeys.storePreKey(3, "kept"));
    RECADO_OK(kept->release());
    RECADO_OK(work->commit());
    QVERIFY(!f.stores.preKeys.loadPreKey(2)->has_value());
    QVERIFY(f.stores.preKeys.loadPreKey(3)->has_value());
}

void WorkTest::misuseIsAnError() {
    StoreFixture f;
    QCOMPARE(f.stores.work.commit().error().reason, Reason::StorageFailed);
    QCOMPARE(f.stores.work.rollback().error().reason, Reason::StorageFailed);
    QCOMPARE(f.stores.work.beginSavepoint().error().reason, Reason::StorageFailed);
    RECADO_OK(f.stores.work.begin());
    QCOMPARE(f.stores.work.begin().error().reason, Reason::StorageFailed);
    QCOMPARE(f.stores.work.releaseSavepoint().error().reason, Reason::StorageFailed);
    QCOMPARE(f.stores.work.rollbackSavepoint().error().reason, Reason::StorageFailed);
    RECADO_OK(f.stores.work.commit());
}

void WorkTest::aForgottenSavepointUndoesTheWork() {
    StoreFixture f;
    RECADO_OK(f.stores.work.begin());
    RECADO_OK(f.stores.preKeys.storePreKey(1, "lost"));
    RECADO_OK(f.stores.work.beginSavepoint());
    QCOMPARE(f.stores.work.commit().error().reason, Reason::StorageFailed);
    QVERIFY(!f.stores.preKeys.loadPreKey(1)->has_value());
    RECADO_OK(f.stores.work.begin());
    RECADO_OK(f.stores.work.commit());
}

void WorkTest::takenNumbersComeBackWithARollback() {
    StoreFixture f;
    using messaging::NumberSeries;
    QCOMPARE(*f.stores.profile.takeNumbers(NumberSeries::PreKey, 100), 1u);
    RECADO_OK(f.stores.work.begin());
    QCOMPARE(*f.stores.profile.takeNumbers(NumberSeries::PreKey, 10), 101u);
    RECADO_OK(f.stores.work.rollback());
    QCOMPARE(*f.stores.profile.takeNumbers(NumberSeries::PreKey, 1), 101u);
    QCOMPARE(*f.stores.profile.takeNumbers(NumberSeries::PreKey, 1), 102u);
    QCOMPARE(*f.stores.profile.takeNumbers(NumberSeries::Submission, 1), 1u);
    QCOMPARE(f.stores.profile.takeNumbers(NumberSeries::Submission, 0).error().reason,
             Reason::InvalidArgument);
}

void WorkTest::whatIsDeletedLeavesTheLogWithItsCommit_data() {
    QTest::addColumn<int>("deletion");
    QTest::newRow("nothing deleted") << 0;
    QTest::newRow("edited") << 1;
    QTest::newRow("erased") << 2;
    QTest::newRow("removed") << 3;
    QTest::newRow("conversation removed") << 4;
    QTest::newRow("keys expired") << 5;
}

void WorkTest::whatIsDeletedLeavesTheLogWithItsCommit() {
    QFETCH(int, deletion);
    StoreFixture f;
    f.fill();
    const messaging::LocalId message = f.add(f.incoming(QStringLiteral("secret"), 1));
    QVERIFY(logSize(f) > 0);
    RECADO_OK(f.stores.work.begin());
    switch (deletion) {
    case 1:
        RECADO_OK(f.stores.changes.edit(message, QStringLiteral("public"), 2));
        break;
    case 2:
        RECADO_OK(f.stores.changes.erase(message));
        break;
    case 3:
        RECADO_OK(f.stores.changes.remove(message));
        break;
    case 4:
        RECADO_OK(f.stores.conversations.removeConversation(f.chat));
        break;
    case 5:
        RECADO_OK(f.stores.maintenance.expireKeys(1, 1));
        break;
    default:
        RECADO_OK(f.stores.preKeys.storePreKey(1, "new"));
    }
    RECADO_OK(f.stores.work.commit());
    QCOMPARE(logSize(f) == 0, deletion != 0);
}

void WorkTest::aReaderInTheWayOnlyDelaysTheEmptying() {
    StoreFixture f;
    f.fill();
    const messaging::LocalId message = f.add(f.incoming(QStringLiteral("secret"), 1));
    RECADO_OK(f.temporary.writer().execute("PRAGMA busy_timeout = 0")); // it would wait for the reader
    {
        const auto reading = sql::Transaction::beginRead(*f.reader);
        RECADO_OK(reading);
        QVERIFY(f.reader->query("SELECT count(*) FROM message")->step().ok());
        RECADO_OK(f.stores.work.begin());
        RECADO_OK(f.stores.changes.erase(message));
        RECADO_OK(f.stores.work.commit());
        QVERIFY(logSize(f) > 0);
    }
    RECADO_OK(f.stores.work.begin());
    RECADO_OK(f.stores.preKeys.storePreKey(1, "later"));
    RECADO_OK(f.stores.work.commit());
    QCOMPARE(logSize(f), 0);
}

} // namespace recado::tests

RECADO_TEST(recado::tests::WorkTest)
#include "WorkTest.moc"
