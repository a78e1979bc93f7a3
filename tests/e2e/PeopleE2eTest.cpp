#include "People.h"
#include "support/Suite.h"

#include <QRegularExpression>

namespace recado::tests {

/// Accounts, strangers, presence, typing and trust.
class PeopleE2eTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() { m_people = std::make_unique<People>(); }
    void cleanup() { m_people.reset(); }

    void aUsernameIsTakenOnce() {
        QVERIFY(m_people->relay().start());
        m_people->join(QStringLiteral("ana"));
        CliProcess& other = m_people->add(QStringLiteral("other"));
        const QString url = m_people->relay().url();
        VERIFY_REASON(other.registerAt(url, QStringLiteral("ana")), "username_taken");
        const RpcAnswer upper = other.registerAt(url, QStringLiteral("Ana"));
        QCOMPARE(upper.errorCode, -32602);
        QCOMPARE(upper.param, QStringLiteral("username"));
        VERIFY_REASON(other.call(QStringLiteral("getChats")), "not_registered");
        VERIFY_OK(other.registerAt(url, QStringLiteral("other")));
    }

    void invitationsOpenAnInviteOnlyRelay() {
        m_people->relay().setOptions({QStringLiteral("--registration"), QStringLiteral("invite")});
        QVERIFY(m_people->relay().start());
        const QString url = m_people->relay().url();
        CliProcess& ana = m_people->add(QStringLiteral("ana"));
        VERIFY_REASON(ana.registerAt(url, QStringLiteral("ana")), "invalid_invite");
        VERIFY_REASON(ana.registerAt(url, QStringLiteral("ana"), {}, QStringLiteral("nonsense")),
                      "invalid_invite");
        const RelayProcess::CommandResult invite = m_people->relay().runCommand({QStringLiteral("invite")});
        QVERIFY2(invite.exitCode == 0, invite.errors.constData());
        const QString code =
            QString::fromUtf8(invite.output).trimmed().section(QRegularExpression(QStringLiteral("\\s")), -1);
        VERIFY_OK(ana.registerAt(url, QStringLiteral("ana"), {}, code));
    }

    void aClosedRelayTakesNobody() {
        m_people->relay().setOptions({QStringLiteral("--registration"), QStringLiteral("closed")});
        QVERIFY(m_people->relay().start());
        VERIFY_REASON(
            m_people->add(QStringLiteral("ana")).registerAt(m_people->relay().url(), QStringLiteral("ana")),
            "registration_closed");
    }

    void withoutARelayNobodyRegistersNorIsLookedUp() {
        CliProcess& nobody = m_people->add(QStringLiteral("nobody"));
        VERIFY_REASON(nobody.registerAt(QStringLiteral("ws://127.0.0.1:1"), QStringLiteral("ana")),
                      "relay_unreachable");
        QVERIFY(m_people->relay().start());
        CliProcess& ana = m_people->join(QStringLiteral("ana"));
        m_people->join(QStringLiteral("bob"));
        m_people->relay().killHard();
        VERIFY_REASON(ana.sendTextTo(QStringLiteral("bob"), QStringLiteral("x")), "relay_unreachable");
    }

    void whoAsksForTooManyNamesIsToldHowLongToWait() {
        QVERIFY(m_people->relay().start());
        CliProcess& ana = m_people->join(QStringLiteral("ana"));
        RpcAnswer answer;
        for (int number = 0; number < 25 && answer.reason != QLatin1String("rate_limited"); ++number) {
            answer = ana.call(QStringLiteral("getContact"),
                              {{QStringLiteral("address"), QStringLiteral("nobody%1").arg(number)}});
            QVERIFY(!answer.ok());
        }
        VERIFY_REASON(answer, "rate_limited");
        QVERIFY(answer.data.value(QLatin1String("retryAfterMs")).toInteger() > 0);
    }

