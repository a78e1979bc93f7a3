#include "app/cli/OneShot.h"

#include "app/cli/Json.h"
#include "support/FakeClient.h"
#include "support/Suite.h"
#include "support/Wait.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QTemporaryFile>
#include <QTest>

namespace recado::tests {

using cli::Invocation;
using cli::OneShot;

class OneShotTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() {
        m_client = std::make_unique<FakeClient>();
        m_chat = m_client->addConversation(QStringLiteral("bob"));
        m_client->connectionInfo.state = messaging::ConnectionState::Online;
        m_exitCode.reset();
    }

    void jsonIsExactlyTheMethodsResult() {
        QCOMPARE(run(QStringLiteral("whoami"), {}, true), 0);
        QCOMPARE(QJsonDocument::fromJson(printed()).object().value(QLatin1String("address")).toString(),
                 QStringLiteral("ana@relay.test"));
        QCOMPARE(run(QStringLiteral("chats"), {}, true), 0);
        QCOMPARE(QJsonDocument::fromJson(printed()).object().value(QLatin1String("chats")).toArray().size(),
                 1);
        QCOMPARE(printed().count('\n'), 1);
    }

    void withJsonAFailureIsOneObjectToo() {
        QCOMPARE(run(QStringLiteral("send"), {QStringLiteral("nobody"), QStringLiteral("hi")}, true), 1);
        QCOMPARE(printed().count('\n'), 1);
        QJsonObject error = errorPrinted();
        QCOMPARE(error.value(QLatin1String("code")).toInt(), 1002);
        QVERIFY(!error.value(QLatin1String("message")).toString().isEmpty());
        QCOMPARE(error.value(QLatin1String("data")).toObject(),
                 (QJsonObject{{QStringLiteral("reason"), QStringLiteral("unknown_recipient")}}));
        QCOMPARE(run(QStringLiteral("send"), {QStringLiteral("BOB"), QStringLiteral("hi")}, true), 1);
        error = errorPrinted();
        QCOMPARE(error.value(QLatin1String("code")).toInt(), -32602);
        QCOMPARE(error.value(QLatin1String("data")).toObject(),
                 (QJsonObject{{QStringLiteral("param"), QStringLiteral("to")}}));
    }

    void anInterruptedCommandSaysSo() {
        m_client->hold(QStringLiteral("conversations"));
        begin(QStringLiteral("chats"), {}, true);
        m_command->stop();
        QCOMPARE(m_exitCode.value_or(-1), 1);
        QCOMPARE(errorPrinted().value(QLatin1String("data")).toObject().value(QLatin1String("reason")),
                 QJsonValue(QStringLiteral("cancelled")));
    }

