#include "relay/ops/DoctorChecks.h"
#include "relay/ops/Relay.h"
#include "support/Suite.h"
#include "support/TestCertificates.h"

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>

namespace recado::tests {

using relay::Finding;
using relay::Findings;
using Level = Finding::Level;

class DoctorTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void onlyFailuresCount();
    void findingsAreReadByPeopleAndPrograms();
    void certificateOfALocalAuthorityIsAWarning();
    void chainWithoutItsIssuerFails();
    void chainOutOfOrderFails();
    void anotherKeyFails();
    void anotherNameFails();
    void missingCertificateFails();
    void openRegistrationIsAWarningWhereOthersReachIt_data();
    void openRegistrationIsAWarningWhereOthersReachIt();
    void moreConnectionsThanDescriptorsAreAWarning();
    void diskThatTakesNothingFails();
    void damagedDatabaseFails();
    void everyProblemHasARemedy();
    void relayIsReachedAsAClientWould();
    void anotherRelayIsNotThisOne();
    void untrustedCertificateFailsTheUpgrade();

private:
    struct Visit {
        int exitCode = -1;
        QJsonObject report;
    };
    Visit visit(const QStringList& more = {});
    [[nodiscard]] QString data() const { return m_directory->filePath(QStringLiteral("data")); }
    [[nodiscard]] relay::RelayConfig config() const;
    Findings certificateOf(const QByteArray& certificates, const QByteArray& key,
                           const QString& host = QStringLiteral("localhost"));
    static Level levelOf(const Findings& findings, const char* check);
    static QString levelIn(const QJsonObject& report, const char* check);

    std::unique_ptr<QTemporaryDir> m_directory;
    const TestCertificate m_authority = TestCertificate::authority();
};

void DoctorTest::init() {
    m_directory = std::make_unique<QTemporaryDir>();
    QVERIFY(m_directory->isValid());
}

relay::RelayConfig DoctorTest::config() const {
    relay::RelayConfig config;
    config.dataDirectory = data();
    return config;
}

/// The worst of what was found under that name.
Level DoctorTest::levelOf(const Findings& findings, const char* check) {
    Level worst = Level::Ok;
    bool isThere = false;
    for (const Finding& finding : findings) {
        if (finding.check == QLatin1String(check)) {
            worst = std::max(worst, finding.level);
            isThere = true;
        }
    }
    return isThere ? worst : Level::Fail;
}

QString DoctorTest::levelIn(const QJsonObject& report, const char* check) {
    for (const QJsonValue& entry : report[QStringLiteral("checks")].toArray()) {
        if (entry[QStringLiteral("check")].toString() == QLatin1String(check))
            return entry[QStringLiteral("level")].toString();
    }
    return {};
}

