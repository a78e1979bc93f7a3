#include "relay/ops/ConfigKeys.h"
#include "relay/ops/ConfigReader.h"
#include "support/Suite.h"

#include <QTemporaryDir>
#include <QTest>

#include <functional>
#include <type_traits>

Q_DECLARE_METATYPE(std::function<QString(const recado::relay::RelayConfig&)>)

namespace recado::tests {

using relay::HostPort;
using relay::readConfig;
using relay::RelayConfig;

class ConfigTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void nothingIsRequired();
    void optionBeatsEnvironmentBeatsFile_data();
    void optionBeatsEnvironmentBeatsFile();
    void everyKeyIsReadFromEverySource_data();
    void everyKeyIsReadFromEverySource();
    void everySourceRefusesBadValues_data();
    void everySourceRefusesBadValues();
    void namesAreHostNamesInLowerCase_data();
    void namesAreHostNamesInLowerCase();
    void mistakesNameTheirKey_data();
    void mistakesNameTheirKey();
    void fileMistakesNameTheirKey_data();
    void fileMistakesNameTheirKey();
    void fileMayHoldCommentsAndBlanks();
    void configFileMayComeFromTheEnvironment();
    void missingConfigFileIsAMistake();
    void addressesAreRead_data();
    void addressesAreRead();

private:
    QString writeFile(const QByteArray& content);

    std::unique_ptr<QTemporaryDir> m_directory;
};

void ConfigTest::init() {
    m_directory = std::make_unique<QTemporaryDir>();
    QVERIFY(m_directory->isValid());
}

QString ConfigTest::writeFile(const QByteArray& content) {
    const QString path = m_directory->filePath(QStringLiteral("relay.conf"));
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size())
        qFatal("the scratch directory takes no files");
    return path;
}

void ConfigTest::nothingIsRequired() {
    const auto config = readConfig({}, {});
    QVERIFY(config.ok());
    QCOMPARE(config->gateway.host, QStringLiteral("127.0.0.1"));
    QCOMPARE(config->gateway.port, quint16(7380));
    QVERIFY(config->dataDirectory.endsWith(QStringLiteral("/recado-relay")));
    QVERIFY(!config->admin);
    QVERIFY(!config->registration);
    QVERIFY(!config->behindProxy);
    QCOMPARE(config->policy.limits.textBytes, protocol::Limits().textBytes);
}

void ConfigTest::optionBeatsEnvironmentBeatsFile_data() {
    QTest::addColumn<bool>("inFile");
    QTest::addColumn<bool>("inEnvironment");
    QTest::addColumn<bool>("asOption");
    QTest::addColumn<int>("expected");
    QTest::newRow("nowhere") << false << false << false << int(protocol::Limits().devices);
    QTest::newRow("file") << true << false << false << 11;
    QTest::newRow("environment") << false << true << false << 12;
    QTest::newRow("option") << false << false << true << 13;
    QTest::newRow("file and environment") << true << true << false << 12;
    QTest::newRow("file and option") << true << false << true << 13;
    QTest::newRow("environment and option") << false << true << true << 13;
    QTest::newRow("all") << true << true << true << 13;
}

void ConfigTest::optionBeatsEnvironmentBeatsFile() {
    QFETCH(const bool, inFile);
    QFETCH(const bool, inEnvironment);
    QFETCH(const bool, asOption);
    QFETCH(const int, expected);
    QStringList options;
    QProcessEnvironment environment;
    if (inFile)
        options << QStringLiteral("--config") << writeFile("devices = 11\n");
    if (inEnvironment)
        environment.insert(QStringLiteral("RECADO_DEVICES"), QStringLiteral("12"));
    if (asOption)
        options << QStringLiteral("--devices=13");
    const auto config = readConfig(options, environment);
    QVERIFY(config.ok());
    QCOMPARE(int(config->policy.limits.devices), expected);
}

