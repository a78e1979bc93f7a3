#include "People.h"
#include "support/Suite.h"
#include "support/Wait.h"

#include <QFileInfo>
#include <QJsonDocument>

namespace recado::tests {

/// The one-shot commands and what the program does with profiles, descriptors and signals.
class CommandsE2eTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() {
        m_people = std::make_unique<People>();
        QVERIFY2(m_people->relay().start(), m_people->relay().errorText().constData());
    }
    void cleanup() { m_people.reset(); }

    void oneShotCommandsWork() {
        QCOMPARE(run({QStringLiteral("whoami")}), 1);
        QVERIFY(m_errors.contains("not_registered"));
        QCOMPARE(run({QStringLiteral("register"), m_people->relay().url(), QStringLiteral("ana"),
                      QStringLiteral("--display-name"), QStringLiteral("Ana")}),
                 0);
        QVERIFY(m_output.startsWith("address  ana@"));
        QCOMPARE(run({QStringLiteral("whoami"), QStringLiteral("--json")}), 0);
        QCOMPARE(json().value(QLatin1String("state")).toString(), QStringLiteral("online"));

        CliProcess& bob = m_people->join(QStringLiteral("bob"));
        const QString text = QStringLiteral("olá 👋");
        QCOMPARE(run({QStringLiteral("send"), QStringLiteral("bob"), text, QStringLiteral("--json")}), 0);
        QVERIFY(!json().value(QLatin1String("id")).toString().isEmpty());
        QVERIFY(json().value(QLatin1String("status")).toString() != QLatin1String("pending"));
        QVERIFY(bob.waitForText(text));
        QCOMPARE(run({QStringLiteral("messages"), QStringLiteral("bob")}), 0);
        QVERIFY(m_output.contains(text.toUtf8()));
        QCOMPARE(run({QStringLiteral("chats"), QStringLiteral("--json")}), 0);
        QCOMPARE(json().value(QLatin1String("chats")).toArray().size(), 1);
    }

    void withJsonFailuresAreObjectsOnStandardOutput() {
        const auto reason = [this] {
            const QJsonObject error = json().value(QLatin1String("error")).toObject();
            return error.value(QLatin1String("data")).toObject().value(QLatin1String("reason")).toString();
        };
        QCOMPARE(run({QStringLiteral("whoami"), QStringLiteral("--json")}), 1);
        QCOMPARE(reason(), QStringLiteral("not_registered"));
        QVERIFY(m_errors.contains("not_registered"));
        CliProcess holder(scratch());
        QVERIFY(holder.start());
        VERIFY_REASON(holder.call(QStringLiteral("whoami")), "not_registered");
        QCOMPARE(run({QStringLiteral("chats"), QStringLiteral("--json")}), 1);
        QCOMPARE(reason(), QStringLiteral("profile_in_use"));
        QCOMPARE(run({QStringLiteral("dance"), QStringLiteral("--json")}), 2);
        QCOMPARE(json().value(QLatin1String("error")).toObject().value(QLatin1String("code")).toInt(),
                 -32600);
    }

    void listenRunsUntilInterrupted() {
        QCOMPARE(run({QStringLiteral("register"), m_people->relay().url(), QStringLiteral("ana")}), 0);
        CliProcess& bob = m_people->join(QStringLiteral("bob"));
        ChildProcess listener(QStringLiteral("recado-cli"), scratch());
        listener.setArguments(profile() + QStringList{QStringLiteral("listen"), QStringLiteral("--json")});
        QVERIFY(listener.launch());
        VERIFY_OK(bob.sendTextTo(QStringLiteral("ana"), QStringLiteral("ding")));
        QVERIFY(waitUntil([&] {
            return std::any_of(listener.lines().begin(), listener.lines().end(),
                               [](const QByteArray& line) { return line.contains("ding"); });
        }));
        QCOMPARE(listener.interrupt(), 0);
    }

    void wrongUsageIsExitCode2() {
        QCOMPARE(run({QStringLiteral("dance")}), 2);
        QCOMPARE(m_errors.count('\n'), 1);
        QVERIFY(m_output.isEmpty());
    }

    void sendWithoutARelayKeepsTheMessageAndSaysSo() {
        QCOMPARE(run({QStringLiteral("register"), m_people->relay().url(), QStringLiteral("ana")}), 0);
        m_people->join(QStringLiteral("bob"));
        QCOMPARE(run({QStringLiteral("send"), QStringLiteral("bob"), QStringLiteral("one")}), 0);
        m_people->relay().killHard();
        QCOMPARE(run({QStringLiteral("send"), QStringLiteral("bob"), QStringLiteral("two"),
                      QStringLiteral("--json")}),
                 0);
        QCOMPARE(json().value(QLatin1String("status")).toString(), QStringLiteral("pending"));
    }

    void theKeyFileIsItsOwnersAndAWarningSaysSo() {
        CliProcess& ana = m_people->join(QStringLiteral("ana"));
        QVERIFY(ana.errorText().contains("warning"));
        const QFileInfo directory(ana.profileDirectory());
        QVERIFY(!(directory.permissions() & (QFile::ReadGroup | QFile::ReadOther)));
        const QFileInfoList files = QDir(ana.profileDirectory()).entryInfoList(QDir::Files | QDir::Hidden);
        QVERIFY(!files.isEmpty());
        for (const QFileInfo& file : files)
            QVERIFY2(!(file.permissions() & (QFile::ReadGroup | QFile::ReadOther)),
                     qPrintable(file.fileName()));
    }