    void whoamiWaitsForAConnectionThatIsBeingMade() {
        m_client->connectionInfo.state = messaging::ConnectionState::Connecting;
        begin(QStringLiteral("whoami"), {}, false);
        QVERIFY(waitUntil([this] { return m_client->count(QStringLiteral("connection")) == 1; }));
        m_client->connectionInfo.state = messaging::ConnectionState::Online;
        QTRY_VERIFY_WITH_TIMEOUT(announceConnection(), 5'000);
        QVERIFY(printed().contains("online"));
    }

    void sendSaysWhenTheRelayHasIt() {
        begin(QStringLiteral("send"), {QStringLiteral("bob"), QStringLiteral("hello")}, true);
        QVERIFY(waitUntil([this] { return m_client->count(QStringLiteral("message")) == 1; }));
        messaging::Message& sent = m_client->messageList.last();
        sent.status = messaging::MessageStatus::Sent;
        Q_EMIT m_client->statusChanged(sent.id, m_chat, sent.status, {});
        QVERIFY(waitUntil([this] { return m_exitCode.has_value(); }));
        QCOMPARE(*m_exitCode, 0);
        const QJsonObject result = QJsonDocument::fromJson(printed()).object();
        QCOMPARE(result.value(QLatin1String("status")).toString(), QStringLiteral("sent"));
        QCOMPARE(result.value(QLatin1String("chatId")).toString(), m_chat.toHex());
    }

    void sendTakesAChatIdAndFailsWithTheMessagesReason() {
        begin(QStringLiteral("send"), {m_chat.toHex(), QStringLiteral("hello")}, false);
        QVERIFY(waitUntil([this] { return m_client->count(QStringLiteral("message")) == 1; }));
        messaging::Message& sent = m_client->messageList.last();
        sent.status = messaging::MessageStatus::Failed;
        sent.failure = base::Reason::IdentityChanged;
        Q_EMIT m_client->statusChanged(sent.id, m_chat, sent.status, {});
        QVERIFY(waitUntil([this] { return m_exitCode.has_value(); }));
        QCOMPARE(*m_exitCode, 1);
        QVERIFY(printed().isEmpty());
        QCOMPARE(m_client->count(QStringLiteral("createDirect")), 0);
    }

    void messagesTakesAChatIdAnAddressOrAUsername() {
        m_client->addMessage(m_chat, QStringLiteral("salut"), false);
        for (const QString& chat :
             {m_chat.toHex(), QStringLiteral("bob@relay.test"), QStringLiteral("bob")}) {
            QCOMPARE(run(QStringLiteral("messages"), {chat}, false), 0);
            QVERIFY(printed().contains("bob@relay.test  received  salut\n"));
        }
        QCOMPARE(run(QStringLiteral("messages"), {QStringLiteral("eve")}, false), 1);
        QCOMPARE(m_client->count(QStringLiteral("createDirect")), 0); // looking does not make a chat
    }

    void listenPrintsUntilStopped() {
        begin(QStringLiteral("listen"), {}, true);
        QVERIFY(waitUntil([this] { return m_client->count(QStringLiteral("connection")) == 1; }));
        Q_EMIT m_client->messageReceived(m_client->addMessage(m_chat, QStringLiteral("ding"), false));
        QVERIFY(!m_exitCode);
        m_command->stop();
        QCOMPARE(m_exitCode.value_or(-1), 0);
        const QJsonObject line = QJsonDocument::fromJson(printed()).object();
        QCOMPARE(line.value(QLatin1String("method")).toString(), QStringLiteral("message"));
    }

    void withoutAnAccountEverythingButRegisterFails() {
        m_client->account.reset();
        for (const char* command : {"whoami", "chats", "listen"})
            QCOMPARE(run(QLatin1String(command), {}, false), 1);
        QCOMPARE(run(QStringLiteral("register"), {QStringLiteral("ws://h"), QStringLiteral("ana")}, false),
                 0);
        QVERIFY(printed().startsWith("address  ana@relay.test\n"));
        QCOMPARE(run(QStringLiteral("register"), {QStringLiteral("ws://h"), QStringLiteral("ana")}, false),
                 1);
    }

    void registerHandsOverInvitationAndDisplayName() {
        m_client->account.reset();
        Invocation invocation;
        invocation.command = QStringLiteral("register");
        invocation.arguments = {QStringLiteral("ws://h"), QStringLiteral("ana")};
        invocation.invite = QStringLiteral("code");
        invocation.displayName = QStringLiteral("Ana");
        begin(invocation);
        QVERIFY(waitUntil([this] { return m_exitCode.has_value(); }));
        QCOMPARE(m_client->lastArguments(QStringLiteral("registerAccount")),
                 (QVariantList{QStringLiteral("ws://h"), QStringLiteral("ana"), QStringLiteral("Ana"),
                               QStringLiteral("code")}));
    }

    void cleanup() { m_command.reset(); }

private:
    void begin(const Invocation& invocation) {
        m_command.reset();
        m_exitCode.reset();
        m_file = std::make_unique<QTemporaryFile>();
        QVERIFY(m_file->open());
        m_command = std::make_unique<OneShot>(*m_client, invocation, m_file->handle());
        connect(m_command.get(), &OneShot::finished, this, [this](int exitCode) { m_exitCode = exitCode; });
        m_command->run();
    }

    void begin(const QString& command, const QStringList& arguments, bool json) {
        Invocation invocation;
        invocation.command = command;
        invocation.arguments = arguments;
        invocation.json = json;
        begin(invocation);
    }

    int run(const QString& command, const QStringList& arguments, bool json) {
        begin(command, arguments, json);
        return waitUntil([this] { return m_exitCode.has_value(); }) ? *m_exitCode : -1;
    }

    bool announceConnection() {
        Q_EMIT m_client->connectionChanged(m_client->connectionInfo);
        return m_exitCode.has_value();
    }

    QJsonObject errorPrinted() const {
        return QJsonDocument::fromJson(printed()).object().value(QLatin1String("error")).toObject();
    }

    QByteArray printed() const {
        m_file->seek(0);
        return m_file->readAll();
    }

    std::unique_ptr<FakeClient> m_client;
    std::unique_ptr<QTemporaryFile> m_file;
    std::unique_ptr<OneShot> m_command;
    base::ConversationId m_chat;
    std::optional<int> m_exitCode;
};

} // namespace recado::tests

RECADO_TEST(recado::tests::OneShotTest)
#include "OneShotTest.moc"