// A value for each key, other than the default, and where it has to arrive.
void ConfigTest::everyKeyIsReadFromEverySource_data() {
    using Show = std::function<QString(const RelayConfig&)>;
    QTest::addColumn<QString>("key");
    QTest::addColumn<QString>("value");
    QTest::addColumn<Show>("show");
    QSet<QString> left;
    for (const relay::ConfigKey& key : relay::configKeys())
        left.insert(key.name);
    const auto row = [&](const char* key, const char* value, auto read) {
        const Show show = [read](const RelayConfig& config) -> QString {
            const auto field = read(config);
            if constexpr (std::is_same_v<std::decay_t<decltype(field)>, std::chrono::milliseconds>)
                return QString::number(field.count());
            else if constexpr (std::is_arithmetic_v<std::decay_t<decltype(field)>>)
                return QString::number(field);
            else
                return field;
        };
        QTest::newRow(key) << QString::fromLatin1(key) << QString::fromLatin1(value) << show;
        left.remove(QString::fromLatin1(key));
    };
    row("data", "/var/lib/relay", [](const RelayConfig& config) { return config.dataDirectory; });
    row("listen", "[::1]:81", [](const RelayConfig& config) {
        return HostPort{config.gateway.host, config.gateway.port}.toString();
    });
    row("admin", "127.0.0.1:82",
        [](const RelayConfig& config) { return config.admin ? config.admin->toString() : QString(); });
    row("gateway", "portable", [](const RelayConfig& config) {
        return config.gateway.driver == relay::GatewayDriver::Portable ? QStringLiteral("portable")
                                                                       : QString();
    });
    row("name", "chat.example.org", [](const RelayConfig& config) { return config.name; });
    row("registration", "closed", [](const RelayConfig& config) {
        return config.registration == relay::RegistrationMode::Closed ? QStringLiteral("closed") : QString();
    });
    row("behind-proxy", "true", [](const RelayConfig& config) {
        return config.behindProxy ? QStringLiteral("true") : QStringLiteral("false");
    });
    row("log-format", "json", [](const RelayConfig& config) {
        return config.logFormat == base::LogFormat::Json ? QStringLiteral("json") : QStringLiteral("text");
    });
    row("log-level", "debug", [](const RelayConfig& config) {
        return config.logLevel == base::LogLevel::Debug ? QStringLiteral("debug") : QString();
    });
    row("otlp-endpoint", "http://127.0.0.1:4318",
        [](const RelayConfig& config) { return config.trace.endpoint.toString(); });
    row("trace-ratio", "0.5", [](const RelayConfig& config) { return config.trace.ratio; });
    const auto limit = [&](const char* key, const char* value, auto member) {
        row(key, value, [member](const RelayConfig& config) { return config.policy.limits.*member; });
    };
    using protocol::Limits;
    limit("text-bytes", "60000", &Limits::textBytes);
    limit("message-bytes", "1000000", &Limits::messageBytes);
    limit("inline-body-bytes", "2048", &Limits::inlineBodyBytes);
    limit("devices", "5", &Limits::devices);
    limit("group-members", "1000", &Limits::groupMembers);
    limit("attachment-bytes", "2147483648", &Limits::attachmentBytes);
    limit("undelivered-seconds", "61", &Limits::undeliveredSeconds);
    limit("media-seconds", "62", &Limits::mediaSeconds);
    limit("submissions-in-flight", "255", &Limits::submissionsInFlight);
    limit("unacknowledged-bytes", "70000", &Limits::unacknowledgedBytes);
    limit("prekeys-stored", "201", &Limits::prekeysStored);
    limit("prekeys-low", "26", &Limits::prekeysLow);
    const auto policy = [&](const char* key, const char* value, auto member) {
        row(key, value, [member](const RelayConfig& config) { return config.policy.*member; });
    };
    using Policy = relay::RelayPolicy;
    policy("submission-burst", "101", &Policy::submissionBurst);
    policy("submissions-per-second", "102", &Policy::submissionsPerSecond);
    policy("mailbox-bytes", "1048577", &Policy::mailboxBytes);
    policy("mailbox-envelopes", "103", &Policy::mailboxEnvelopes);
    policy("live-queue-bytes", "70000", &Policy::queuedBytes);
    policy("recorded-bytes", "1026", &Policy::recordedBytes);
    policy("unknown-usernames-an-hour", "104", &Policy::unknownUsernamesAnHour);
    policy("one-time-prekeys-an-hour", "105", &Policy::oneTimePrekeysAnHour);
    policy("registration-burst", "106", &Policy::registrationBurst);
    policy("registrations-per-second", "107", &Policy::registrationsPerSecond);
    policy("request-burst", "108", &Policy::requestBurst);
    policy("requests-per-second", "109", &Policy::requestsPerSecond);
    policy("work-burst", "1001", &Policy::workBurst);
    policy("work-per-second", "1002", &Policy::workPerSecond);
    policy("work-per-pass", "124", &Policy::workPerPass);
    policy("authentication-failure-ms", "125", &Policy::failureMs);
    policy("shed-lag-ms", "126", &Policy::shedLagMs);
    policy("refuse-lag-ms", "127", &Policy::refuseLagMs);
    policy("ephemeral-burst", "110", &Policy::ephemeralBurst);
    policy("ephemeral-interval-ms", "111", &Policy::ephemeralIntervalMs);
    policy("presence-grace-ms", "0", &Policy::presenceGraceMs);
    policy("username-rest-days", "0", &Policy::usernameRestDays);
    policy("busy-retry-ms", "112", &Policy::busyRetryMs);
    const auto gateway = [&](const char* key, const char* value, auto member) {
        row(key, value, [member](const RelayConfig& config) { return config.gateway.*member; });
    };
    using Gateway = relay::GatewayConfig;
    gateway("threads", "3", &Gateway::threads);
    gateway("connections", "113", &Gateway::connections);
    gateway("tls-handshakes", "135", &Gateway::handshakes);
    gateway("connections-per-address", "114", &Gateway::connectionsPerAddress);
    gateway("connection-burst-per-address", "128", &Gateway::connectionBurstPerAddress);
    gateway("connections-per-second-per-address", "129", &Gateway::connectionsPerSecondPerAddress);
    gateway("failure-price", "130", &Gateway::failurePrice);
    gateway("registration-price", "131", &Gateway::registrationPrice);
    gateway("unauthenticated-connections", "132", &Gateway::strangers);
    gateway("refusals-per-second", "133", &Gateway::refusalsPerSecond);
    gateway("overload-lag-ms", "134", &Gateway::overloadLag);
    gateway("outgoing-bytes", "2000001", &Gateway::outgoingBytes);
    row("retry-after-seconds", "9",
        [](const RelayConfig& config) { return qint64(config.gateway.refusalRetry.count()); });
    row("limit-loopback", "true", [](const RelayConfig& config) {
        return config.gateway.limitLoopback ? QStringLiteral("true") : QStringLiteral("false");
    });
    row("forwarded-header", "forwarded", [](const RelayConfig& config) {
        return config.forwardedField == relay::ForwardedField::Forwarded ? QStringLiteral("forwarded")
                                                                         : QString();
    });
    gateway("header-bytes", "1027", &Gateway::headerBytes);
    gateway("header-fields", "65", &Gateway::headerFields);
    gateway("unauthenticated-message-bytes", "16000", &Gateway::unauthenticatedMessageBytes);
    gateway("incomplete-bytes", "2000000", &Gateway::incompleteBytes);
    gateway("message-bytes-per-second", "123", &Gateway::messageBytesPerSecond);
    gateway("low-mark-bytes", "65000", &Gateway::lowMarkBytes);
    gateway("fragments-per-message", "115", &Gateway::fragmentsPerMessage);
    gateway("idle-frames-per-second", "116", &Gateway::idleFramesPerSecond);
    gateway("connection-queue-bytes", "5000000", &Gateway::queuedBytes);
    gateway("handshake-ms", "117", &Gateway::handshakeDeadline);
    gateway("authentication-ms", "118", &Gateway::authenticationDeadline);
    gateway("message-ms", "119", &Gateway::messageDeadline);
    gateway("ping-ms", "120", &Gateway::pingInterval);
    gateway("idle-ms", "30001", &Gateway::idleLimit);
    gateway("stall-ms", "121", &Gateway::stallDeadline);
    gateway("close-ms", "122", &Gateway::closeDeadline);
    left -= {QStringLiteral("tls-cert"), QStringLiteral("tls-key")}; // only together, as below
    if (!left.isEmpty())
        qFatal("no row for %s", qPrintable(left.values().join(QLatin1Char(' '))));
}

