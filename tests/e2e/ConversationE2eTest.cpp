#include "People.h"
#include "support/Suite.h"
#include "support/Wait.h"

#include <QRegularExpression>

namespace recado::tests {

/// Two people, one relay: what they say arrives, and each sees what became of it.
class ConversationE2eTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() {
        m_people = std::make_unique<People>();
        QVERIFY2(m_people->relay().start(), m_people->relay().errorText().constData());
        m_ana = &m_people->join(QStringLiteral("ana"), QStringLiteral("Ana Ângela"));
        m_bob = &m_people->join(QStringLiteral("bob"), QStringLiteral("Bob"));
        const RpcAnswer chat = m_ana->call(QStringLiteral("createChat"),
                                           {{QStringLiteral("type"), QStringLiteral("direct")},
                                            {QStringLiteral("participants"), QJsonArray{m_bob->address()}}});
        VERIFY_OK(chat);
        m_chat = chat.result.value(QLatin1String("chatId")).toString();
        QVERIFY(m_ana->waitOnline() && m_bob->waitOnline());
    }

    void cleanupTestCase() {
        QVERIFY(m_ana->strayLines().isEmpty() && m_bob->strayLines().isEmpty());
        QCOMPARE(m_ana->finish(), 0);
        QCOMPARE(m_bob->finish(), 0);
        QCOMPARE(m_people->relay().terminate(), 0);
    }

    void whoamiIsWhatRegisterSaid() {
        const RpcAnswer whoami = m_ana->call(QStringLiteral("whoami"));
        VERIFY_OK(whoami);
        QCOMPARE(whoami.result.value(QLatin1String("address")).toString(), m_ana->address());
        QCOMPARE(whoami.result.value(QLatin1String("accountId")).toString(), m_ana->accountId());
        QVERIFY(m_ana->address().startsWith(QStringLiteral("ana@")));
        QVERIFY(m_ana->accountId() != m_bob->accountId());
        VERIFY_REASON(m_ana->registerAt(m_people->relay().url(), QStringLiteral("another")),
                      "already_registered");
    }

