#include "People.h"
#include "support/CanaryScan.h"
#include "support/Suite.h"

#include <QJsonDocument>

namespace recado::tests {

namespace {

bool hasGone(const QJsonObject& connection) {
    return connection.value(QLatin1String("state")).toString() != QLatin1String("online");
}

} // namespace

/// All devices of an account are lost: an administrator gives it back, or deletes it.
class RecoveryE2eTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() { m_people = std::make_unique<People>(); }
    void cleanup() { m_people.reset(); }

    void aRecoveredAccountIsTheSameWithAnotherKey() {
        relay().setOptions({QStringLiteral("--registration"), QStringLiteral("closed")});
        QVERIFY(startOpenOnce());
        CliProcess& ana = m_people->join(QStringLiteral("ana"));
        CliProcess& bob = m_people->join(QStringLiteral("bob"));
        const RpcAnswer first = ana.sendTextTo(QStringLiteral("bob"), QStringLiteral("from the old phone"));
        VERIFY_OK(first);
        const QString chat = first.result.value(QLatin1String("chatId")).toString();
        QVERIFY(bob.waitForText(QStringLiteral("from the old phone")));
        CliProcess& carl = m_people->join(QStringLiteral("carl"));
        VERIFY_OK(ana.sendTextTo(QStringLiteral("carl"), QStringLiteral("hello carl")));
        QVERIFY(carl.waitForText(QStringLiteral("hello carl")));
        const QString numberBefore =
            contact(bob, QStringLiteral("ana")).value(QLatin1String("safetyNumber")).toString();
        relay().terminate();
        QVERIFY(relay().start()); // nobody may register any more
        QVERIFY(ana.waitOnline());

        const QString token = recovery(QStringLiteral("ana"));
        CliProcess& wrong = m_people->add(QStringLiteral("wrong"));
        VERIFY_REASON(wrong.registerAt(relay().url(), QStringLiteral("bob"), {}, token), "invalid_invite");
        VERIFY_REASON(wrong.registerAt(relay().url(), QStringLiteral("ana"), {}, token.chopped(3)),
                      "invalid_invite");
        VERIFY_REASON(wrong.registerAt(relay().url(), QStringLiteral("dora")), "registration_closed");

        const qsizetype lost = ana.mark();
        CliProcess& again = m_people->add(QStringLiteral("again"));
        const RpcAnswer recovered = again.registerAt(relay().url(), QStringLiteral("ana"), {}, token);
        VERIFY_OK(recovered);
        QCOMPARE(again.accountId(), ana.accountId());
        QCOMPARE(again.address(), ana.address());
        QCOMPARE(recovered.result.value(QLatin1String("deviceId")).toInt(), 2);
        QVERIFY(ana.waitFor(QStringLiteral("connection"), hasGone, lost)); // at once
        QVERIFY(again.waitOnline());
        VERIFY_REASON(wrong.registerAt(relay().url(), QStringLiteral("ana"), {}, token), "invalid_invite");

        // Whoever writes first is warned, and nothing goes out until bob has decided.
        const RpcAnswer held = bob.sendTextTo(QStringLiteral("ana"), QStringLiteral("is it you?"));
        QVERIFY2(held.ok() || held.reason == QLatin1String("identity_changed"), held.describe().constData());
        QVERIFY(bob.waitFor(QStringLiteral("identityChanged"), [&](const QJsonObject& params) {
            return params.value(QLatin1String("address")).toString() == ana.address();
        }));
        QCOMPARE(contact(bob, QStringLiteral("ana")).value(QLatin1String("trust")).toString(),
                 QStringLiteral("changed"));
        VERIFY_REASON(bob.sendTextTo(QStringLiteral("ana"), QStringLiteral("hello?")), "identity_changed");
        VERIFY_OK(again.sendTextTo(QStringLiteral("bob"), QStringLiteral("from the new phone")));
        QVERIFY(contact(bob, QStringLiteral("ana")).value(QLatin1String("safetyNumber")).toString() !=
                numberBefore);

        VERIFY_OK(
            bob.call(QStringLiteral("setTrust"), {{QStringLiteral("address"), QStringLiteral("ana")},
                                                  {QStringLiteral("trust"), QStringLiteral("verified")}}));
        const auto arrived = bob.waitForText(QStringLiteral("from the new phone"));
        QVERIFY(arrived.has_value());
        QCOMPARE(arrived->value(QLatin1String("chatId")).toString(), chat);
        const RpcAnswer back = bob.sendTextIn(chat, QStringLiteral("good to have you back"));
        VERIFY_OK(back);
        QVERIFY(again.waitForText(QStringLiteral("good to have you back")));
        QVERIFY(bob.waitForStatus(idOf(back.result), QStringLiteral("delivered")));
        if (held.ok())
            QVERIFY(again.waitForText(QStringLiteral("is it you?")));
        // Who is written to first is warned as well, and reads nothing before.
        VERIFY_OK(again.sendTextTo(QStringLiteral("carl"), QStringLiteral("it is me again")));
        QVERIFY(carl.waitFor(QStringLiteral("identityChanged"), [&](const QJsonObject& params) {
            return params.value(QLatin1String("address")).toString() == ana.address();
        }));
        VERIFY_REASON(carl.sendTextTo(QStringLiteral("ana"), QStringLiteral("who?")), "identity_changed");
        const qsizetype undecided = carl.mark();
        VERIFY_OK(
            carl.call(QStringLiteral("setTrust"), {{QStringLiteral("address"), QStringLiteral("ana")},
                                                   {QStringLiteral("trust"), QStringLiteral("unverified")}}));
        QVERIFY(carl.waitForText(QStringLiteral("it is me again"), undecided));
        QCOMPARE(contact(again, QStringLiteral("bob")).value(QLatin1String("safetyNumber")).toString(),
                 contact(bob, QStringLiteral("ana")).value(QLatin1String("safetyNumber")).toString());
    }

