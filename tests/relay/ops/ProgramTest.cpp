#include "../gateway/RawClient.h"
#include "relay/delivery/Directory.h"
#include "relay/ops/ControlSocket.h"
#include "relay/ops/HomeThread.h"
#include "relay/storage/RelayDatabase.h"
#include "relay/storage/SqliteDirectory.h"
#include "routing/Address.h"
#include "support/Suite.h"

#include <QProcess>
#include <QTemporaryDir>
#include <QTest>
#include <QUrl>

#include <csignal>
#include <future>

namespace recado::tests {

namespace {

QStringList wordsOf(const char* text) {
    return QString::fromLatin1(text).split(QLatin1Char(' '), Qt::SkipEmptyParts);
}

/// One run of the real program.
class Program {
public:
    Program(const QStringList& words, const QProcessEnvironment& environment) {
        m_process.setProcessEnvironment(environment);
        m_process.start(QStringLiteral(RECADO_PROGRAMS "/recado-relay"), words);
    }
    ~Program() {
        m_process.kill();
        m_process.waitForFinished();
    }

    /// The next line of stdout without its end; empty when none came.
    QByteArray line() {
        while (!m_process.canReadLine() && m_process.waitForReadyRead(15'000)) {
        }
        return m_process.readLine().trimmed();
    }
    /// Waits for the end; -1 when it does not come, -2 after a crash.
    int exitCode() {
        if (!m_process.waitForFinished(15'000) && m_process.state() != QProcess::NotRunning)
            return -1;
        return m_process.exitStatus() == QProcess::NormalExit ? m_process.exitCode() : -2;
    }
    void stopReadingErrors() { m_process.closeReadChannel(QProcess::StandardError); }
    void signal(int number) { ::kill(pid_t(m_process.processId()), number); }
    QByteArray output() { return m_process.readAllStandardOutput(); }
    QByteArray errors() { return m_process.readAllStandardError(); }

private:
    QProcess m_process;
};

/// An account as a registration leaves it.
void insertAccount(const QString& directory, const QString& username) {
    relay::RelayDatabaseOptions options;
    options.directory = directory;
    const base::SystemClock clock;
    relay::HomeThread home;
    const auto database = relay::RelayDatabase::open(std::move(options), clock);
    QVERIFY(database.ok());
    relay::SqliteDirectory accounts(**database);
    routing::DeviceList list;
    list.account = base::AccountId::random();
    list.version = 1;
    list.issuedAtMs = 1'600'000'000'000;
    list.identityKey = QByteArray(33, '\x05');
    list.devices = {{1, 77, QByteArray(32, 'a'), QByteArray(32, 'h')},
                    {2, 78, QByteArray(32, 'b'), QByteArray(32, 'i')}};
    relay::NewAccount account;
    account.account = {list.account, username, {list.serialise(), QByteArray(64, 's')}};
    account.skeleton = routing::lookAlikeSkeleton(username);
    account.listVersion = 1;
    account.device = {list.account, 1};
    account.nowMs = 1'750'000'000'000;
    std::promise<bool> created;
    accounts.createAccount(std::move(account), relay::StoreCall{&home.inbox()}, [&](const auto& answer) {
        created.set_value(answer.committed() && answer.value.outcome == relay::RegistrationOutcome::Created);
    });
    QVERIFY(created.get_future().get());
    (*database)->stop();
    home.stop();
}

} // namespace

class ProgramTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void mistakesExitWithOneLineThatNamesTheKey_data();
    void mistakesExitWithOneLineThatNamesTheKey();
    void helpAndVersionArePrinted();
    void helpIsForEverybodyWhoAsks_data();
    void helpIsForEverybodyWhoAsks();
    void readyLineIsTheOnlyOne();
    void adminLineComesFirst();
    void signalsEndItWell_data();
    void signalsEndItWell();
    void secondStartFailsAtOnce();
    void anotherNameIsAMistake();
    void firstInvitationIsOnStderr();
    void environmentAndFileAreRead();
    void defaultDataDirectoryIsTheUsers();
    void inviteWorksBesideAndWithout();
    void invitationIsALinkAsWell();
    void invitationsBehindAProxyNameTheProxy();
    void usersAreListedBesideAndWithout();
    void doctorFindsWhatIsWrong();
    void killedRelayStartsAgain();
    void whoReadsTheLogMayGo();

private:
    [[nodiscard]] QStringList serve(const char* more = "") const;
    [[nodiscard]] QString data() const { return m_directory->filePath(QStringLiteral("data")); }
    int run(const QStringList& words, QByteArray* output = nullptr, QByteArray* errors = nullptr) const;

    std::unique_ptr<QTemporaryDir> m_directory;
    QProcessEnvironment m_environment;
};

void ProgramTest::init() {
    m_directory = std::make_unique<QTemporaryDir>();
    QVERIFY(m_directory->isValid());
    m_environment = QProcessEnvironment::systemEnvironment();
    m_environment.insert(QStringLiteral("XDG_DATA_HOME"), m_directory->filePath(QStringLiteral("home")));
}

QStringList ProgramTest::serve(const char* more) const {
    return wordsOf("serve --listen 127.0.0.1:0 --data") + QStringList{data()} + wordsOf(more);
}

int ProgramTest::run(const QStringList& words, QByteArray* output, QByteArray* errors) const {
    Program program(words, m_environment);
    const int code = program.exitCode();
    if (output != nullptr)
        *output = program.output();
    if (errors != nullptr)
        *errors = program.errors();
    return code;
}

void ProgramTest::mistakesExitWithOneLineThatNamesTheKey_data() {
    QTest::addColumn<QString>("words");
    QTest::addColumn<QByteArray>("named");
    const auto row = [](const char* words, const char* named) {
        QTest::newRow(words) << QString::fromLatin1(words) << QByteArray(named);
    };
    row("", "subcommand");
    row("dance", "dance");
    row("serve --colour red", "colour");
    row("serve --listen nowhere", "listen");
    row("serve --listen 0.0.0.0:0", "listen");
    row("serve --listen 127.0.0.1:0 --admin 0.0.0.0:0", "admin");
    row("serve --tls-cert cert.pem --tls-key key.pem", "tls-cert");
    row("serve --registration sometimes", "registration");
    row("serve --text-bytes many", "text-bytes");
    row("serve --config /no/such/file", "config");
    row("serve --listen", "listen");
    row("serve --data --listen 127.0.0.1:0", "data");
    row("serve --listen 127.0.0.1:0 --data /dev/null/relay", "data");
    row("serve --listen 127.0.0.1:0 --data /dev/null", "data");
    row("serve --name .", "name");
    row("serve --name=-x", "name");
    row("serve --name a..b", "name");
    row("serve --behind-proxy=perhaps", "behind-proxy");
    row("invite --uses", "uses");
    row("invite --data=", "data");
    row("invite --uses none", "uses");
    row("invite --expires-days 0", "expires-days");
    row("invite --uses 1 --colour red", "colour");
    row("users all", "all");
    row("doctor --listen nowhere", "listen");
    row("erase", "who");
    row("erase ana bea", "bea");
    row("export", "who");
    row("restore", "backup");
    row("invite --recover", "recover");
    row("invite --recover ana --uses 2", "uses");
    row("users --jso", "jso");
    row("backup", "target");
    row("bench all", "all");
}

void ProgramTest::mistakesExitWithOneLineThatNamesTheKey() {
    QFETCH(const QString, words);
    QFETCH(const QByteArray, named);
    QByteArray output;
    QByteArray errors;
    QCOMPARE(run(words.split(QLatin1Char(' '), Qt::SkipEmptyParts), &output, &errors), 2);
    QCOMPARE(output, QByteArray());
    QCOMPARE(errors.count('\n'), 1);
    QVERIFY2(errors.contains(named), errors.constData());
}

void ProgramTest::helpAndVersionArePrinted() {
    QByteArray output;
    QCOMPARE(run(wordsOf("--version"), &output), 0);
    QVERIFY(output.startsWith("recado-relay "));
    QCOMPARE(run(wordsOf("--help"), &output), 0);
    QVERIFY(output.contains("unacknowledged-bytes"));
}

void ProgramTest::helpIsForEverybodyWhoAsks_data() {
    QTest::addColumn<QString>("words");
    for (const char* words :
         {"-h", "serve --help", "serve -h", "serve --data x --help", "serve --listen --help", "invite --help",
          "users --help", "doctor --help", "backup --help"})
        QTest::newRow(words) << QString::fromLatin1(words);
}

void ProgramTest::helpIsForEverybodyWhoAsks() {
    QFETCH(const QString, words);
    QByteArray output;
    QByteArray errors;
    QCOMPARE(run(words.split(QLatin1Char(' ')), &output, &errors), 0);
    QVERIFY(output.startsWith("recado-relay serve "));
    QCOMPARE(errors, QByteArray());
}

void ProgramTest::readyLineIsTheOnlyOne() {
    Program relay(serve(), m_environment);
    const QByteArray ready = relay.line();
    QVERIFY2(ready.startsWith("ready ws://127.0.0.1:"), ready.constData());
    RawClient client(quint16(QUrl(QString::fromUtf8(ready.mid(6))).port()));
    QVERIFY(client.upgrade());
    relay.signal(SIGTERM);
    QCOMPARE(relay.exitCode(), 0);
    QCOMPARE(relay.output(), QByteArray());
}

void ProgramTest::adminLineComesFirst() {
    Program relay(serve("--admin 127.0.0.1:0"), m_environment);
    const QByteArray admin = relay.line();
    QVERIFY2(admin.startsWith("admin http://127.0.0.1:"), admin.constData());
    QVERIFY(relay.line().startsWith("ready ws://127.0.0.1:"));
    RawClient client(quint16(QUrl(QString::fromUtf8(admin.mid(6))).port()));
    QVERIFY(client.write("GET /metrics HTTP/1.1\r\nHost: relay\r\n\r\n"));
    QVERIFY(client.read(1'024 * 1'024).contains("\nrecado_up 1\n"));
}

void ProgramTest::signalsEndItWell_data() {
    QTest::addColumn<int>("number");
    QTest::newRow("SIGTERM") << SIGTERM;
    QTest::newRow("SIGINT") << SIGINT;
}

void ProgramTest::signalsEndItWell() {
    QFETCH(const int, number);
    Program relay(serve(), m_environment);
    RawClient client(quint16(QUrl(QString::fromUtf8(relay.line().mid(6))).port()));
    QVERIFY(client.upgrade());
    relay.signal(number);
    QCOMPARE(client.readCloseCode(), 1001);
    QCOMPARE(relay.exitCode(), 0);
}

void ProgramTest::secondStartFailsAtOnce() {
    Program relay(serve(), m_environment);
    const QByteArray ready = relay.line();
    QByteArray errors;
    QCOMPARE(run(serve(), nullptr, &errors), 1);
    QVERIFY2(errors.contains("data: "), errors.constData());
    QCOMPARE(errors.count('\n'), 1);
    const QString address = QString::fromUtf8(ready.mid(11));
    QCOMPARE(run({QStringLiteral("serve"), QStringLiteral("--listen"), address, QStringLiteral("--data"),
                  data() + QStringLiteral("-2")},
                 nullptr, &errors),
             1);
    QVERIFY2(errors.contains("listen: "), errors.constData());
    QCOMPARE(errors.count('\n'), 1);
}

void ProgramTest::anotherNameIsAMistake() {
    {
        Program relay(serve("--name chat.example.org"), m_environment);
        QVERIFY(relay.line().startsWith("ready "));
        relay.signal(SIGTERM);
        QCOMPARE(relay.exitCode(), 0);
    }
    QByteArray errors;
    QCOMPARE(run(serve("--name other.example.org"), nullptr, &errors), 2);
    QVERIFY(errors.contains("name: "));
    QCOMPARE(errors.count('\n'), 1);
    for (const char* same : {"", "--name Chat.EXAMPLE.org"}) {
        Program again(serve(same), m_environment);
        QVERIFY(again.line().startsWith("ready "));
        again.signal(SIGTERM);
        QCOMPARE(again.exitCode(), 0);
    }
}

void ProgramTest::firstInvitationIsOnStderr() {
    for (const bool first : {true, false}) {
        Program relay(serve("--registration invite"), m_environment);
        QVERIFY(relay.line().startsWith("ready "));
        relay.signal(SIGTERM);
        QCOMPARE(relay.exitCode(), 0);
        QCOMPARE(relay.errors().contains("the first invitation: "), first);
    }
}

void ProgramTest::environmentAndFileAreRead() {
    QFile file(m_directory->filePath(QStringLiteral("relay.conf")));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("listen = 127.0.0.1:0\nregistration = invite\n");
    file.close();
    m_environment.insert(QStringLiteral("RECADO_CONFIG"), file.fileName());
    m_environment.insert(QStringLiteral("RECADO_DATA"), data());
    Program relay(wordsOf("serve"), m_environment);
    QVERIFY(relay.line().startsWith("ready ws://127.0.0.1:"));
    QVERIFY(QFileInfo::exists(data() + QStringLiteral("/relay.key")));
}

void ProgramTest::defaultDataDirectoryIsTheUsers() {
    Program relay(wordsOf("serve --listen 127.0.0.1:0"), m_environment);
    QVERIFY(relay.line().startsWith("ready "));
    QVERIFY(QFileInfo::exists(m_directory->filePath(QStringLiteral("home/recado-relay/relay.db"))));
}

void ProgramTest::inviteWorksBesideAndWithout() {
    const QStringList invite = wordsOf("invite --uses 2 --expires-days 3 --data") + QStringList{data()};
    QByteArray beside;
    QByteArray without;
    QCOMPARE(run(invite), 1); // nothing ever ran here
    {
        Program relay(serve(), m_environment);
        QVERIFY(relay.line().startsWith("ready "));
        QCOMPARE(run(invite, &beside), 0);
        relay.signal(SIGTERM);
        QCOMPARE(relay.exitCode(), 0);
    }
    QCOMPARE(run(invite, &without), 0);
    QCOMPARE(beside.trimmed().size(), 20);
    QCOMPARE(without.trimmed().size(), 20);
    QVERIFY(beside != without);
}

// The code alone on stdout for scripts; the link that the client takes for people.
void ProgramTest::invitationIsALinkAsWell() {
    const QStringList invite = wordsOf("invite --data") + QStringList{data()};
    QByteArray code;
    QByteArray link;
    const auto linkTo = [&](const QByteArray& url) {
        return "recado:?relay=" + url.toPercentEncoding() + "&invite=" + code.trimmed() + '\n';
    };
    {
        Program relay(serve(), m_environment);
        const QByteArray url = relay.line().mid(6);
        QCOMPARE(run(invite, &code, &link), 0);
        QVERIFY2(link.endsWith(linkTo(url)), link.constData());
        relay.signal(SIGTERM);
        QCOMPARE(relay.exitCode(), 0);
    }
    QCOMPARE(run(invite + wordsOf("--listen 127.0.0.1:81"), &code, &link), 0);
    QVERIFY2(link.endsWith(linkTo("ws://127.0.0.1:81")), link.constData());
    QCOMPARE(run(invite + wordsOf("--listen 127.0.0.1:0"), &code, &link), 0);
    QCOMPARE(link, QByteArray()); // nobody knows yet where it will be
}

void ProgramTest::invitationsBehindAProxyNameTheProxy() {
    const QStringList invite = wordsOf("invite --behind-proxy --data") + QStringList{data()};
    Program relay(serve("--behind-proxy --name chat.example.org"), m_environment);
    QVERIFY(relay.line().startsWith("ready "));
    QByteArray link;
    QCOMPARE(run(invite, nullptr, &link), 0);
    QVERIFY2(link.contains("recado:?relay=wss%3A%2F%2Fchat.example.org&invite="), link.constData());
}

void ProgramTest::usersAreListedBesideAndWithout() {
    insertAccount(data(), QStringLiteral("ana.souza"));
    QVERIFY(!QTest::currentTestFailed());
    const QStringList users = wordsOf("users --data") + QStringList{data()};
    QByteArray without;
    QByteArray beside;
    QCOMPARE(run(users, &without), 0);
    Program relay(serve(), m_environment);
    QVERIFY(relay.line().startsWith("ready "));
    QCOMPARE(run(users, &beside), 0);
    QCOMPARE(beside, without);
    const QList<QByteArray> columns = without.simplified().split(' ');
    QCOMPARE(columns.size(), 4);
    QCOMPARE(columns[0], QByteArray("ana.souza"));
    QCOMPARE(columns[1].size(), 8);
    QCOMPARE(columns[2], QByteArray("2"));
    QCOMPARE(columns[3], QByteArray("2025-06-15T15:06:40Z"));
}

void ProgramTest::doctorFindsWhatIsWrong() {
    const QStringList doctor = wordsOf("doctor --data") + QStringList{data()};
    QByteArray output;
    QCOMPARE(run(doctor, &output), 1);
    QVERIFY(output.contains("fail  database"));
    Program relay(serve(), m_environment);
    QVERIFY(relay.line().startsWith("ready "));
    QCOMPARE(run(doctor, &output), 0);
    QVERIFY2(!output.contains("fail"), output.constData());
    QVERIFY(output.contains("ok    relay: running"));
    relay.signal(SIGTERM);
    QCOMPARE(relay.exitCode(), 0);
    QVERIFY(!relay.errors().contains("warning")); // being looked at is nothing to complain about
    QVERIFY(QFile::setPermissions(data() + QStringLiteral("/relay.key"),
                                  QFileDevice::ReadOwner | QFileDevice::ReadOther));
    QCOMPARE(run(doctor, &output), 1);
    QVERIFY2(output.contains("fail  relay.key: others have access"), output.constData());
}

void ProgramTest::killedRelayStartsAgain() {
    {
        Program relay(serve(), m_environment);
        QVERIFY(relay.line().startsWith("ready "));
        relay.signal(SIGKILL);
        QCOMPARE(relay.exitCode(), -2);
    }
    Program again(serve(), m_environment); // lock, log and control socket were left behind
    QVERIFY(again.line().startsWith("ready "));
    QByteArray token;
    QCOMPARE(run(wordsOf("invite --data") + QStringList{data()}, &token), 0);
}

// A line of the log for whoever is gone must not end the relay by SIGPIPE.
void ProgramTest::whoReadsTheLogMayGo() {
    Program relay(serve(), m_environment);
    QVERIFY(relay.line().startsWith("ready "));
    relay.stopReadingErrors();
    {
        const auto silent = relay::controlSocket::connectTo(data()); // asks nothing: worth a warning
        QVERIFY(silent.ok());
    }
    QCOMPARE(run(wordsOf("users --data") + QStringList{data()}), 0);
    relay.signal(SIGTERM);
    QCOMPARE(relay.exitCode(), 0);
}

} // namespace recado::tests

RECADO_TEST(recado::tests::ProgramTest)
#include "ProgramTest.moc"
