#include "app/cli/PlainText.h"

#include "app/cli/Json.h"
#include "support/FakeClient.h"
#include "support/Suite.h"

#include <QJsonArray>
#include <QTest>

namespace recado::tests {

class PlainTextTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void nothingFromOthersSteersTheTerminal_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("safe");
        QTest::newRow("escape") << QStringLiteral("a\x1b[2Jb") << QStringLiteral("a\uFFFD[2Jb");
        QTest::newRow("C1") << QStringLiteral("a\u009b31mb") << QStringLiteral("a\uFFFD31mb");
        QTest::newRow("delete and bell") << QStringLiteral("\x7f\x07") << QStringLiteral("\uFFFD\uFFFD");
        QTest::newRow("overrides") << QStringLiteral("a\u202Eb\u2066c\u2069") << QStringLiteral("abc");
        QTest::newRow("line ends") << QStringLiteral("a\r\nb\rc\u2028d\u2029e")
                                   << QStringLiteral("a\nb\nc\nd\ne");
        QTest::newRow("emoji stay whole")
            << QStringLiteral("👩‍👩‍👧 ❤️") << QStringLiteral("👩‍👩‍👧 ❤️");
        QTest::newRow("right to left stays") << QStringLiteral("שלום مرحبا") << QStringLiteral("שלום مرحبا");
    }

    void nothingFromOthersSteersTheTerminal() {
        QFETCH(QString, text);
        QFETCH(QString, safe);
        QCOMPARE(cli::terminalSafe(text), safe);
    }

    void messagesAreAlignedOldestFirst() {
        FakeClient client;
        const base::ConversationId chat = client.addConversation(QStringLiteral("bob"));
        client.addMessage(chat, QStringLiteral("first\nline"), true);
        client.addMessage(chat, QStringLiteral("second\x1b"), false);
        QJsonArray newestFirst;
        for (const messaging::Message& message : client.messageList)
            newestFirst.prepend(cli::toJson(message));
        const QString text = cli::messagesText({{QStringLiteral("messages"), newestFirst}});
        const QStringList lines = text.split(QLatin1Char('\n'));
        QCOMPARE(lines.size(), 4);
        QVERIFY(lines[0].endsWith(QStringLiteral("ana@relay.test  pending   first")));
        QCOMPARE(lines[1].indexOf(QLatin1Char('l')), lines[0].indexOf(QStringLiteral("first")));
        QVERIFY(lines[2].endsWith(QStringLiteral("bob@relay.test  received  second\uFFFD")));
    }

    void aDeletedMessageSaysSo() {
        FakeClient client;
        messaging::Message message =
            client.addMessage(client.addConversation(QStringLiteral("bob")), QString(), false);
        message.deleted = true;
        const QString text =
            cli::messagesText({{QStringLiteral("messages"), QJsonArray{cli::toJson(message)}}});
        QVERIFY(text.contains(QStringLiteral("(deleted)")));
    }

    void chatsShowWhoWhenAndHowManyAreNew() {
        FakeClient client;
        const base::ConversationId chat = client.addConversation(QStringLiteral("bob"), true);
        client.addMessage(chat, QString(100, QLatin1Char('x')), false);
        const QJsonObject object = cli::toJson(client.conversationList[0]);
        const QString text = cli::chatsText({{QStringLiteral("chats"), QJsonArray{object}}});
        QVERIFY(text.contains(chat.toHex()));
        QVERIFY(text.contains(QStringLiteral("bob@relay.test")));
        QVERIFY(text.contains(QStringLiteral("1 new")));
        QVERIFY(text.contains(QStringLiteral("[request] xxx")));
        QVERIFY(!text.contains(QString(61, QLatin1Char('x'))));
        QCOMPARE(text.count(QLatin1Char('\n')), 1);
    }

    void emptyListsSaySo() {
        QCOMPARE(cli::chatsText({}), QStringLiteral("no chats yet\n"));
        QCOMPARE(cli::messagesText({}), QStringLiteral("no messages yet\n"));
    }

    void notificationsAreOneReadableLineEach() {
        const QJsonObject who{{QStringLiteral("address"), QStringLiteral("bob@r\x1b")},
                              {QStringLiteral("online"), true},
                              {QStringLiteral("typing"), true},
                              {QStringLiteral("state"), QStringLiteral("offline")},
                              {QStringLiteral("problem"), QStringLiteral("relay_unreachable")}};
        QCOMPARE(cli::notificationText(QStringLiteral("presence"), who),
                 QStringLiteral("bob@r\uFFFD is online\n"));
        QCOMPARE(cli::notificationText(QStringLiteral("typing"), who),
                 QStringLiteral("bob@r\uFFFD is typing\n"));
        QCOMPARE(cli::notificationText(QStringLiteral("connection"), who),
                 QStringLiteral("connection: offline (relay_unreachable)\n"));
        QVERIFY(
            cli::notificationText(QStringLiteral("identityChanged"), who).contains(QStringLiteral("safety")));
        QVERIFY(cli::notificationText(QStringLiteral("chatChanged"), who).isEmpty());
    }
};

} // namespace recado::tests

RECADO_TEST(recado::tests::PlainTextTest)
#include "PlainTextTest.moc"
