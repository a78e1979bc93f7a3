#include "relay/ops/AdminWords.h"
#include "relay/ops/DoctorChecks.h"
#include "relay/ops/Program.h"
#include "relay/ops/RelayKeyFile.h"
#include "relay/ops/UpgradeProbe.h"

#include <QCoreApplication>
#include <QDir>

namespace recado::relay {

namespace {

void append(Findings& findings, const Findings& more) {
    findings.insert(findings.end(), more.begin(), more.end());
}

/// What the certificate has to name; empty when nobody knows.
QString publicHost(const QUrl& given, const RelayConfig& config, const doctor::RunningRelay& relay) {
    if (!given.isEmpty())
        return given.host();
    const QUrl url(config.name.isEmpty() ? relay.url : QStringLiteral("wss://") + config.name);
    return url.host();
}

Finding checkUpgrade(const QUrl& url, const QString& dataDirectory) {
    const QString check = QStringLiteral("upgrade");
    if (url.isEmpty())
        return Finding::ok(check, QStringLiteral("not tried: no relay is running"));
    const auto key = loadRelayKey(dataDirectory, MissingKey::Refuse);
    if (!key)
        return Finding::fail(check, key.error().message,
                             QStringLiteral("without its key nobody can tell whether it is this relay"));
    Finding found;
    UpgradeProbe probe(url, key->publicKey(), [&found](const Finding& finding) {
        found = finding;
        QCoreApplication::quit();
    });
    // From within the loop: some failures are reported at once.
    QTimer::singleShot(0, &probe, [&probe] { probe.start(); });
    QCoreApplication::exec();
    return found;
}

} // namespace

int runDoctor(const QStringList& words) {
    const auto read = readAdminWords(
        words, {.options = {{QStringLiteral("url")}, {QStringLiteral("json")}}, .subjects = {}});
    if (!read) {
        complain(read.error().message);
        return exitUsage;
    }
    const RelayConfig& config = read->config;
    const bool json = read->options.contains(QStringLiteral("json"));
    const QString given = read->options.value(QStringLiteral("url"));
    const QUrl url(given, QUrl::StrictMode);
    if (!given.isEmpty() && (!url.isValid() || !url.scheme().startsWith(QStringLiteral("ws")))) {
        complain(QStringLiteral("url: wants wss://NAME or ws://HOST:PORT"));
        return exitUsage;
    }

    const QString directory = config.dataDirectory;
    const QString database = QDir(directory).filePath(QStringLiteral("relay.db"));
    const doctor::RunningRelay relay = doctor::findRelay(directory);
    Findings findings{Finding::ok(QStringLiteral("configuration"), QStringLiteral("understood"))};
    append(findings, doctor::checkAccess(directory));
    findings.push_back(doctor::checkDatabase(database));
    append(findings, doctor::checkClock(database));
    findings.push_back(doctor::checkDescriptors(config, relay));
    append(findings, doctor::checkDisk(directory));
    append(findings, doctor::checkExposure(config));
    if (config.encrypts())
        append(findings, doctor::checkCertificate(config.tls.certificate, config.tls.key,
                                                  publicHost(url, config, relay)));
    findings.push_back(doctor::checkRelay(relay));
    findings.push_back(checkUpgrade(given.isEmpty() ? QUrl(relay.url) : url, directory));
    if (json)
        say(QString::fromUtf8(findingsJson(findings)));
    for (const Finding& finding : json ? Findings() : findings)
        say(findingLine(finding));
    return allWell(findings) ? exitSuccess : exitFailure;
}

} // namespace recado::relay