void ConfigTest::everyKeyIsReadFromEverySource() {
    QFETCH(const QString, key);
    QFETCH(const QString, value);
    QFETCH(const std::function<QString(const RelayConfig&)>, show);
    QVERIFY(show(*readConfig({}, {})) != value);
    QProcessEnvironment environment;
    environment.insert(relay::findConfigKey(key)->environmentName(), value);
    const QString file = writeFile(QStringLiteral("%1 = %2\n").arg(key, value).toUtf8());
    for (const auto& config :
         {readConfig({QStringLiteral("--%1=%2").arg(key, value)}, {}), readConfig({}, environment),
          readConfig({QStringLiteral("--config"), file}, {})}) {
        QVERIFY2(config.ok(), config ? "" : qPrintable(config.error().message));
        QCOMPARE(show(*config), value);
    }
}

void ConfigTest::namesAreHostNamesInLowerCase_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("stored"); // empty: refused
    const auto row = [](const char* label, const QString& name, const QString& stored) {
        QTest::newRow(label) << name << stored;
    };
    const QString longest = QString(63, QLatin1Char('a'));
    row("host", QStringLiteral("chat.example.org"), QStringLiteral("chat.example.org"));
    row("capitals", QStringLiteral("Chat.EXAMPLE.org"), QStringLiteral("chat.example.org"));
    row("one label", QStringLiteral("home"), QStringLiteral("home"));
    row("hyphens", QStringLiteral("my-chat.ex--ample.org"), QStringLiteral("my-chat.ex--ample.org"));
    row("punycode", QStringLiteral("xn--caf-dma.example"), QStringLiteral("xn--caf-dma.example"));
    row("with a port", QStringLiteral("127.0.0.1:7380"), QStringLiteral("127.0.0.1:7380"));
    row("IPv6 with a port", QStringLiteral("[::1]:7380"), QStringLiteral("[::1]:7380"));
    row("longest label", longest, longest);
    row("label too long", longest + QLatin1Char('a'), {});
    row("name too long", QStringList(4, longest).join(QLatin1Char('.')), {});
    row("empty", {}, {});
    row("dot", QStringLiteral("."), {});
    row("leading hyphen", QStringLiteral("-x"), {});
    row("trailing hyphen", QStringLiteral("x-.org"), {});
    row("two dots", QStringLiteral("a..b"), {});
    row("leading dot", QStringLiteral(".a"), {});
    row("trailing dot", QStringLiteral("a."), {});
    row("underscore", QStringLiteral("a_b"), {});
    row("at sign", QStringLiteral("a@b"), {});
    row("accent", QStringLiteral("caf\u00e9.example"), {});
    row("Kelvin sign", QStringLiteral("\u212aelvin"), {});
    row("space", QStringLiteral("a b"), {});
    row("port 0", QStringLiteral("host:0"), {});
    row("port too large", QStringLiteral("host:65536"), {});
    row("no port", QStringLiteral("host:"), {});
    row("two ports", QStringLiteral("host:1:2"), {});
    row("only a port", QStringLiteral(":80"), {});
    row("broken literal", QStringLiteral("[::1"), {});
    row("no address inside", QStringLiteral("[example]"), {});
}

