#include "relay/ops/ConfigKeys.h"
#include "relay/ops/ConfigReader.h"
#include "support/Suite.h"

#include <QTemporaryDir>
#include <QTest>

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

void ConfigTest::everyKeyIsReadFromEverySource_data() {
    QTest::addColumn<QString>("key");
    for (const relay::ConfigKey& key : relay::configKeys())
        QTest::newRow(qPrintable(key.name)) << key.name;
}

void ConfigTest::everyKeyIsReadFromEverySource() {
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
    row("queue too small for a message", QStringLiteral("--message-bytes 16777216"),
        "connection-queue-bytes");
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
