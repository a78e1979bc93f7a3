#include "app/cli/JsonRpcServer.h"

#include "support/Suite.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QSignalSpy>
#include <QTest>

namespace recado::tests {

using cli::Answer;
using cli::JsonRpcServer;

class JsonRpcServerTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() {
        m_lines.clear();
        m_held.clear();
        m_server = std::make_unique<JsonRpcServer>(
            [this](const QString& method, const QJsonObject& params, const Answer& answer) {
                if (method == QLatin1String("echo"))
                    answer(QJsonValue(params));
                else if (method == QLatin1String("later"))
                    m_held.append(answer);
                else
                    answer(cli::methodNotFound(method));
            });
        connect(m_server.get(), &JsonRpcServer::lineReady, this,
                [this](const QByteArray& line) { m_lines.append(line); });
    }

    void badLines_data() {
        QTest::addColumn<QByteArray>("line");
        QTest::addColumn<int>("code");
        QTest::addColumn<QByteArray>("id"); // as JSON

        QTest::newRow("no JSON") << QByteArray("hello") << -32700 << QByteArray("null");
        QTest::newRow("half an object")
            << QByteArray(R"({"jsonrpc":"2.0","id":1)") << -32700 << QByteArray("null");
        QTest::newRow("two objects") << QByteArray("{} {}") << -32700 << QByteArray("null");
        QTest::newRow("two values") << QByteArray("1,2") << -32700 << QByteArray("null");
        QTest::newRow("invalid UTF-8") << QByteArray("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xff\xfe\"}")
                                       << -32700 << QByteArray("null");
        QTest::newRow("a NUL byte") << QByteArray("{\"jsonrpc\":\"2.0\"\0}", 18) << -32700
                                    << QByteArray("null");
        QTest::newRow("nested too deep") << QByteArray(5'000, '[') << -32700 << QByteArray("null");
        QTest::newRow("a number") << QByteArray("5") << -32600 << QByteArray("null");
        QTest::newRow("a string") << QByteArray(R"("x")") << -32600 << QByteArray("null");
        QTest::newRow("empty batch") << QByteArray("[]") << -32600 << QByteArray("null");
        QTest::newRow("no version") << QByteArray(R"({"id":7,"method":"echo"})") << -32600 << QByteArray("7");
        QTest::newRow("old version") << QByteArray(R"({"jsonrpc":"1.0","id":7,"method":"echo"})") << -32600
                                     << QByteArray("7");
        QTest::newRow("no method") << QByteArray(R"({"jsonrpc":"2.0","id":"a"})") << -32600
                                   << QByteArray(R"("a")");
        QTest::newRow("method is a number")
            << QByteArray(R"({"jsonrpc":"2.0","id":1,"method":1})") << -32600 << QByteArray("1");
        QTest::newRow("id is an object")
            << QByteArray(R"({"jsonrpc":"2.0","id":{},"method":"echo"})") << -32600 << QByteArray("null");
        QTest::newRow("id is true") << QByteArray(R"({"jsonrpc":"2.0","id":true,"method":"echo"})") << -32600
                                    << QByteArray("null");
        QTest::newRow("params is a string")
            << QByteArray(R"({"jsonrpc":"2.0","id":1,"method":"echo","params":"x"})") << -32600
            << QByteArray("1");
        QTest::newRow("params by position")
            << QByteArray(R"({"jsonrpc":"2.0","id":1,"method":"echo","params":[1]})") << -32602
            << QByteArray("1");
        QTest::newRow("unknown method")
            << QByteArray(R"({"jsonrpc":"2.0","id":1,"method":"nothing"})") << -32601 << QByteArray("1");
        QTest::newRow("no id and no version: cannot be a notification")
            << QByteArray(R"({"method":"echo"})") << -32600 << QByteArray("null");
    }

    void badLines() {
        QFETCH(QByteArray, line);
        QFETCH(int, code);
        QFETCH(QByteArray, id);
        m_server->receive(line);
        QCOMPARE(m_lines.size(), 1);
        const QJsonObject response = object(0);
        QCOMPARE(response.value(QLatin1String("jsonrpc")).toString(), QStringLiteral("2.0"));
        QCOMPARE(response.value(QLatin1String("error")).toObject().value(QLatin1String("code")).toInt(),
                 code);
        QVERIFY(!response.value(QLatin1String("error"))
                     .toObject()
                     .value(QLatin1String("message"))
                     .toString()
                     .isEmpty());
        QVERIFY(!response.contains(QLatin1String("result")));
        QVERIFY(m_lines[0].contains("\"id\":" + id));
        // The next line is read as usual.
        m_server->receive(R"({"jsonrpc":"2.0","id":99,"method":"echo"})");
        QCOMPARE(object(1).value(QLatin1String("id")).toInt(), 99);
        QVERIFY(object(1).value(QLatin1String("result")).isObject());
    }

    void keepsTheKindOfTheId_data() {
        QTest::addColumn<QByteArray>("id");
        QTest::newRow("number") << QByteArray("1");
        QTest::newRow("negative") << QByteArray("-3");
        QTest::newRow("64 bits") << QByteArray("9007199254740993");
        QTest::newRow("fraction") << QByteArray("1.5");
        QTest::newRow("string") << QByteArray(R"("1")");
        QTest::newRow("empty string") << QByteArray(R"("")");
        QTest::newRow("null") << QByteArray("null");
    }

    void keepsTheKindOfTheId() {
        QFETCH(QByteArray, id);
        m_server->receive(R"({"jsonrpc":"2.0","method":"echo","params":{"a":1},"id":)" + id + '}');
        QCOMPARE(m_lines,
                 QList<QByteArray>{"{\"id\":" + id + R"(,"jsonrpc":"2.0","result":{"a":1}})" + '\n'});
    }

    void aNotificationGetsNoAnswerButCounts() {
        const QSignalSpy finished(m_server.get(), &JsonRpcServer::requestFinished);
        m_server->receive(R"({"jsonrpc":"2.0","method":"later"})");
        QCOMPARE(m_server->pending(), 1);
        m_held[0](QJsonValue(QJsonObject()));
        QCOMPARE(m_server->pending(), 0);
        QCOMPARE(finished.count(), 1);
        m_server->receive(R"({"jsonrpc":"2.0","method":"nothing"})");
        QVERIFY(m_lines.isEmpty());
    }

    void openRequestsCountTheirBytes() {
        const QByteArray line = R"({"jsonrpc":"2.0","id":1,"method":"later"})";
        m_server->receive(line);
        QCOMPARE(m_server->pendingBytes(), line.size());
        m_server->receive('[' + line + ',' + line + ']');
        QVERIFY(m_server->pendingBytes() >= line.size() * 3);
        for (const Answer& answer : std::as_const(m_held))
            answer(QJsonValue(QJsonObject()));
        QCOMPARE(m_server->pending(), 0);
        QCOMPARE(m_server->pendingBytes(), 0);
    }

    void answersInTheOrderTheyAreReady() {
        m_server->receive(R"({"jsonrpc":"2.0","id":1,"method":"later"})");
        m_server->receive(R"({"jsonrpc":"2.0","id":2,"method":"echo"})");
        QCOMPARE(object(0).value(QLatin1String("id")).toInt(), 2);
        m_held[0](QJsonValue(QJsonObject()));
        QCOMPARE(object(1).value(QLatin1String("id")).toInt(), 1);
    }

    void aSecondAnswerIsIgnored() {
        m_server->receive(R"({"jsonrpc":"2.0","id":1,"method":"later"})");
        m_held[0](QJsonValue(1));
        m_held[0](QJsonValue(2));
        QCOMPARE(m_lines.size(), 1);
    }

    void aBatchIsAnsweredOnceAllAreReady() {
        m_server->receive(R"([{"jsonrpc":"2.0","id":1,"method":"later"},{"jsonrpc":"2.0","method":"echo"},)"
                          R"(7,{"jsonrpc":"2.0","id":"b","method":"nothing"}])");
        QVERIFY(m_lines.isEmpty());
        m_held[0](QJsonValue(QJsonObject()));
        QCOMPARE(m_lines.size(), 1);
        const QJsonArray responses = QJsonDocument::fromJson(m_lines[0]).array();
        QCOMPARE(responses.size(), 3); // not the notification
        QCOMPARE(errorCode(responses.at(0)), -32600);
        QCOMPARE(errorCode(responses.at(1)), -32601);
        QCOMPARE(responses.at(2).toObject().value(QLatin1String("id")).toInt(), 1);
    }

    void aBatchOfNotificationsIsNotAnswered() {
        m_server->receive(R"([{"jsonrpc":"2.0","method":"echo"},{"jsonrpc":"2.0","method":"nothing"}])");
        QVERIFY(m_lines.isEmpty());
        QCOMPARE(m_server->pending(), 0);
    }

    void aTooLongLineIsAnInvalidRequest() {
        m_server->refuseLongLine();
        QCOMPARE(errorCode(object(0)), -32600);
        QVERIFY(object(0).value(QLatin1String("id")).isNull());
    }

    void whatIsOpenAtTheEndIsAnsweredWithTheGivenError() {
        m_server->receive(R"({"jsonrpc":"2.0","id":1,"method":"later"})");
        m_server->receive(R"([{"jsonrpc":"2.0","id":2,"method":"later"}])");
        m_server->answerRemaining(
            cli::applicationError(base::makeError(base::Reason::Timeout, QStringLiteral("over"))));
        QCOMPARE(m_lines.size(), 2);
        QCOMPARE(errorCode(object(0)), 1020);
        QCOMPARE(m_server->pending(), 0);
        m_held[0](QJsonValue(1));
        QCOMPARE(m_lines.size(), 2);
    }

    void anAnswerAfterTheServerIsGoneDoesNothing() {
        m_server->receive(R"({"jsonrpc":"2.0","id":1,"method":"later"})");
        m_server.reset();
        m_held[0](QJsonValue(1));
        QVERIFY(m_lines.isEmpty());
    }

    void everyLineIsOneLine() {
        m_server->notify(QStringLiteral("message"),
                         {{QStringLiteral("text"), QStringLiteral("a\nb\r\u2028c")}});
        QCOMPARE(m_lines[0].count('\n'), 1);
        QVERIFY(m_lines[0].endsWith('\n'));
        QVERIFY(!object(0).contains(QLatin1String("id")));
        QCOMPARE(object(0).value(QLatin1String("params")).toObject().value(QLatin1String("text")).toString(),
                 QStringLiteral("a\nb\r\u2028c"));
    }

    void everyReasonHasItsNumber_data() {
        QTest::addColumn<QString>("reason");
        QTest::addColumn<int>("code");
        const QStringList reasons =
            QStringLiteral("username_taken unknown_recipient not_registered already_registered "
                           "registration_closed invalid_invite unknown_chat unknown_message message_too_long "
                           "attachment_too_large unsupported_content rate_limited identity_changed "
                           "not_permitted not_a_member not_an_admin profile_locked profile_in_use "
                           "relay_unreachable timeout")
                .split(QLatin1Char(' '));
        for (int place = 0; place < reasons.size(); ++place)
            QTest::newRow(qPrintable(reasons[place])) << reasons[place] << 1001 + place;
        QTest::newRow("storage_failed") << QStringLiteral("storage_failed") << 1101;
        QTest::newRow("internal") << QStringLiteral("internal") << 1100;
    }

    void everyReasonHasItsNumber() {
        QFETCH(QString, reason);
        QFETCH(int, code);
        const QByteArray name = reason.toLatin1();
        const base::Reason parsed = base::reasonFromString(QLatin1String(name));
        const cli::RpcError error = cli::applicationError(base::makeError(parsed, QString()));
        QCOMPARE(error.code, code);
        QCOMPARE(error.data.value(QLatin1String("reason")).toString(), reason);
        QVERIFY(!error.message.isEmpty());
    }

    void aKnownWaitingTimeIsTold() {
        const cli::RpcError told =
            cli::applicationError(base::makeError(base::Reason::RateLimited, QStringLiteral("wait"), 1'500));
        QCOMPARE(told.data.value(QLatin1String("retryAfterMs")).toInteger(), 1'500);
        const cli::RpcError untold =
            cli::applicationError(base::makeError(base::Reason::RateLimited, QStringLiteral("wait")));
        QVERIFY(!untold.data.contains(QLatin1String("retryAfterMs")));
    }

    void aWrongKeyIsALockedProfile() {
        const cli::RpcError error =
            cli::applicationError(base::makeError(base::Reason::WrongKey, QStringLiteral("no")));
        QCOMPARE(error.code, 1017);
        QCOMPARE(error.data.value(QLatin1String("reason")).toString(), QStringLiteral("profile_locked"));
    }

private:
    QJsonObject object(qsizetype line) const { return QJsonDocument::fromJson(m_lines.value(line)).object(); }
    static int errorCode(const QJsonValue& response) {
        return response.toObject()
            .value(QLatin1String("error"))
            .toObject()
            .value(QLatin1String("code"))
            .toInt();
    }

    std::unique_ptr<JsonRpcServer> m_server;
    QList<QByteArray> m_lines;
    QList<Answer> m_held;
};

} // namespace recado::tests

RECADO_TEST(recado::tests::JsonRpcServerTest)
#include "JsonRpcServerTest.moc"