void ConfigTest::namesAreHostNamesInLowerCase() {
    QFETCH(const QString, name);
    QFETCH(const QString, stored);
    const auto config = readConfig({QStringLiteral("--name=") + name}, {});
    QCOMPARE(config.ok(), !stored.isEmpty());
    if (config)
        QCOMPARE(config->name, stored);
    else
        QVERIFY(config.error().message.startsWith(QStringLiteral("name: ")));
}

void ConfigTest::everySourceRefusesBadValues_data() {
    QTest::addColumn<QString>("key");
    for (const relay::ConfigKey& key : relay::configKeys())
        QTest::newRow(qPrintable(key.name)) << key.name;
}

void ConfigTest::everySourceRefusesBadValues() {
    QFETCH(const QString, key);
    // No key takes this value, so each source that is read complains.
    const QString bad = key == QStringLiteral("data") ? QString() : QStringLiteral("no way");
    const relay::ConfigKey* found = relay::findConfigKey(key);
    QVERIFY(found != nullptr);
    const auto complains = [&](const base::Result<RelayConfig>& config) {
        return !config && config.error().reason == base::Reason::Configuration &&
               config.error().message.startsWith(key + QStringLiteral(": "));
    };
    QVERIFY(complains(readConfig({QStringLiteral("--%1=%2").arg(key, bad)}, {})));
    QProcessEnvironment environment;
    environment.insert(found->environmentName(), bad);
    QVERIFY(complains(readConfig({}, environment)));
    const QString file = writeFile(QStringLiteral("%1 = %2\n").arg(key, bad).toUtf8());
    QVERIFY(complains(readConfig({QStringLiteral("--config"), file}, {})));
}