    void aSecondProgramOnTheSameProfileIsTold() {
        CliProcess& ana = m_people->join(QStringLiteral("ana"));
        CliProcess second(m_people->directory() + QStringLiteral("/ana"));
        QVERIFY(second.start());
        VERIFY_REASON(second.call(QStringLiteral("whoami")), "profile_in_use");
        VERIFY_REASON(second.call(QStringLiteral("getChats")), "profile_in_use");
        QVERIFY(second.errorText().contains("profile_in_use"));
        QCOMPARE(second.finish(), 1);
        VERIFY_OK(ana.call(QStringLiteral("whoami")));
        QCOMPARE(ana.finish(), 0);
        QVERIFY(second.start());
        VERIFY_OK(second.call(QStringLiteral("whoami")));
    }

    void aPassphraseLocksTheProfile() {
        CliProcess ana(m_people->directory() + QStringLiteral("/ana"));
        ana.setPassphrase(QStringLiteral("correct horse"));
        QVERIFY(ana.start());
        VERIFY_OK(ana.registerAt(m_people->relay().url(), QStringLiteral("ana")));
        QVERIFY(!ana.errorText().contains("warning"));
        QCOMPARE(ana.finish(), 0);

        ana.setPassphrase(QStringLiteral("wrong horse"));
        QVERIFY(ana.start());
        VERIFY_REASON(ana.call(QStringLiteral("whoami")), "profile_locked");
        QCOMPARE(ana.finish(), 1);

        CliProcess without(m_people->directory() + QStringLiteral("/ana"));
        QVERIFY(without.start());
        VERIFY_REASON(without.call(QStringLiteral("whoami")), "profile_locked");
        QCOMPARE(without.finish(), 1);

        ana.setPassphrase(QStringLiteral("correct horse"));
        QVERIFY(ana.start());
        VERIFY_OK(ana.call(QStringLiteral("whoami")));
    }

    void signalsEndItInOrder() {
        CliProcess& ana = m_people->join(QStringLiteral("ana"));
        QCOMPARE(ana.terminate(), 0);
        QVERIFY(ana.start());
        VERIFY_OK(ana.call(QStringLiteral("whoami")));
        QCOMPARE(ana.interrupt(), 0);
    }

    void aReaderThatGoesAwayEndsItQuietly() {
        QCOMPARE(run({QStringLiteral("register"), m_people->relay().url(), QStringLiteral("ana")}), 0);
        ChildProcess command(QStringLiteral("recado-cli"), scratch());
        ChildProcess shell(QStringLiteral("/bin/sh"), scratch());
        shell.setArguments(QStringList{QStringLiteral("-c"),
                                       QStringLiteral("{ \"$0\" \"$@\"; echo exit code $? >&2; } | true"),
                                       command.program()} +
                           profile() + QStringList{QStringLiteral("rpc")});
        QVERIFY(shell.launch());
        shell.write("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"whoami\"}\n"); // its input stays open
        QCOMPARE(shell.waitForExit(), 0);
        QVERIFY2(shell.errorText().contains("exit code 0\n"), shell.errorText().constData());
        QVERIFY2(!shell.errorText().contains("error"), shell.errorText().constData());
    }

    void linesWrittenAtOnceAreAllAnsweredBeforeTheEnd() {
        CliProcess& ana = m_people->add(QStringLiteral("ana"));
        m_people->join(QStringLiteral("bob"));
        const qint64 registered =
            ana.send(QStringLiteral("register"), {{QStringLiteral("relay"), m_people->relay().url()},
                                                  {QStringLiteral("username"), QStringLiteral("ana")}});
        const QJsonObject content{{QStringLiteral("type"), QStringLiteral("text")},
                                  {QStringLiteral("text"), QStringLiteral("at once")}};
        const qint64 sent =
            ana.send(QStringLiteral("sendMessage"),
                     {{QStringLiteral("to"), QStringLiteral("bob")}, {QStringLiteral("content"), content}});
        QCOMPARE(ana.finish(), 0);
        VERIFY_OK(ana.answer(registered));
        VERIFY_OK(ana.answer(sent));
        QVERIFY(ana.strayLines().isEmpty());
    }

private:
    QString scratch() const { return m_people->directory() + QStringLiteral("/shell"); }
    QStringList profile() const {
        return {QStringLiteral("--profile"), scratch() + QStringLiteral("/profile")};
    }

    int run(const QStringList& words) {
        ChildProcess command(QStringLiteral("recado-cli"), scratch());
        command.setArguments(profile() + words);
        const int exitCode = command.launch() ? command.waitForExit(30'000) : -2;
        m_output = command.lines().join('\n');
        m_errors = command.errorText();
        return exitCode;
    }

    QJsonObject json() const { return QJsonDocument::fromJson(m_output).object(); }

    std::unique_ptr<People> m_people;
    QByteArray m_output;
    QByteArray m_errors;
};

} // namespace recado::tests

RECADO_TEST(recado::tests::CommandsE2eTest)
#include "CommandsE2eTest.moc"