    void aChatIsCalledTheSameBeforeTheFirstMessageAndAfterIt() {
        QVERIFY(m_people->relay().start());
        CliProcess& ana = m_people->join(QStringLiteral("ana"));
        CliProcess& bob = m_people->join(QStringLiteral("bob"));
        const auto names = [&ana] {
            const QJsonObject contact =
                ana.call(QStringLiteral("getContact"), {{QStringLiteral("address"), QStringLiteral("bob")}})
                    .result;
            return std::pair(chatsOf(ana).at(0).toObject().value(QLatin1String("title")).toString(),
                             contact.value(QLatin1String("displayName")).toString());
        };
        VERIFY_OK(ana.call(QStringLiteral("createChat"),
                           {{QStringLiteral("type"), QStringLiteral("direct")},
                            {QStringLiteral("participants"), QJsonArray{QStringLiteral("bob")}}}));
        QCOMPARE(names(), std::pair(QStringLiteral("bob"), QStringLiteral("bob")));
        VERIFY_OK(bob.sendTextTo(QStringLiteral("ana"), QStringLiteral("hi")));
        QVERIFY(ana.waitForText(QStringLiteral("hi")));
        QCOMPARE(names(), std::pair(QStringLiteral("bob"), QStringLiteral("bob")));
    }

    void aStrangersRequestIsSilentUntilAccepted() {
        QVERIFY(m_people->relay().start());
        CliProcess& ana = m_people->join(QStringLiteral("ana"));
        CliProcess& bob = m_people->join(QStringLiteral("bob"));
        VERIFY_OK(bob.call(QStringLiteral("setPrivacy"),
                           {{QStringLiteral("acceptRequests"), QStringLiteral("ask")}}));
        const RpcAnswer sent = ana.sendTextTo(QStringLiteral("bob"), QStringLiteral("hello stranger"));
        VERIFY_OK(sent);
        const QString id = idOf(sent.result);
        const QString chat = sent.result.value(QLatin1String("chatId")).toString();
        QVERIFY(bob.waitForText(QStringLiteral("hello stranger")));
        QVERIFY(chatsOf(bob).at(0).toObject().value(QLatin1String("request")).toBool());
        QVERIFY(ana.waitForStatus(id, QStringLiteral("sent")));
        // Everything of bob's has left, and it was nothing.
        VERIFY_OK(bob.call(QStringLiteral("waitIdle")));
        VERIFY_OK(ana.call(QStringLiteral("waitIdle")));
        QCOMPARE(messagesOf(ana, chat).at(0).toObject().value(QLatin1String("status")).toString(),
                 QStringLiteral("sent"));
        VERIFY_OK(bob.call(QStringLiteral("acceptChat"), {{QStringLiteral("chatId"), chat}}));
        QVERIFY(ana.waitForStatus(id, QStringLiteral("delivered")));
        QVERIFY(!chatsOf(bob).at(0).toObject().value(QLatin1String("request")).toBool());
        VERIFY_OK(bob.sendTextIn(chat, QStringLiteral("hello you")));
        QVERIFY(ana.waitForText(QStringLiteral("hello you")));
    }