void ConfigTest::mistakesNameTheirKey_data() {
    QTest::addColumn<QStringList>("options");
    QTest::addColumn<QString>("key");
    const auto row = [](const char* name, const QString& options, const char* key) {
        QTest::newRow(name) << options.split(QLatin1Char(' ')) << QString::fromLatin1(key);
    };
    row("unknown", QStringLiteral("--colour red"), "colour");
    row("no option", QStringLiteral("serve"), "serve");
    row("without a value", QStringLiteral("--listen"), "listen");
    row("an option for a value", QStringLiteral("--data --listen 127.0.0.1:0"), "data");
    row("a short option for a value", QStringLiteral("--name -x"), "name");
    row("an empty file name", QStringLiteral("--config="), "config");
    row("an empty directory", QStringLiteral("--data="), "data");
    row("dashes only", QStringLiteral("--"), "--");
    row("twice", QStringLiteral("--name a --name b"), "name");
    row("no port", QStringLiteral("--listen 127.0.0.1"), "listen");
    row("too large a port", QStringLiteral("--listen 127.0.0.1:65536"), "listen");
    row("registration", QStringLiteral("--registration maybe"), "registration");
    row("certificate", QStringLiteral("--tls-cert cert.pem"), "tls-cert");
    row("certificate key", QStringLiteral("--tls-key key.pem"), "tls-key");
    row("zero", QStringLiteral("--devices 0"), "devices");
    row("negative", QStringLiteral("--devices -1"), "devices");
    row("too many", QStringLiteral("--devices 65"), "devices");
    row("prekeys", QStringLiteral("--prekeys-stored 20 --prekeys-low 21"), "prekeys-low");
    row("pings that come too late", QStringLiteral("--ping-ms 90000"), "ping-ms");
    row("delivery that would never go on", QStringLiteral("--live-queue-bytes 65536"), "live-queue-bytes");
    row("queue too small for a page", QStringLiteral("--connection-queue-bytes 262144"),
        "connection-queue-bytes");
    row("queue too small for an envelope", QStringLiteral("--text-bytes 1048576"), "connection-queue-bytes");
    row("name with an at sign", QStringLiteral("--name a@b"), "name");
}