    void anErasedAccountIsGoneFromEverywhere() {
        QVERIFY(relay().start());
        CliProcess& leaving = m_people->join(QStringLiteral("leaving.person"));
        CliProcess& bob = m_people->join(QStringLiteral("bob"));
        VERIFY_OK(leaving.sendTextTo(QStringLiteral("bob"), QStringLiteral("goodbye")));
        QVERIFY(bob.waitForText(QStringLiteral("goodbye")));
        QCOMPARE(leaving.finish(), 0);
        const RpcAnswer waiting = bob.sendTextTo(leaving.address(), QStringLiteral("wait!"));
        VERIFY_OK(waiting);
        QVERIFY(bob.waitForStatus(idOf(waiting.result), QStringLiteral("sent")));
        CanaryScan scan;
        addSecrets(scan, QStringLiteral("leaving.person"));
        QVERIFY(!scan.scanDirectory(relay().dataDirectory()).isEmpty());

        QVERIFY(leaving.start());
        QVERIFY(leaving.waitOnline());
        const qsizetype mark = leaving.mark();
        const auto erased = relay().runCommand({QStringLiteral("erase"), QStringLiteral("leaving.person")});
        QVERIFY2(erased.exitCode == 0, erased.errors.constData());
        QVERIFY(leaving.waitFor(QStringLiteral("connection"), hasGone, mark));
        QCOMPARE(scan.scanDirectory(relay().dataDirectory()), QStringList());
        QCOMPARE(scan.scanOpenFiles(relay().processId()), QStringList());
        QVERIFY(!relay().errorText().contains("leaving.person"));
        QVERIFY(relay().runCommand({QStringLiteral("erase"), QStringLiteral("leaving.person")}).exitCode !=
                0);
        QVERIFY(relay().runCommand({QStringLiteral("export"), QStringLiteral("leaving.person")}).exitCode !=
                0);

        const RpcAnswer late = bob.sendTextTo(leaving.address(), QStringLiteral("too late"));
        QVERIFY(late.reason == QLatin1String("unknown_recipient") ||
                bob.waitForStatus(idOf(late.result), QStringLiteral("failed")));

        // The name rests, and bob goes on with everybody else.
        VERIFY_REASON(
            m_people->add(QStringLiteral("heir")).registerAt(relay().url(), QStringLiteral("leaving.person")),
            "username_taken");
        CliProcess& carl = m_people->join(QStringLiteral("carl"));
        VERIFY_OK(bob.sendTextTo(QStringLiteral("carl"), QStringLiteral("still here")));
        QVERIFY(carl.waitForText(QStringLiteral("still here")));
        QCOMPARE(relay().terminate(), 0);
        QCOMPARE(scan.scanDirectory(relay().dataDirectory()), QStringList());
        // Without a relay as well.
        const auto cold =
            relay().runCommand({QStringLiteral("erase"), QStringLiteral("--yes"), carl.accountId()});
        QVERIFY2(cold.exitCode == 0, cold.errors.constData());
        QVERIFY(relay().start());
        VERIFY_REASON(
            m_people->add(QStringLiteral("heir2")).registerAt(relay().url(), QStringLiteral("car1")),
            "username_taken");
    }

private:
    RelayProcess& relay() { return m_people->relay(); }

