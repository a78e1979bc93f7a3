#include "app/cli/RpcSession.h"

#include "support/FakeClient.h"
#include "support/Suite.h"
#include "support/Wait.h"

#include <QElapsedTimer>
#include <QJsonArray>
#include <QJsonDocument>
#include <QSignalSpy>
#include <QSocketNotifier>
#include <QTest>
#include <QThread>

#include <fcntl.h>
#include <unistd.h>

#include <csignal>

namespace recado::tests {

using cli::RpcSession;

/// A session between two real pipes.
class RpcSessionTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { std::signal(SIGPIPE, SIG_IGN); }

    void init() {
        m_output.clear();
        m_exitCode.reset();
        m_readerPaused = false;
        QCOMPARE(::pipe2(m_in, O_CLOEXEC), 0);
        QCOMPARE(::pipe2(m_out, O_CLOEXEC), 0);
        ::fcntl(m_out[0], F_SETFL, O_NONBLOCK);
        m_client = std::make_unique<FakeClient>();
        m_chat = m_client->addConversation(QStringLiteral("bob"));
        open(std::make_unique<RpcSession>(*m_client, m_in[0], m_out[1]));
    }

    void cleanup() {
        m_session.reset();
        m_client.reset();
        for (int* descriptor : {&m_in[0], &m_in[1], &m_out[0], &m_out[1]})
            close(*descriptor);
    }

    void answersRequestsAndForwardsNotifications() {
        input(request(1, "whoami"));
        QVERIFY(waitForLines(1));
        QCOMPARE(line(0).value(QLatin1String("id")).toInt(), 1);
        Q_EMIT m_client->connectionChanged({messaging::ConnectionState::Online, std::nullopt, 0});
        QVERIFY(waitForLines(2));
        QCOMPARE(line(1).value(QLatin1String("method")).toString(), QStringLiteral("connection"));
    }

    void everyNotificationOfTheContractIsSaid() {
        const messaging::Person bob = FakeClient::person(QStringLiteral("bob"));
        const messaging::Message message = m_client->addMessage(m_chat, QStringLiteral("hi"), false);
        Q_EMIT m_client->messageReceived(message);
        Q_EMIT m_client->messageChanged(message);
        Q_EMIT m_client->statusChanged(7, m_chat, messaging::MessageStatus::Read, bob);
        Q_EMIT m_client->presenceChanged(bob, {true, std::nullopt});
        Q_EMIT m_client->presenceChanged(bob, {false, 0});
        Q_EMIT m_client->typingChanged(m_chat, bob, true);
        Q_EMIT m_client->connectionChanged(
            {messaging::ConnectionState::Offline, base::Reason::RelayKeyChanged, 3});
        Q_EMIT m_client->identityChanged(bob);
        Q_EMIT m_client->conversationChanged(m_chat);
        Q_EMIT m_client->messageSent(message); // not one of the contract's
        QVERIFY(waitForLines(9));
        const QByteArray chat = m_chat.toHex().toLatin1();
        QCOMPARE(line(0).value(QLatin1String("method")).toString(), QStringLiteral("message"));
        QCOMPARE(line(0).value(QLatin1String("params")).toObject().value(QLatin1String("id")).toString(),
                 QStringLiteral("1"));
        QCOMPARE(line(1).value(QLatin1String("method")).toString(), QStringLiteral("messageChanged"));
        QCOMPARE(params(2), QByteArray(R"({"address":"bob@relay.test","messageId":"7","status":"read"})"));
        QCOMPARE(params(3), QByteArray(R"({"address":"bob@relay.test","online":true})"));
        QCOMPARE(params(4), QByteArray(R"({"address":"bob@relay.test","lastSeen":"1970-01-01T00:00:00.000Z",)"
                                       R"("online":false})"));
        QCOMPARE(params(5), "{\"address\":\"bob@relay.test\",\"chatId\":\"" + chat + "\",\"typing\":true}");
        QCOMPARE(params(6), QByteArray(R"({"problem":"relay_key_changed","state":"offline"})"));
        QCOMPARE(params(7), QByteArray(R"({"address":"bob@relay.test"})"));
        QCOMPARE(params(8), "{\"chatId\":\"" + chat + "\"}");
        QCOMPARE(m_output.count('\n'), 9);
    }

    void aBadOrTooLongLineDoesNotDisturbTheNext() {
        input("nonsense\n");
        input(QByteArray(RpcSession::longestLine + 1, 'x') + '\n');
        input(request(3, "whoami"));
        QVERIFY(waitForLines(3));
        QCOMPARE(errorCode(0), -32700);
        QCOMPARE(errorCode(1), -32600);
        QCOMPARE(line(2).value(QLatin1String("id")).toInt(), 3);
    }

