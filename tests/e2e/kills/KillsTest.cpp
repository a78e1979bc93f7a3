#include "KillRun.h"
#include "support/Suite.h"

#include <QTest>

namespace recado::tests {

/// The short form of the kill loops; `./dev kills` is the long one.
class KillsTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void nothingIsLostOrShownTwiceWhenAProcessIsKilledUnderLoad_data();
    void nothingIsLostOrShownTwiceWhenAProcessIsKilledUnderLoad();
    void nothingIsLostOrShownTwiceWhenAProcessDiesAt_data();
    void nothingIsLostOrShownTwiceWhenAProcessDiesAt();
};

void KillsTest::nothingIsLostOrShownTwiceWhenAProcessIsKilledUnderLoad_data() {
    QTest::addColumn<KillRun::Victim>("victim");
    QTest::newRow("relay") << KillRun::Victim::Relay;
    QTest::newRow("sender") << KillRun::Victim::Sender;
    QTest::newRow("receiver") << KillRun::Victim::Receiver;
}

void KillsTest::nothingIsLostOrShownTwiceWhenAProcessIsKilledUnderLoad() {
    QFETCH(KillRun::Victim, victim);
    KillRun run(7);
    QCOMPARE(run.prepare(), QString());
    for (int round = 0; round < 6; ++round)
        QCOMPARE(run.killOnce(victim), QString());
    QCOMPARE(run.settleAndJudge(), QStringList());
    QVERIFY(run.messages() > 20);
}

void KillsTest::nothingIsLostOrShownTwiceWhenAProcessDiesAt_data() {
    QTest::addColumn<KillRun::Victim>("victim");
    QTest::addColumn<QString>("point");
    const auto add = [](KillRun::Victim victim, const char* who, const char* point) {
        QTest::addRow("%s dies at %s", who, point) << victim << QString::fromLatin1(point);
    };
    for (const char* point :
         {"relay.before_push", "relay.after_push", "relay.before_commit", "relay.after_commit",
          "relay.before_accepted", "relay.after_accepted", "relay.before_ack", "relay.after_ack"})
        add(KillRun::Victim::Relay, "relay", point);
    for (const char* point : {"client.before_seal_commit", "client.after_seal_commit", "client.after_submit",
                              "client.before_accepted_commit", "client.after_accepted_commit"})
        add(KillRun::Victim::Sender, "sender", point);
    for (const char* point : {"client.before_inbound_commit", "client.after_inbound_commit",
                              "client.before_ack", "client.after_ack"})
        add(KillRun::Victim::Receiver, "receiver", point);
}

void KillsTest::nothingIsLostOrShownTwiceWhenAProcessDiesAt() {
    QFETCH(KillRun::Victim, victim);
    QFETCH(QString, point);
    KillRun run(11);
    QCOMPARE(run.prepare(), QString());
    for (int pass = 1; pass <= 3; pass += 2)
        QCOMPARE(run.killAt(victim, point, pass), QString());
    QCOMPARE(run.settleAndJudge(), QStringList());
}

} // namespace recado::tests

RECADO_TEST(recado::tests::KillsTest)
#include "KillsTest.moc"