DoctorTest::Visit DoctorTest::visit(const QStringList& more) {
    QProcess doctor;
    doctor.start(
        QStringLiteral(RECADO_PROGRAMS "/recado-relay"),
        QStringList{QStringLiteral("doctor"), QStringLiteral("--json"), QStringLiteral("--data"), data()} +
            more);
    Visit result;
    if (!doctor.waitForFinished(30'000))
        return result;
    result.exitCode = doctor.exitCode();
    result.report = QJsonDocument::fromJson(doctor.readAllStandardOutput()).object();
    return result;
}

Findings DoctorTest::certificateOf(const QByteArray& certificates, const QByteArray& key,
                                   const QString& host) {
    const QString certificateFile = m_directory->filePath(QStringLiteral("cert.pem"));
    const QString keyFile = m_directory->filePath(QStringLiteral("key.pem"));
    if (!writePrivately(certificateFile, certificates) || !writePrivately(keyFile, key))
        return {};
    return relay::doctor::checkCertificate(certificateFile, keyFile, host);
}

void DoctorTest::onlyFailuresCount() {
    const QString check = QStringLiteral("check");
    QVERIFY(relay::allWell({Finding::ok(check, check), Finding::warn(check, check, check)}));
    QVERIFY(!relay::allWell({Finding::ok(check, check), Finding::fail(check, check, check)}));
}

void DoctorTest::findingsAreReadByPeopleAndPrograms() {
    const Finding finding =
        Finding::warn(QStringLiteral("disk"), QStringLiteral("3 MiB free"), QStringLiteral("make room"));
    QCOMPARE(relay::findingLine(finding), QStringLiteral("warn  disk: 3 MiB free - make room\n"));
    const QJsonObject report = QJsonDocument::fromJson(relay::findingsJson({finding})).object();
    QVERIFY(report[QStringLiteral("ok")].toBool());
    const QJsonObject entry = report[QStringLiteral("checks")].toArray().first().toObject();
    QCOMPARE(entry[QStringLiteral("level")].toString(), QStringLiteral("warn"));
    QCOMPARE(entry[QStringLiteral("remedy")].toString(), QStringLiteral("make room"));
}

void DoctorTest::certificateOfALocalAuthorityIsAWarning() {
    const TestCertificate server = m_authority.issue();
    const Findings findings =
        certificateOf(server.certificatePem() + m_authority.certificatePem(), server.keyPem());
    QCOMPARE(levelOf(findings, "certificate key"), Level::Ok);
    QCOMPARE(levelOf(findings, "certificate chain"), Level::Warn);
    QCOMPARE(levelOf(findings, "certificate name"), Level::Ok);
    QCOMPARE(levelOf(findings, "certificate"), Level::Warn); // it ends tomorrow
}

void DoctorTest::chainWithoutItsIssuerFails() {
    const TestCertificate server = m_authority.issue();
    QCOMPARE(levelOf(certificateOf(server.certificatePem(), server.keyPem()), "certificate chain"),
             Level::Fail);
}

void DoctorTest::chainOutOfOrderFails() {
    const TestCertificate server = m_authority.issue();
    const TestCertificate stranger = TestCertificate::selfSigned();
    QCOMPARE(levelOf(certificateOf(server.certificatePem() + stranger.certificatePem(), server.keyPem()),
                     "certificate chain"),
             Level::Fail);
}

void DoctorTest::anotherKeyFails() {
    const TestCertificate server = m_authority.issue();
    const TestCertificate other = m_authority.issue();
    const Findings findings = certificateOf(server.certificatePem(), other.keyPem());
    QCOMPARE(levelOf(findings, "certificate"), Level::Fail);
    QVERIFY(findings.front().detail.contains(QStringLiteral("tls-")));
}

void DoctorTest::anotherNameFails() {
    const TestCertificate server = m_authority.issue();
    for (const char* host : {"chat.example.org", "sub.localhost", "127.0.0.2"}) {
        const Findings findings =
            certificateOf(server.certificatePem(), server.keyPem(), QLatin1String(host));
        QCOMPARE(levelOf(findings, "certificate name"), Level::Fail);
    }
    QCOMPARE(levelOf(certificateOf(server.certificatePem(), server.keyPem(), QStringLiteral("127.0.0.1")),
                     "certificate name"),
             Level::Ok);
}

void DoctorTest::missingCertificateFails() {
    const Findings findings = relay::doctor::checkCertificate(
        m_directory->filePath(QStringLiteral("none")), m_directory->filePath(QStringLiteral("none")), {});
    QCOMPARE(levelOf(findings, "certificate"), Level::Fail);
}

void DoctorTest::openRegistrationIsAWarningWhereOthersReachIt_data() {
    QTest::addColumn<QString>("host");
    QTest::addColumn<bool>("proxy");
    QTest::addColumn<bool>("open");
    QTest::addColumn<bool>("warns");
    const QString loopback = QStringLiteral("127.0.0.1");
    const QString everywhere = QStringLiteral("0.0.0.0");
    QTest::newRow("open on loopback") << loopback << false << true << false;
    QTest::newRow("open behind a proxy") << loopback << true << true << true;
    QTest::newRow("open everywhere") << everywhere << false << true << true;
    QTest::newRow("by invitation everywhere") << everywhere << false << false << false;
}

void DoctorTest::openRegistrationIsAWarningWhereOthersReachIt() {
    QFETCH(const QString, host);
    QFETCH(const bool, proxy);
    QFETCH(const bool, open);
    QFETCH(const bool, warns);
    relay::RelayConfig wanted = config();
    wanted.gateway.host = host;
    wanted.behindProxy = proxy;
    wanted.registration = open ? relay::RegistrationMode::Open : relay::RegistrationMode::Invite;
    wanted.admin = relay::HostPort{host, 0};
    const Findings findings = relay::doctor::checkExposure(wanted);
    QCOMPARE(levelOf(findings, "registration"), warns ? Level::Warn : Level::Ok);
    QCOMPARE(levelOf(findings, "admin listener"),
             host == QStringLiteral("127.0.0.1") ? Level::Ok : Level::Warn);
}

void DoctorTest::moreConnectionsThanDescriptorsAreAWarning() {
    relay::RelayConfig wanted = config();
    wanted.gateway.connections = 100;
    QCOMPARE(relay::doctor::checkDescriptors(wanted, {}).level, Level::Ok);
    wanted.gateway.connections = 2'000'000'000;
    QCOMPARE(relay::doctor::checkDescriptors(wanted, {}).level, Level::Warn);
}

void DoctorTest::diskThatTakesNothingFails() {
    QCOMPARE(levelOf(relay::doctor::checkDisk(m_directory->path()), "disk speed"), Level::Ok);
    QVERIFY(QDir(m_directory->path()).isEmpty(QDir::Files | QDir::Hidden | QDir::NoDotAndDotDot));
    QCOMPARE(levelOf(relay::doctor::checkDisk(QStringLiteral("/proc")), "disk speed"), Level::Fail);
}

void DoctorTest::damagedDatabaseFails() {
    QVERIFY(relay::Relay::create(config()).ok());
    const QString path = data() + QStringLiteral("/relay.db");
    QCOMPARE(relay::doctor::checkDatabase(path).level, Level::Ok);
    QFile file(path);
    QVERIFY(file.open(QIODevice::ReadWrite));
    QVERIFY(file.size() > 8'192);
    QVERIFY(file.seek(4'096)); // the first page says what it is; everything behind it is lost
    const QByteArray noise(qsizetype(file.size() - 4'096), '\xff');
    QCOMPARE(file.write(noise), noise.size());
    file.close();
    QCOMPARE(relay::doctor::checkDatabase(path).level, Level::Fail);
}

void DoctorTest::everyProblemHasARemedy() {
    const Visit nothing = visit(); // no relay ever ran here
    QCOMPARE(nothing.exitCode, 1);
    QVERIFY(!nothing.report[QStringLiteral("ok")].toBool(true));
    QCOMPARE(levelIn(nothing.report, "database"), QStringLiteral("fail"));
    for (const QJsonValue& entry : nothing.report[QStringLiteral("checks")].toArray()) {
        const bool isOk = entry[QStringLiteral("level")].toString() == QStringLiteral("ok");
        QCOMPARE(entry[QStringLiteral("remedy")].toString().isEmpty(), isOk);
        QVERIFY(!entry[QStringLiteral("detail")].toString().isEmpty());
    }
}

void DoctorTest::relayIsReachedAsAClientWould() {
    const auto relay = relay::Relay::create(config());
    QVERIFY(relay.ok());
    (*relay)->start();
    const Visit good = visit();
    QCOMPARE(levelIn(good.report, "upgrade"), QStringLiteral("ok"));
    QCOMPARE(levelIn(good.report, "relay"), QStringLiteral("ok"));
    QCOMPARE(good.exitCode, 0);
    const Visit elsewhere = visit({QStringLiteral("--url"), (*relay)->url() + QStringLiteral("/healthz")});
    QCOMPARE(levelIn(elsewhere.report, "upgrade"), QStringLiteral("fail"));
    QCOMPARE(elsewhere.exitCode, 1);
}

void DoctorTest::anotherRelayIsNotThisOne() {
    QVERIFY(relay::Relay::create(config()).ok());
    relay::RelayConfig other = config();
    other.dataDirectory += QStringLiteral("-2");
    const auto impostor = relay::Relay::create(other);
    QVERIFY(impostor.ok());
    (*impostor)->start();
    const Visit found = visit({QStringLiteral("--url"), (*impostor)->url()});
    QCOMPARE(levelIn(found.report, "upgrade"), QStringLiteral("fail"));
    QCOMPARE(found.exitCode, 1);
}

void DoctorTest::untrustedCertificateFailsTheUpgrade() {
    const TestCertificate server = m_authority.issue();
    relay::RelayConfig encrypted = config();
    encrypted.tls = {m_directory->filePath(QStringLiteral("cert.pem")),
                     m_directory->filePath(QStringLiteral("key.pem"))};
    QVERIFY(writePrivately(encrypted.tls.key, server.keyPem()));
    // Without its issuer nobody can check it; with it, those can who have installed that root.
    for (const bool complete : {false, true}) {
        QVERIFY(writePrivately(encrypted.tls.certificate,
                               server.certificatePem() +
                                   (complete ? m_authority.certificatePem() : QByteArray())));
        const auto relay = relay::Relay::create(encrypted);
        QVERIFY2(relay.ok(), relay.ok() ? "" : qPrintable(relay.error().message));
        (*relay)->start();
        const Visit found = visit({QStringLiteral("--url"), (*relay)->url()});
        QCOMPARE(levelIn(found.report, "upgrade"),
                 complete ? QStringLiteral("warn") : QStringLiteral("fail"));
        QCOMPARE(found.exitCode, complete ? 0 : 1);
    }
}

} // namespace recado::tests

RECADO_TEST(recado::tests::DoctorTest)
#include "DoctorTest.moc"