    /// The relay is closed from its second start on.
    bool startOpenOnce() {
        relay().setOptions({});
        const bool started = relay().start();
        relay().setOptions({QStringLiteral("--registration"), QStringLiteral("closed")});
        return started;
    }
    static QJsonObject contact(CliProcess& client, const QString& address) {
        return client.call(QStringLiteral("getContact"), {{QStringLiteral("address"), address}}).result;
    }
    QString recovery(const QString& name) {
        const auto made = relay().runCommand({QStringLiteral("invite"), QStringLiteral("--recover"), name});
        if (made.exitCode != 0 || !made.errors.contains("&name=" + name.toUtf8()))
            qFatal("no recovery invitation: %s", made.errors.constData());
        return QString::fromUtf8(made.output).trimmed();
    }
    /// Everything about the account that its export names.
    void addSecrets(CanaryScan& scan, const QString& name) {
        const QJsonObject document =
            QJsonDocument::fromJson(relay().runCommand({QStringLiteral("export"), name}).output).object();
        const auto bytes = [](const QJsonValue& value) {
            return QByteArray::fromBase64(value.toString().toLatin1());
        };
        const QJsonObject account = document.value(QLatin1String("account")).toObject();
        scan.add(QStringLiteral("name"), name.toUtf8());
        scan.add(QStringLiteral("id"),
                 QByteArray::fromHex(account.value(QLatin1String("accountId")).toString().toLatin1()));
        const QJsonObject list = document.value(QLatin1String("deviceList")).toObject();
        scan.add(QStringLiteral("identity"), bytes(list.value(QLatin1String("identityKey"))));
        scan.add(QStringLiteral("list signature"), bytes(list.value(QLatin1String("signature"))));
        const QJsonObject listed = list.value(QLatin1String("devices")).toArray().at(0).toObject();
        scan.add(QStringLiteral("auth key"), bytes(listed.value(QLatin1String("authKey"))));
        scan.add(QStringLiteral("header key"), bytes(listed.value(QLatin1String("headerKey"))));
        const QJsonObject device = document.value(QLatin1String("devices")).toArray().at(0).toObject();
        scan.add(QStringLiteral("signed prekey"),
                 bytes(device.value(QLatin1String("signedPrekey"))[QLatin1String("key")]));
        const QJsonArray prekeys = device.value(QLatin1String("oneTimePrekeys")).toArray();
        scan.add(QStringLiteral("prekey"), bytes(prekeys.at(0)[QLatin1String("key")]));
        QVERIFY(device.value(QLatin1String("mailbox"))[QLatin1String("envelopes")].toInt() > 0);
    }

    std::unique_ptr<People> m_people;
};

} // namespace recado::tests

RECADO_TEST(recado::tests::RecoveryE2eTest)
#include "RecoveryE2eTest.moc"