    void privacyHoldsReceiptsBack() {
        QVERIFY(m_people->relay().start());
        CliProcess& ana = m_people->join(QStringLiteral("ana"));
        CliProcess& bob = m_people->join(QStringLiteral("bob"));
        VERIFY_OK(bob.call(QStringLiteral("setPrivacy"), {{QStringLiteral("sendReceipts"), false}}));
        const RpcAnswer sent = ana.sendTextTo(QStringLiteral("bob"), QStringLiteral("quiet"));
        VERIFY_OK(sent);
        const std::optional<QJsonObject> message = bob.waitForText(QStringLiteral("quiet"));
        QVERIFY(message);
        VERIFY_OK(
            bob.call(QStringLiteral("updateStatus"), {{QStringLiteral("messageId"), idOf(*message)},
                                                      {QStringLiteral("status"), QStringLiteral("read")}}));
        VERIFY_OK(bob.sendTextTo(QStringLiteral("ana"), QStringLiteral("later word")));
        QVERIFY(ana.waitForText(QStringLiteral("later word")));
        const auto isRead = [](const QJsonObject& params) {
            return params.value(QLatin1String("status")).toString() == QLatin1String("read");
        };
        QVERIFY(!ana.waitFor(QStringLiteral("status"), isRead, 0, 1'500));
    }

    void presenceAndTypingAreSeenByFriends() {
        QVERIFY(m_people->relay().start());
        CliProcess& ana = m_people->join(QStringLiteral("ana"));
        CliProcess& bob = m_people->join(QStringLiteral("bob"));
        const RpcAnswer first = ana.sendTextTo(QStringLiteral("bob"), QStringLiteral("one"));
        VERIFY_OK(first);
        const QString chat = first.result.value(QLatin1String("chatId")).toString();
        QVERIFY(bob.waitForText(QStringLiteral("one")));
        VERIFY_OK(bob.sendTextIn(chat, QStringLiteral("two")));
        QVERIFY(ana.waitForText(QStringLiteral("two")));

        const auto presence = [&bob](bool online) {
            return [&bob, online](const QJsonObject& params) {
                return params.value(QLatin1String("address")).toString() == bob.address() &&
                       params.value(QLatin1String("online")).toBool() == online;
            };
        };
        QVERIFY(ana.waitFor(QStringLiteral("presence"), presence(true)));

        VERIFY_OK(bob.call(QStringLiteral("setTyping"),
                           {{QStringLiteral("chatId"), chat}, {QStringLiteral("typing"), true}}));
        const auto isTyping = [&](const QJsonObject& params) {
            return params.value(QLatin1String("chatId")).toString() == chat &&
                   params.value(QLatin1String("address")).toString() == bob.address() &&
                   params.value(QLatin1String("typing")).toBool();
        };
        QVERIFY(ana.waitFor(QStringLiteral("typing"), isTyping));

        const qsizetype mark = ana.mark();
        QCOMPARE(bob.finish(), 0);
        const std::optional<QJsonObject> away =
            ana.waitFor(QStringLiteral("presence"), presence(false), mark);
        QVERIFY(away);
        QVERIFY(bob.start());
        QVERIFY(ana.waitFor(QStringLiteral("presence"), presence(true), mark));
    }

    void safetyNumbersAgreeAndTrustIsKept() {
        QVERIFY(m_people->relay().start());
        CliProcess& ana = m_people->join(QStringLiteral("ana"), QStringLiteral("Ana"));
        CliProcess& bob = m_people->join(QStringLiteral("bob"), QStringLiteral("Bob"));
        VERIFY_OK(ana.sendTextTo(QStringLiteral("bob"), QStringLiteral("hi")));
        QVERIFY(bob.waitForText(QStringLiteral("hi")));
        const auto contact = [](CliProcess& client, const QString& address) {
            return client.call(QStringLiteral("getContact"), {{QStringLiteral("address"), address}}).result;
        };
        const QJsonObject atAna = contact(ana, QStringLiteral("bob"));
        const QJsonObject atBob = contact(bob, ana.address());
        const QString number = atAna.value(QLatin1String("safetyNumber")).toString();
        QVERIFY(QRegularExpression(QStringLiteral("^[0-9]{60}$")).match(number).hasMatch());
        QCOMPARE(atBob.value(QLatin1String("safetyNumber")).toString(), number);
        QCOMPARE(atAna.value(QLatin1String("accountId")).toString(), bob.accountId());
        QCOMPARE(atBob.value(QLatin1String("displayName")).toString(), QStringLiteral("Ana"));
        QCOMPARE(atAna.value(QLatin1String("trust")).toString(), QStringLiteral("unverified"));
        VERIFY_OK(
            ana.call(QStringLiteral("setTrust"), {{QStringLiteral("address"), QStringLiteral("bob")},
                                                  {QStringLiteral("trust"), QStringLiteral("verified")}}));
        QVERIFY(ana.killAndRestart());
        QCOMPARE(contact(ana, QStringLiteral("bob")).value(QLatin1String("trust")).toString(),
                 QStringLiteral("verified"));
    }

private:
    std::unique_ptr<People> m_people;
};

} // namespace recado::tests

RECADO_TEST(recado::tests::PeopleE2eTest)
#include "PeopleE2eTest.moc"