    void textsArriveAsTheyWereWritten_data() {
        QTest::addColumn<QString>("text");
        QTest::newRow("plain") << QStringLiteral("hello");
        QTest::newRow("accents") << QStringLiteral("Coração, naïveté, Ünïcødé");
        QTest::newRow("emoji") << QStringLiteral("👩‍👩‍👧‍👦 👍🏽 ❤️ 🇧🇷");
        QTest::newRow("right to left") << QStringLiteral("שלום עולם, مرحبا بالعالم");
        QTest::newRow("Chinese") << QStringLiteral("你好，世界");
        QTest::newRow("control characters") << QStringLiteral("tab\tnewline\nbell\x07 escape\x1b[2J");
        QTest::newRow("looks like JSON") << QStringLiteral("{\"jsonrpc\":\"2.0\"}\n\\u0000\"");
        QTest::newRow("one space around") << QStringLiteral(" x ");
        QTest::newRow("above the inline limit") << QString(5'000, QLatin1Char('i'));
        QTest::newRow("64 KiB") << QString(65'536, QLatin1Char('k'));
        QTest::newRow("64 KiB of emoji") << QStringLiteral("😀").repeated(65'536 / 4);
    }

    void textsArriveAsTheyWereWritten() {
        QFETCH(QString, text);
        for (const auto& [sender, receiver] : {std::pair(m_ana, m_bob), std::pair(m_bob, m_ana)}) {
            const qsizetype mark = receiver->mark();
            const RpcAnswer sent = sender->sendTextIn(m_chat, text);
            VERIFY_OK(sent);
            const std::optional<QJsonObject> message = receiver->waitForText(text, mark);
            QVERIFY2(message, qPrintable(sender->address()));
            QCOMPARE(message->value(QLatin1String("sender")).toString(), sender->address());
            QCOMPARE(message->value(QLatin1String("senderId")).toString(), sender->accountId());
            QCOMPARE(message->value(QLatin1String("chatId")).toString(), m_chat); // the same on both sides
            QCOMPARE(message->value(QLatin1String("status")).toString(), QStringLiteral("received"));
            QVERIFY(sender->waitForStatus(idOf(sent.result), QStringLiteral("delivered")));
            QCOMPARE(textOf(messagesOf(*receiver, m_chat, 1).at(0).toObject()), text);
        }
    }

    void oneByteTooMuchIsTooLong() {
        VERIFY_REASON(m_ana->sendTextIn(m_chat, QString(65'537, QLatin1Char('k'))), "message_too_long");
        const RpcAnswer sent = m_ana->sendTextIn(m_chat, QStringLiteral("to edit"));
        VERIFY_OK(sent);
        VERIFY_REASON(m_ana->call(QStringLiteral("editMessage"),
                                  {{QStringLiteral("messageId"), idOf(sent.result)},
                                   {QStringLiteral("text"), QString(65'537, QLatin1Char('k'))}}),
                      "message_too_long");
    }

    void statusesGoFromPendingToRead() {
        const RpcAnswer sent = m_ana->sendTextIn(m_chat, QStringLiteral("read me"));
        VERIFY_OK(sent);
        const QString id = idOf(sent.result);
        QCOMPARE(sent.result.value(QLatin1String("status")).toString(), QStringLiteral("pending"));
        const QRegularExpression iso(QStringLiteral(R"(^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$)"));
        QVERIFY(iso.match(sent.result.value(QLatin1String("timestamp")).toString()).hasMatch());
        const std::optional<QJsonObject> received = m_bob->waitForText(QStringLiteral("read me"));
        QVERIFY(received);
        QVERIFY(m_ana->waitForStatus(id, QStringLiteral("delivered")));
        QVERIFY(unreadOf(*m_bob) > 0);
        VERIFY_OK(m_bob->call(QStringLiteral("updateStatus"),
                              {{QStringLiteral("messageId"), idOf(*received)},
                               {QStringLiteral("status"), QStringLiteral("read")}}));
        QVERIFY(m_ana->waitForStatus(id, QStringLiteral("read")));
        QCOMPARE(unreadOf(*m_bob), 0);
        const QJsonObject mine = messagesOf(*m_ana, m_chat, 1).at(0).toObject();
        QCOMPARE(mine.value(QLatin1String("status")).toString(), QStringLiteral("read"));
        const QJsonObject theirs = messagesOf(*m_bob, m_chat, 1).at(0).toObject();
        QCOMPARE(theirs.value(QLatin1String("status")).toString(), QStringLiteral("seen"));
        const auto byBob = [&](const QJsonObject& params) {
            return params.value(QLatin1String("messageId")).toString() == id &&
                   params.value(QLatin1String("status")).toString() == QLatin1String("read") &&
                   params.value(QLatin1String("address")).toString() == m_bob->address();
        };
        QVERIFY(m_ana->waitFor(QStringLiteral("status"), byBob));
    }

    void repliesEditsReactionsAndDeletionsReachTheOtherSide() {
        const RpcAnswer sent = m_ana->sendTextIn(m_chat, QStringLiteral("original"));
        VERIFY_OK(sent);
        const std::optional<QJsonObject> received = m_bob->waitForText(QStringLiteral("original"));
        QVERIFY(received);
        const QString atBob = idOf(*received);
        const QJsonObject content{{QStringLiteral("type"), QStringLiteral("text")},
                                  {QStringLiteral("text"), QStringLiteral("an answer")}};
        VERIFY_OK(m_bob->call(QStringLiteral("sendMessage"), {{QStringLiteral("chatId"), m_chat},
                                                              {QStringLiteral("content"), content},
                                                              {QStringLiteral("replyTo"), atBob}}));
        const std::optional<QJsonObject> reply = m_ana->waitForText(QStringLiteral("an answer"));
        QVERIFY(reply);
        QCOMPARE(reply->value(QLatin1String("replyTo")).toString(), idOf(sent.result));

        VERIFY_OK(m_bob->call(QStringLiteral("react"), {{QStringLiteral("messageId"), atBob},
                                                        {QStringLiteral("emoji"), QStringLiteral("👍")}}));
        QVERIFY(changed(*m_ana, idOf(sent.result), [](const QJsonObject& message) {
            return message.value(QLatin1String("reactions")).toArray().size() == 1;
        }));
        VERIFY_OK(m_bob->call(QStringLiteral("react"),
                              {{QStringLiteral("messageId"), atBob}, {QStringLiteral("emoji"), QString()}}));
        QVERIFY(changed(*m_ana, idOf(sent.result), [](const QJsonObject& message) {
            return !message.contains(QLatin1String("reactions"));
        }));

        VERIFY_OK(
            m_ana->call(QStringLiteral("editMessage"), {{QStringLiteral("messageId"), idOf(sent.result)},
                                                        {QStringLiteral("text"), QStringLiteral("better")}}));
        QVERIFY(changed(*m_bob, atBob, [](const QJsonObject& message) {
            return textOf(message) == QLatin1String("better") &&
                   message.value(QLatin1String("edited")).toBool();
        }));
        VERIFY_REASON(
            m_bob->call(QStringLiteral("editMessage"), {{QStringLiteral("messageId"), atBob},
                                                        {QStringLiteral("text"), QStringLiteral("x")}}),
            "not_permitted");
        VERIFY_REASON(m_bob->call(QStringLiteral("deleteMessage"), {{QStringLiteral("messageId"), atBob},
                                                                    {QStringLiteral("forEveryone"), true}}),
                      "not_permitted");
        VERIFY_OK(
            m_ana->call(QStringLiteral("deleteMessage"), {{QStringLiteral("messageId"), idOf(sent.result)},
                                                          {QStringLiteral("forEveryone"), true}}));
        QVERIFY(changed(*m_bob, atBob, [](const QJsonObject& message) {
            return message.value(QLatin1String("deleted")).toBool() && textOf(message).isEmpty();
        }));
    }

    void deletingForOneselfStaysWithOneself() {
        const RpcAnswer sent = m_ana->sendTextIn(m_chat, QStringLiteral("only here"));
        VERIFY_OK(sent);
        QVERIFY(m_bob->waitForText(QStringLiteral("only here")));
        VERIFY_OK(
            m_ana->call(QStringLiteral("deleteMessage"), {{QStringLiteral("messageId"), idOf(sent.result)}}));
        VERIFY_OK(m_ana->sendTextIn(m_chat, QStringLiteral("after it")));
        QVERIFY(m_bob->waitForText(QStringLiteral("after it")));
        QCOMPARE(textOf(messagesOf(*m_bob, m_chat, 2).at(1).toObject()), QStringLiteral("only here"));
        for (const QJsonValue message : messagesOf(*m_ana, m_chat))
            QVERIFY(textOf(message.toObject()) != QLatin1String("only here"));
    }

    void searchFindsWordsHoweverTheyAreWritten() {
        VERIFY_OK(m_ana->sendTextIn(m_chat, QStringLiteral("O pão de açúcar está na mesa")));
        QVERIFY(m_bob->waitForText(QStringLiteral("O pão de açúcar está na mesa")));
        for (CliProcess* side : {m_ana, m_bob}) {
            for (const char* query : {"pao", "ACUCAR", "mes"}) {
                const RpcAnswer found = side->call(
                    QStringLiteral("searchMessages"),
                    {{QStringLiteral("query"), QLatin1String(query)}, {QStringLiteral("chatId"), m_chat}});
                VERIFY_OK(found);
                QVERIFY2(found.result.value(QLatin1String("messages")).toArray().size() == 1, query);
            }
        }
        const RpcAnswer nothing = m_ana->call(QStringLiteral("searchMessages"),
                                              {{QStringLiteral("query"), QStringLiteral("\"NEAR( *")}});
        VERIFY_OK(nothing);
        QVERIFY(nothing.result.value(QLatin1String("messages")).toArray().isEmpty());
    }

    void manyMessagesKeepTheirOrderAndPages() {
        constexpr int count = 120;
        for (int number = 0; number < count; ++number) {
            const QJsonObject content{{QStringLiteral("type"), QStringLiteral("text")},
                                      {QStringLiteral("text"), QStringLiteral("number %1").arg(number)}};
            m_ana->send(QStringLiteral("sendMessage"),
                        {{number % 2 == 0 ? QStringLiteral("to") : QStringLiteral("chatId"),
                          number % 2 == 0 ? m_bob->address() : m_chat},
                         {QStringLiteral("content"), content}});
        }
        VERIFY_OK(m_ana->call(QStringLiteral("waitIdle")));
        QVERIFY(m_bob->waitForText(QStringLiteral("number %1").arg(count - 1)));
        for (CliProcess* side : {m_ana, m_bob}) {
            QStringList texts;
            QJsonValue before(QJsonValue::Null);
            while (texts.size() < count) {
                const RpcAnswer page =
                    side->call(QStringLiteral("getMessages"), {{QStringLiteral("chatId"), m_chat},
                                                               {QStringLiteral("limit"), 50},
                                                               {QStringLiteral("before"), before}});
                VERIFY_OK(page);
                for (const QJsonValue message : page.result.value(QLatin1String("messages")).toArray())
                    texts.append(textOf(message.toObject()));
                before = page.result.value(QLatin1String("next"));
                QVERIFY(before.isString() || texts.size() >= count);
            }
            for (int number = 0; number < count; ++number)
                QCOMPARE(texts[number], QStringLiteral("number %1").arg(count - 1 - number));
        }
    }

    void unknownThingsHaveTheirReasons() {
        const QString noChat(32, QLatin1Char('0'));
        VERIFY_REASON(m_ana->sendTextIn(noChat, QStringLiteral("x")), "unknown_chat");
        VERIFY_REASON(m_ana->call(QStringLiteral("getMessages"), {{QStringLiteral("chatId"), noChat}}),
                      "unknown_chat");
        VERIFY_REASON(m_ana->call(QStringLiteral("acceptChat"), {{QStringLiteral("chatId"), noChat}}),
                      "unknown_chat");
        VERIFY_REASON(m_ana->call(QStringLiteral("updateStatus"),
                                  {{QStringLiteral("messageId"), QStringLiteral("99999999")},
                                   {QStringLiteral("status"), QStringLiteral("read")}}),
                      "unknown_message");
        VERIFY_REASON(m_ana->sendTextTo(QStringLiteral("nobody.here"), QStringLiteral("x")),
                      "unknown_recipient");
        VERIFY_REASON(m_ana->call(QStringLiteral("getContact"),
                                  {{QStringLiteral("address"), QStringLiteral("nobody.here")}}),
                      "unknown_recipient");
        const RpcAnswer oneself = m_ana->sendTextTo(QStringLiteral("ana"), QStringLiteral("x"));
        QCOMPARE(oneself.errorCode, -32602);
        QCOMPARE(oneself.param, QStringLiteral("to"));
        const RpcAnswer upper = m_ana->sendTextTo(QStringLiteral("Bob"), QStringLiteral("x"));
        QCOMPARE(upper.errorCode, -32602);
        QCOMPARE(upper.param, QStringLiteral("to"));
    }

    void aChatNamesTheOtherSide() {
        const QJsonArray chats = chatsOf(*m_bob);
        QCOMPARE(chats.size(), 1);
        const QJsonObject chat = chats.at(0).toObject();
        QCOMPARE(chat.value(QLatin1String("chatId")).toString(), m_chat);
        QCOMPARE(chat.value(QLatin1String("type")).toString(), QStringLiteral("direct"));
        QCOMPARE(chat.value(QLatin1String("title")).toString(), QStringLiteral("Ana Ângela"));
        QCOMPARE(chat.value(QLatin1String("participants")).toArray(), QJsonArray{m_ana->address()});
        QCOMPARE(chat.value(QLatin1String("request")), QJsonValue(false));
        QVERIFY(chat.value(QLatin1String("lastMessage")).isObject());
    }

private:
    /// Waits until `side` said (messageChanged) and shows (getMessages) that the message is as `expected`.
    bool changed(CliProcess& side, const QString& id, const CliProcess::Predicate& expected) {
        const auto isIt = [&](const QJsonObject& message) {
            return idOf(message) == id && expected(message);
        };
        if (!side.waitFor(QStringLiteral("messageChanged"), isIt))
            return false;
        for (const QJsonValue message : messagesOf(side, m_chat)) {
            if (isIt(message.toObject()))
                return true;
        }
        return false;
    }

    int unreadOf(CliProcess& side) {
        return chatsOf(side).at(0).toObject().value(QLatin1String("unread")).toInt(-1);
    }

    std::unique_ptr<People> m_people;
    CliProcess* m_ana = nullptr;
    CliProcess* m_bob = nullptr;
    QString m_chat;
};

} // namespace recado::tests

RECADO_TEST(recado::tests::ConversationE2eTest)
#include "ConversationE2eTest.moc"