void ConfigTest::mistakesNameTheirKey() {
    QFETCH(const QStringList, options);
    QFETCH(const QString, key);
    const auto config = readConfig(options, {});
    QVERIFY(!config.ok());
    QCOMPARE(config.error().reason, base::Reason::Configuration);
    QVERIFY2(config.error().message.startsWith(key + QStringLiteral(": ")),
             qPrintable(config.error().message));
}

void ConfigTest::fileMistakesNameTheirKey_data() {
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<QString>("key");
    QTest::newRow("unknown") << QByteArray("colour = red\n") << QStringLiteral("colour");
    QTest::newRow("twice") << QByteArray("name = a\nname = a\n") << QStringLiteral("name");
    QTest::newRow("no equals sign") << QByteArray("name a\n") << QStringLiteral("config");
    QTest::newRow("flag") << QByteArray("behind-proxy = yes\n") << QStringLiteral("behind-proxy");
}

void ConfigTest::fileMistakesNameTheirKey() {
    QFETCH(const QByteArray, content);
    QFETCH(const QString, key);
    const auto config = readConfig({QStringLiteral("--config"), writeFile(content)}, {});
    QVERIFY(!config.ok());
    QVERIFY2(config.error().message.startsWith(key + QStringLiteral(": ")),
             qPrintable(config.error().message));
}

void ConfigTest::fileMayHoldCommentsAndBlanks() {
    const QString file = writeFile("# a relay\n\n  listen   =  [::1]:0 \nbehind-proxy=true\n"
                                   "registration = closed\r\nname = chat.example.org");
    const auto config = readConfig({QStringLiteral("--config"), file}, {});
    QVERIFY(config.ok());
    QCOMPARE(config->gateway.host, QStringLiteral("::1"));
    QVERIFY(config->behindProxy);
    QVERIFY(config->registration == relay::RegistrationMode::Closed);
    QCOMPARE(config->name, QStringLiteral("chat.example.org"));
}

void ConfigTest::configFileMayComeFromTheEnvironment() {
    QProcessEnvironment environment;
    environment.insert(QStringLiteral("RECADO_CONFIG"), writeFile("name = from.file\n"));
    environment.insert(QStringLiteral("RECADO_SOMETHING_ELSE"), QStringLiteral("is nobody's business"));
    const auto config = readConfig({}, environment);
    QVERIFY(config.ok());
    QCOMPARE(config->name, QStringLiteral("from.file"));
}

void ConfigTest::missingConfigFileIsAMistake() {
    const auto config =
        readConfig({QStringLiteral("--config"), m_directory->filePath(QStringLiteral("no"))}, {});
    QVERIFY(!config.ok());
    QVERIFY(config.error().message.startsWith(QStringLiteral("config: ")));
}

void ConfigTest::addressesAreRead_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("host"); // empty: refused
    QTest::addColumn<int>("port");
    const auto row = [](const char* text, const char* host, int port) {
        QTest::newRow(text) << QString::fromLatin1(text) << QString::fromLatin1(host) << port;
    };
    row("127.0.0.1:0", "127.0.0.1", 0);
    row("localhost:7380", "localhost", 7380);
    row("[::1]:65535", "::1", 65'535);
    row("::1:80", "", 0);
    row(":80", "", 0);
    row("[]:80", "", 0);
    row("host:", "", 0);
    row("host:http", "", 0);
    row("a host:80", "", 0);
}

void ConfigTest::addressesAreRead() {
    QFETCH(const QString, text);
    QFETCH(const QString, host);
    QFETCH(const int, port);
    const auto address = HostPort::parse(text);
    QCOMPARE(address.has_value(), !host.isEmpty());
    if (!address)
        return;
    QCOMPARE(address->host, host);
    QCOMPARE(int(address->port), port);
    QCOMPARE(address->toString(), text);
}

} // namespace recado::tests

RECADO_TEST(recado::tests::ConfigTest)
#include "ConfigTest.moc"