    void theLongestTextFitsALineWhenEveryCharacterIsEscaped() {
        QByteArray text;
        for (int count = 0; count < 65'536; ++count)
            text += "\\u0041";
        QByteArray line = request(1, "sendMessage", sendParams());
        line.replace("\"TEXT\"", '"' + text + '"');
        input(line);
        QVERIFY(waitForLines(1));
        QCOMPARE(m_client->lastArguments(QStringLiteral("sendText")).value(1).toString(),
                 QString(65'536, QLatin1Char('A')));
    }

    void endOfInputFlushesAndExitsWith0() {
        m_client->hold(QStringLiteral("waitIdle"));
        input(request(1, "whoami").chopped(1)); // no newline at the end
        close(m_in[1]);
        QVERIFY(waitUntil([this] { return m_client->count(QStringLiteral("waitIdle")) == 1; }));
        QVERIFY(waitForLines(1));
        const int given = m_client->lastArguments(QStringLiteral("waitIdle")).value(0).toInt();
        QVERIFY(given > 4'000 && given <= 5'000);
        QVERIFY(!m_exitCode);
        m_client->release(QStringLiteral("waitIdle"));
        QVERIFY(waitUntil([this] { return m_exitCode.has_value(); }));
        QCOMPARE(*m_exitCode, 0);
    }

    void endOfInputWaitsForOpenRequestsFirst() {
        m_client->hold(QStringLiteral("sendText"));
        input(request(1, "sendMessage", sendParams()));
        close(m_in[1]);
        QVERIFY(waitUntil([this] { return m_client->count(QStringLiteral("sendText")) == 1; }));
        QCOMPARE(m_client->count(QStringLiteral("waitIdle")), 0);
        m_client->release(QStringLiteral("sendText"));
        QVERIFY(waitUntil([this] { return m_exitCode.has_value(); }));
        QCOMPARE(m_client->count(QStringLiteral("waitIdle")), 1);
        QVERIFY(waitForLines(2)); // chatChanged and the answer
        QVERIFY(line(1).contains(QLatin1String("result")));
    }

    void theFlushHasALimitAndOpenRequestsAreTold() {
        m_client->hold(QStringLiteral("page"));
        input(request(1, "getMessages", {{QStringLiteral("chatId"), m_chat.toHex()}}));
        close(m_in[1]);
        QElapsedTimer elapsed;
        elapsed.start();
        QVERIFY(waitUntil([this] { return m_exitCode.has_value(); }, 8'000));
        QVERIFY(elapsed.elapsed() >= 4'500);
        QCOMPARE(*m_exitCode, 0);
        QVERIFY(waitForLines(1));
        QCOMPARE(errorCode(0), 1020);
    }

    void stopEndsAtOnce() {
        m_client->hold(QStringLiteral("page"));
        m_session->stop();
        QCOMPARE(m_exitCode.value_or(-1), 0);
        QCOMPARE(m_client->count(QStringLiteral("waitIdle")), 0);
    }

    void aSlowReaderLosesNothing() {
        m_readerPaused = true;
        const QString text(2'000, QLatin1Char('y'));
        const messaging::Message message = m_client->addMessage(m_chat, text, false);
        for (int count = 0; count < 500; ++count)
            Q_EMIT m_client->messageReceived(message); // a megabyte, a pipe holds 64 KiB
        input(request(1, "whoami"));
        QVERIFY(
            waitUntil([this] { return m_client->count(QStringLiteral("connection")) == 1; })); // not blocked
        m_readerPaused = false;
        QVERIFY(waitForLines(501));
        for (int number = 0; number < 500; ++number)
            QCOMPARE(line(number).value(QLatin1String("method")).toString(), QStringLiteral("message"));
        QCOMPARE(line(500).value(QLatin1String("id")).toInt(), 1);
    }

    void aReaderThatStandsStillHoldsEverythingBack() {
        m_readerPaused = true;
        const QString text(50'000, QLatin1Char('y'));
        const messaging::Message message = m_client->addMessage(m_chat, text, false);
        int told = 0;
        for (; m_client->count(QStringLiteral("holdIncoming")) == 0 && told < 1'000; ++told)
            Q_EMIT m_client->messageReceived(message);
        QVERIFY(told < 1'000);
        QCOMPARE(m_client->lastArguments(QStringLiteral("holdIncoming")), QVariantList{true});
        // States that change meanwhile are told once, events one by one.
        const messaging::Person bob = FakeClient::person(QStringLiteral("bob"));
        for (int count = 0; count < 1'000; ++count) {
            Q_EMIT m_client->presenceChanged(bob, {count % 2 == 1, std::nullopt});
            Q_EMIT m_client->typingChanged(m_chat, bob, count % 2 == 0);
            Q_EMIT m_client->conversationChanged(m_chat);
            Q_EMIT m_client->connectionChanged({messaging::ConnectionState::Online, std::nullopt, count});
        }
        for (int number = 0; number < 10; ++number)
            Q_EMIT m_client->statusChanged(number, m_chat, messaging::MessageStatus::Sent, {});
        // More than a pipe holds: it stays with its sender.
        input(request(1, "whoami"));
        QByteArray more;
        while (more.size() < 50'000)
            more += request(2, "whoami");
        input(more);
        QCOMPARE(m_client->count(QStringLiteral("connection")), 0);

        m_readerPaused = false;
        QVERIFY(waitForLines(told + 4 + 10 + 1));
        for (int number = 0; number < told; ++number)
            QCOMPARE(method(number), QStringLiteral("message"));
        QCOMPARE(params(told), QByteArray(R"({"address":"bob@relay.test","online":true})"));
        QVERIFY(params(told + 1).contains(R"("typing":false)"));
        QCOMPARE(method(told + 2), QStringLiteral("chatChanged"));
        QCOMPARE(method(told + 3), QStringLiteral("connection"));
        for (int number = 0; number < 10; ++number)
            QVERIFY(params(told + 4 + number).contains("\"messageId\":\"" + QByteArray::number(number)));
        QVERIFY(waitUntil([this] { return m_client->count(QStringLiteral("holdIncoming")) == 2; }));
        QCOMPARE(m_client->lastArguments(QStringLiteral("holdIncoming")), QVariantList{false});
        const int answers = 1 + int(more.count('\n'));
        QVERIFY(waitForLines(told + 14 + answers));
    }

    void whatIsHeldBackIsWrittenAtTheEnd() {
        m_readerPaused = true;
        const messaging::Message message =
            m_client->addMessage(m_chat, QString(50'000, QLatin1Char('y')), false);
        for (int count = 0; count < 200; ++count)
            Q_EMIT m_client->messageReceived(message);
        QCOMPARE(m_client->count(QStringLiteral("holdIncoming")), 1);
        // The end waits for its reader and blocks meanwhile, so that the reader is another thread here.
        std::unique_ptr<QThread> reader(QThread::create([this] {
            char buffer[65'536];
            ::fcntl(m_out[0], F_SETFL, 0);
            while (m_output.count('\n') < 200) {
                const ssize_t got = ::read(m_out[0], buffer, sizeof buffer);
                if (got <= 0)
                    break;
                m_output.append(buffer, got);
            }
        }));
        reader->start();
        close(m_in[1]);
        QVERIFY(waitUntil([this] { return m_exitCode.has_value(); }));
        close(m_out[1]);
        QVERIFY(reader->wait(10'000));
        QCOMPARE(m_output.count('\n'), 200);
    }

    void oneLargeReadingAtATime() {
        m_client->hold(QStringLiteral("page"));
        const QJsonObject params{{QStringLiteral("chatId"), m_chat.toHex()}};
        input(request(1, "getMessages", params) + request(2, "getMessages", params) + request(3, "whoami"));
        QVERIFY(waitUntil([this] { return m_client->count(QStringLiteral("page")) == 1; }));
        QCOMPARE(m_client->count(QStringLiteral("connection")), 0);
        m_client->release(QStringLiteral("page"));
        QVERIFY(waitForLines(3));
        QCOMPARE(m_client->count(QStringLiteral("page")), 2);
    }

    void onlySoManyRequestsAreOpenAtATime() {
        constexpr int more = 100;
        m_client->hold(QStringLiteral("sendText"));
        QByteArray lines;
        for (int number = 0; number < RpcSession::mostOpenRequests + more; ++number)
            lines += request(number, "sendMessage", sendParams());
        input(lines);
        const auto begun = [this] { return m_client->count(QStringLiteral("sendText")); };
        QVERIFY(waitUntil([&] { return begun() == RpcSession::mostOpenRequests; }));
        input(request(0, "whoami"));
        QCOMPARE(begun(), int(RpcSession::mostOpenRequests));
        QCOMPARE(m_client->count(QStringLiteral("connection")), 0);
        m_client->release(QStringLiteral("sendText"));
        QVERIFY(waitUntil([&] { return m_client->count(QStringLiteral("connection")) == 1; }));
        QCOMPARE(begun(), int(RpcSession::mostOpenRequests) + more);
    }

    void whatIsReadTooLateIsAnsweredAllTheSame() {
        m_client->hold(QStringLiteral("page"));
        const QJsonObject params{{QStringLiteral("chatId"), m_chat.toHex()}};
        input(request(1, "getMessages", params) + request(2, "getMessages", params));
        QVERIFY(waitUntil([this] { return m_client->count(QStringLiteral("page")) == 1; }));
        m_session->stop();
        QVERIFY(waitForLines(2));
        QCOMPARE(errorCode(0), 1020);
        QCOMPARE(errorCode(1), 1020);
        QCOMPARE(m_client->count(QStringLiteral("page")), 1);
    }

    void aReaderThatIsGoneEndsItQuietly() {
        close(m_out[0]);
        Q_EMIT m_client->conversationChanged(m_chat);
        QVERIFY(waitUntil([this] { return m_exitCode.has_value(); }));
        QCOMPARE(*m_exitCode, 0);
    }

    void aProfileThatDoesNotOpenIsTheAnswerToEverything() {
        open(std::make_unique<RpcSession>(base::makeError(base::Reason::ProfileInUse, QStringLiteral("used")),
                                          m_in[0], m_out[1]));
        input(request(1, "whoami"));
        input('[' + request(2, "getChats").chopped(1) + "]\n");
        QVERIFY(waitForLines(2));
        QCOMPARE(errorCode(0), 1018);
        close(m_in[1]);
        QVERIFY(waitUntil([this] { return m_exitCode.has_value(); }));
        QCOMPARE(*m_exitCode, 1);
    }

private:
    static QByteArray request(int id, const char* method, const QJsonObject& params = {}) {
        const QJsonObject object{{QStringLiteral("jsonrpc"), QStringLiteral("2.0")},
                                 {QStringLiteral("id"), id},
                                 {QStringLiteral("method"), QLatin1String(method)},
                                 {QStringLiteral("params"), params}};
        return QJsonDocument(object).toJson(QJsonDocument::Compact) + '\n';
    }

    QJsonObject sendParams() const {
        return {{QStringLiteral("chatId"), m_chat.toHex()},
                {QStringLiteral("content"), QJsonObject{{QStringLiteral("type"), QStringLiteral("text")},
                                                        {QStringLiteral("text"), QStringLiteral("TEXT")}}}};
    }

    void open(std::unique_ptr<RpcSession> session) {
        m_session.reset();
        m_session = std::move(session);
        connect(m_session.get(), &RpcSession::finished, this,
                [this](int exitCode) { m_exitCode = exitCode; });
    }

    /// Writes piece by piece, turning the loop so that the session can read.
    void input(QByteArray bytes) {
        ::fcntl(m_in[1], F_SETFL, O_NONBLOCK);
        const bool written = waitUntil([&] {
            const ssize_t count = ::write(m_in[1], bytes.constData(), size_t(bytes.size()));
            bytes.remove(0, std::max<ssize_t>(0, count));
            return bytes.isEmpty();
        });
        QVERIFY(written);
    }

    bool waitForLines(qsizetype count) {
        return waitUntil([this, count] {
            char buffer[65'536];
            while (!m_readerPaused) {
                const ssize_t got = ::read(m_out[0], buffer, sizeof buffer);
                if (got <= 0)
                    break;
                m_output.append(buffer, got);
            }
            return m_output.count('\n') >= count;
        });
    }

    static void close(int& descriptor) {
        if (descriptor >= 0)
            ::close(descriptor);
        descriptor = -1;
    }

    QJsonObject line(int number) const {
        return QJsonDocument::fromJson(m_output.split('\n').value(number)).object();
    }
    QString method(int number) const { return line(number).value(QLatin1String("method")).toString(); }
    QByteArray params(int number) const {
        return QJsonDocument(line(number).value(QLatin1String("params")).toObject())
            .toJson(QJsonDocument::Compact);
    }
    int errorCode(int number) const {
        return line(number).value(QLatin1String("error")).toObject().value(QLatin1String("code")).toInt();
    }

    int m_in[2] = {-1, -1};
    int m_out[2] = {-1, -1};
    std::unique_ptr<FakeClient> m_client;
    std::unique_ptr<RpcSession> m_session;
    base::ConversationId m_chat;
    QByteArray m_output;
    std::optional<int> m_exitCode;
    bool m_readerPaused = false;
};

} // namespace recado::tests

RECADO_TEST(recado::tests::RpcSessionTest)
#include "RpcSessionTest.moc"
