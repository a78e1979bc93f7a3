#include "app/cli/CommandLine.h"

#include "support/Suite.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

namespace recado::tests {

using cli::Farewell;
using cli::Invocation;

class CommandLineTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void understands_data() {
        QTest::addColumn<QString>("words");
        QTest::addColumn<QString>("command");
        QTest::addColumn<QStringList>("arguments");
        QTest::newRow("rpc") << QStringLiteral("--profile p rpc") << QStringLiteral("rpc") << QStringList();
        QTest::newRow("options behind")
            << QStringLiteral("whoami --json --profile p") << QStringLiteral("whoami") << QStringList();
        QTest::newRow("send") << QStringLiteral("--profile p send bob hello") << QStringLiteral("send")
                              << QStringList{QStringLiteral("bob"), QStringLiteral("hello")};
        QTest::newRow("a text like an option")
            << QStringLiteral("--profile p send bob -- --hello") << QStringLiteral("send")
            << QStringList{QStringLiteral("bob"), QStringLiteral("--hello")};
        QTest::newRow("register") << QStringLiteral(
                                         "--profile p register ws://h ana --invite i --display-name n")
                                  << QStringLiteral("register")
                                  << QStringList{QStringLiteral("ws://h"), QStringLiteral("ana")};
        QTest::newRow("messages") << QStringLiteral("--profile p messages bob --limit 500")
                                  << QStringLiteral("messages") << QStringList{QStringLiteral("bob")};
    }

    void understands() {
        QFETCH(QString, words);
        QFETCH(QString, command);
        QFETCH(QStringList, arguments);
        const auto read = cli::readCommandLine(split(words));
        const Invocation* invocation = std::get_if<Invocation>(&read);
        QVERIFY(invocation);
        QCOMPARE(invocation->command, command);
        QCOMPARE(invocation->arguments, arguments);
        QCOMPARE(invocation->profile, QStringLiteral("p"));
    }

    void refusesWithCode2_data() {
        QTest::addColumn<QString>("words");
        for (const char* words :
             {"", "rpc", "--profile p", "--profile p dance", "--profile p send bob", "--profile p whoami x",
              "--profile p --strange rpc", "--profile", "--profile p whoami --invite x",
              "--profile p chats --limit 3", "--profile p messages bob --limit 0",
              "--profile p messages bob --limit 501", "--profile p messages bob --limit x"})
            QTest::newRow(words) << QString::fromLatin1(words);
    }

    void refusesWithCode2() {
        QFETCH(QString, words);
        const auto read = cli::readCommandLine(split(words));
        const Farewell* farewell = std::get_if<Farewell>(&read);
        QVERIFY(farewell);
        QCOMPARE(farewell->exitCode, 2);
        QCOMPARE(farewell->text.count(QLatin1Char('\n')), 1);
    }

    void badUsageWithJsonIsAnErrorObject() {
        for (const char* words : {"--profile p dance --json", "--json --profile p --strange chats"}) {
            const auto read = cli::readCommandLine(split(QLatin1String(words)));
            const Farewell& farewell = std::get<Farewell>(read);
            QCOMPARE(farewell.exitCode, 2);
            const QJsonObject error =
                QJsonDocument::fromJson(farewell.json).object().value(QLatin1String("error")).toObject();
            QCOMPARE(error.value(QLatin1String("code")).toInt(), -32600);
            QVERIFY(!error.value(QLatin1String("message")).toString().isEmpty());
        }
        QVERIFY(std::get<Farewell>(cli::readCommandLine(split(QStringLiteral("dance")))).json.isEmpty());
    }

    void helpAndVersionNeedNothingElse() {
        for (const char* words : {"--help", "-h", "--version"}) {
            const auto read = cli::readCommandLine(split(QLatin1String(words)));
            QCOMPARE(std::get<Farewell>(read).exitCode, 0);
        }
        QVERIFY(std::get<Farewell>(cli::readCommandLine(split(QStringLiteral("--version"))))
                    .text.startsWith(QStringLiteral("recado-cli ")));
    }

private:
    static QStringList split(const QString& words) {
        return QStringList{QStringLiteral("recado-cli")} + words.split(QLatin1Char(' '), Qt::SkipEmptyParts);
    }
};

} // namespace recado::tests

RECADO_TEST(recado::tests::CommandLineTest)
#include "CommandLineTest.moc"
