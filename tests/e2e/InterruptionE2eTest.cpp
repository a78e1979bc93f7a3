#include "People.h"
#include "support/Suite.h"
#include "support/Wait.h"

#include <QJsonDocument>
#include <QSet>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace recado::tests {

/// Somebody is away, or dies in the middle: nothing is lost, nothing is shown twice, the order stays.
class InterruptionE2eTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() {
        m_people = std::make_unique<People>();
        QVERIFY2(m_people->relay().start(), m_people->relay().errorText().constData());
        m_ana = &m_people->join(QStringLiteral("ana"));
        m_bob = &m_people->join(QStringLiteral("bob"));
    }
    void cleanup() { m_people.reset(); }

    void whatIsSentToSomebodyAwayWaitsAtTheRelay() {
        QCOMPARE(m_bob->finish(), 0);
        const RpcAnswer sent = m_ana->sendTextTo(QStringLiteral("bob"), QStringLiteral("while you were out"));
        VERIFY_OK(sent);
        QVERIFY(m_ana->waitForStatus(idOf(sent.result), QStringLiteral("sent")));
        QVERIFY(m_bob->start());
        QVERIFY(m_bob->waitForText(QStringLiteral("while you were out")));
        QVERIFY(m_ana->waitForStatus(idOf(sent.result), QStringLiteral("delivered")));
    }

    void whatIsWrittenWithoutARelayGoesOutLater() {
        const RpcAnswer first = m_ana->sendTextTo(QStringLiteral("bob"), QStringLiteral("0"));
        VERIFY_OK(first);
        QVERIFY(m_bob->waitForText(QStringLiteral("0")));
        m_people->relay().killHard();
        const QString chat = first.result.value(QLatin1String("chatId")).toString();
        const RpcAnswer offline = m_ana->sendTextIn(chat, QStringLiteral("1"));
        VERIFY_OK(offline);
        QCOMPARE(offline.result.value(QLatin1String("status")).toString(), QStringLiteral("pending"));
        VERIFY_REASON(m_ana->call(QStringLiteral("waitIdle"), {{QStringLiteral("timeoutMs"), 200}}),
                      "timeout");
        // The profile alone keeps it: not even the program has to live on.
        QVERIFY(m_ana->killAndRestart());
        VERIFY_OK(m_ana->sendTextIn(chat, QStringLiteral("2")));
        QVERIFY(m_people->relay().start());
        QVERIFY(m_bob->waitForText(QStringLiteral("2"), 0, 40'000));
        QCOMPARE(receivedTexts(),
                 (QStringList{QStringLiteral("0"), QStringLiteral("1"), QStringLiteral("2")}));
    }

    void endOfInputWaitsForTheOutbox() {
        VERIFY_OK(m_ana->sendTextTo(QStringLiteral("bob"), QStringLiteral("first")));
        for (int number = 0; number < 50; ++number)
            m_ana->send(QStringLiteral("sendMessage"),
                        textTo(QStringLiteral("bob"), QString::number(number)));
        QCOMPARE(m_ana->finish(), 0);
        QVERIFY(m_bob->waitForText(QStringLiteral("49")));
        QCOMPARE(receivedTexts().size(), 51);
    }

    void theRelayKilledInTheMiddleLosesNothing() {
        constexpr int count = 200;
        VERIFY_OK(m_ana->sendTextTo(QStringLiteral("bob"), QStringLiteral("first")));
        QStringList expected{QStringLiteral("first")};
        for (int number = 0; number < count; ++number) {
            expected.append(QString::number(number));
            m_ana->send(QStringLiteral("sendMessage"), textTo(QStringLiteral("bob"), expected.constLast()));
            if (number == count / 4 || number == count / 2) {
                QVERIFY(m_bob->waitForText(QString::number(number / 2), 0, 40'000));
                QVERIFY(m_people->relay().killAndRestart());
            }
        }
        QVERIFY(m_bob->waitForText(QString::number(count - 1), 0, 60'000));
        VERIFY_OK(m_ana->call(QStringLiteral("waitIdle"), {}, 60'000));
        QCOMPARE(receivedTexts(), expected);
    }

    void eitherSideKilledInTheMiddleLosesNothing() {
        constexpr int count = 100;
        const RpcAnswer first = m_ana->sendTextTo(QStringLiteral("bob"), QStringLiteral("first"));
        VERIFY_OK(first);
        const QString chat = first.result.value(QLatin1String("chatId")).toString();
        QStringList committed{QStringLiteral("first")};
        for (int number = 0; number < count; ++number) {
            const RpcAnswer sent = m_ana->sendTextIn(chat, QString::number(number));
            VERIFY_OK(sent);
            committed.append(QString::number(number));
            if (number == count / 3)
                QVERIFY(m_bob->killAndRestart());
            if (number == count / 2)
                QVERIFY(m_ana->killAndRestart());
        }
        QVERIFY(m_bob->waitForText(QString::number(count - 1), 0, 60'000));
        QStringList stored;
        for (const QJsonValue message : messagesOf(*m_bob, chat))
            stored.prepend(textOf(message.toObject()));
        QCOMPARE(stored, committed);
        // A notification may be lost with the program that was about to say it, but none comes twice.
        const QStringList told = receivedTexts();
        QCOMPARE(QSet<QString>(told.begin(), told.end()).size(), told.size());
    }

    void aReaderThatDoesNotReadLeavesTheRestAtTheRelay() {
        constexpr int count = 400;
        QCOMPARE(m_bob->finish(), 0);
        const QString path = m_people->directory() + QStringLiteral("/output");
        QCOMPARE(::mkfifo(path.toLocal8Bit().constData(), 0600), 0);
        const int output = ::open(path.toLocal8Bit().constData(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
        QVERIFY(output >= 0);
        ChildProcess quiet(QStringLiteral("/bin/sh"), m_people->directory() + QStringLiteral("/bob"));
        quiet.setEnvironment(QStringLiteral("OUTPUT"), path);
        quiet.setArguments({QStringLiteral("-c"), QStringLiteral("exec \"$0\" \"$@\" >\"$OUTPUT\""),
                            m_bob->program(), QStringLiteral("--profile"), m_bob->profileDirectory(),
                            QStringLiteral("rpc")});
        QVERIFY(quiet.launch());

        // Much more than pipe, program and relay's window hold together.
        const QString filling(60'000, QLatin1Char('x'));
        qint64 last = 0;
        for (int number = 0; number < count; ++number)
            last = m_ana->send(QStringLiteral("sendMessage"),
                               textTo(QStringLiteral("bob"), QString::number(number) + filling));
        const RpcAnswer sent = m_ana->answer(last, 60'000);
        VERIFY_OK(sent);
        VERIFY_OK(m_ana->call(QStringLiteral("waitIdle"), {}, 60'000));
        QVERIFY(!m_ana->waitForStatus(idOf(sent.result), QStringLiteral("delivered"), 2'000));

        QByteArray bytes;
        qsizetype counted = 0;
        int told = 0;
        const auto readMore = [&] {
            char buffer[65'536];
            for (ssize_t got = 1; got > 0;) {
                got = ::read(output, buffer, sizeof buffer);
                bytes.append(buffer, std::max<ssize_t>(0, got));
            }
            const QByteArray mark = "\"method\":\"message\"";
            for (qsizetype at = bytes.indexOf(mark, counted); at >= 0; at = bytes.indexOf(mark, counted)) {
                counted = at + mark.size();
                ++told;
            }
        };
        const auto toldAll = [&] {
            readMore();
            return told == count;
        };
        QVERIFY(waitUntil(toldAll, 60'000));
        QVERIFY(m_ana->waitForStatus(idOf(sent.result), QStringLiteral("delivered")));
        quiet.closeInput();
        const auto hasEnded = [&] {
            readMore();
            return !quiet.isRunning();
        };
        QVERIFY(waitUntil(hasEnded));
        QCOMPARE(quiet.waitForExit(), 0);
        ::close(output);
        int number = 0;
        for (const QByteArray& line : bytes.split('\n')) {
            const QJsonObject object = QJsonDocument::fromJson(line).object();
            if (object.value(QLatin1String("method")).toString() == QLatin1String("message"))
                QCOMPARE(textOf(object.value(QLatin1String("params")).toObject()),
                         QString::number(number++) + filling);
        }
        QCOMPARE(number, count);
    }

    void theConnectionIsReported() {
        QVERIFY(m_ana->waitOnline());
        const qsizetype mark = m_ana->mark();
        m_people->relay().killHard();
        const auto isNotOnline = [](const QJsonObject& params) {
            return params.value(QLatin1String("state")).toString() != QLatin1String("online");
        };
        QVERIFY(m_ana->waitFor(QStringLiteral("connection"), isNotOnline, mark));
        QVERIFY(m_people->relay().start());
        QVERIFY(m_ana->waitOnline(40'000));
    }

private:
    static QJsonObject textTo(const QString& to, const QString& text) {
        return {{QStringLiteral("to"), to},
                {QStringLiteral("content"), QJsonObject{{QStringLiteral("type"), QStringLiteral("text")},
                                                        {QStringLiteral("text"), text}}}};
    }

    /// The texts bob was told of, in order, as often as he was.
    QStringList receivedTexts() const {
        QStringList texts;
        for (const RpcNotification& notification : m_bob->notifications()) {
            if (notification.method == QLatin1String("message"))
                texts.append(textOf(notification.params));
        }
        return texts;
    }

    std::unique_ptr<People> m_people;
    CliProcess* m_ana = nullptr;
    CliProcess* m_bob = nullptr;
};

} // namespace recado::tests

RECADO_TEST(recado::tests::InterruptionE2eTest)
#include "InterruptionE2eTest.moc"
