#include "../gateway/RawClient.h"
#include "MetricsText.h"
#include "OpsExchange.h"
#include "relay/ops/BackupMark.h"
#include "relay/ops/MetricsPage.h"
#include "relay/ops/Relay.h"
#include "support/Suite.h"
#include "support/TestCertificates.h"

#include <QDateTime>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>
#include <QUrl>

namespace recado::tests {

using relay::Relay;
using relay::RelayConfig;

/// The metrics page of a real relay, and what lies in resources/ops to be fed by it.
class MetricsTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();
    void pageIsWellFormed();
    void everyNameIsOurs();
    void exchangeIsCounted();
    void countersOnlyGrow();
    void noLabelNamesAnybody();
    void latenciesAreOfOneMessage();
    void errorsAreCountedByReason();
    void histogramPutsEachObservationIntoOneBucket();
    void ageOfTheBackupIsShown();
    void waitingEnvelopesAreCounted();
    void certificatesEndIsShown();
    void dashboardAsksForWhatIsThere();
    void alertsAskForWhatIsThere();
    void manualNamesWhatIsThere();

private:
    [[nodiscard]] MetricsText scrape() const;
    [[nodiscard]] RelayConfig config() const;
    bool start(const RelayConfig& config);
    void checkNames(const QStringList& expressions) const;
    static QByteArray resource(const char* name);

    QTemporaryDir m_directory;
    std::unique_ptr<Relay> m_relay;
    OpsDevice m_ana;
    OpsDevice m_bruno;
    quint64 m_number = 0;
};

RelayConfig MetricsTest::config() const {
    RelayConfig config;
    config.dataDirectory = m_directory.filePath(QStringLiteral("data"));
    config.admin = relay::HostPort{QStringLiteral("127.0.0.1"), 0};
    return config;
}

/// In place of the one that runs.
bool MetricsTest::start(const RelayConfig& config) {
    cleanupTestCase();
    auto relay = Relay::create(config);
    if (!relay)
        return false;
    m_relay = *std::move(relay);
    m_relay->start();
    return true;
}

void MetricsTest::initTestCase() {
    QVERIFY(m_ana.enrol(config().dataDirectory, QStringLiteral("ana")));
    QVERIFY(m_bruno.enrol(config().dataDirectory, QStringLiteral("bruno")));
    relay::backupMark::set(config().dataDirectory);
    QVERIFY(start(config()));
    const auto port = quint16(QUrl(m_relay->url()).port());
    QVERIFY(m_ana.connectTo(port));
    QVERIFY(m_bruno.connectTo(port));
    QVERIFY(m_bruno.await(wire::RelayFrame::kMailboxDrained));
}

void MetricsTest::cleanupTestCase() {
    m_ana.socket.reset();
    m_bruno.socket.reset();
    m_relay.reset();
}

MetricsText MetricsTest::scrape() const {
    RawClient client(quint16(QUrl(m_relay->adminUrl()).port()));
    client.write("GET /metrics HTTP/1.1\r\nHost: relay\r\n\r\n");
    const QByteArray answer = client.read(4 * 1'024 * 1'024);
    return MetricsText::parse(answer.mid(answer.indexOf("\r\n\r\n") + 4));
}

QByteArray MetricsTest::resource(const char* name) {
    QFile file(QStringLiteral(RECADO_FIXTURES "/../../resources/ops/%1").arg(QLatin1String(name)));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

void MetricsTest::pageIsWellFormed() {
    const MetricsText page = scrape();
    QCOMPARE(page.trouble, QString());
    QVERIFY(page.families.size() > 50);
}

void MetricsTest::everyNameIsOurs() {
    const MetricsText page = scrape();
    for (auto family = page.families.cbegin(); family != page.families.cend(); ++family)
        QVERIFY2(family.key().startsWith(QStringLiteral("recado_")), qPrintable(family.key()));
}

void MetricsTest::exchangeIsCounted() {
    const MetricsText before = scrape();
    QVERIFY(m_ana.submit(++m_number, m_bruno));
    const auto delivered = m_bruno.await(wire::RelayFrame::kDeliver);
    QVERIFY(delivered);
    QVERIFY(m_ana.await(wire::RelayFrame::kAccepted));
    QVERIFY(m_bruno.acknowledge(delivered->deliver().delivery_id()));
    const auto grew = [&](const MetricsText& after, const char* name) {
        return after.value(QLatin1String(name)) - before.value(QLatin1String(name));
    };
    MetricsText after;
    QTRY_VERIFY_WITH_TIMEOUT((after = scrape(), grew(after, "recado_acknowledged_total") == 1), 10'000);
    QCOMPARE(grew(after, "recado_submissions_total"), 1);
    QCOMPARE(grew(after, "recado_submissions_accepted_total"), 1);
    QCOMPARE(grew(after, "recado_delivered_live_total"), 1);
    QCOMPARE(grew(after, "recado_delivered_mailbox_total"), 0);
    QCOMPARE(grew(after, "recado_accept_seconds_count"), 1);
    QCOMPARE(grew(after, "recado_accept_to_deliver_seconds_count"), 1);
    QCOMPARE(grew(after, "recado_mailbox_rows_written_total") +
                 grew(after, "recado_mailbox_rows_cancelled_total"),
             1);
    QVERIFY(grew(after, "recado_bytes_received_total") > 0);
    QVERIFY(grew(after, "recado_bytes_sent_total") > 0);
    QVERIFY(grew(after, "recado_store_commit_seconds_count") >= 1);
    QCOMPARE(after.value(QStringLiteral("recado_store_commit_jobs_count")),
             after.value(QStringLiteral("recado_store_commit_seconds_count")));
    QCOMPARE(after.value(QStringLiteral("recado_devices_connected")), 2);
    QCOMPARE(after.value(QStringLiteral("recado_connections_open"),
                         {{QStringLiteral("driver"), QStringLiteral("epoll")},
                          {QStringLiteral("tls"), QStringLiteral("false")}}),
             after.value(QStringLiteral("recado_connections")));
    QVERIFY(after.value(QStringLiteral("recado_process_resident_bytes")) > 1e6);
    QVERIFY(after.value(QStringLiteral("recado_process_open_fds")) > 3);
    QVERIFY(after.value(QStringLiteral("recado_process_cpu_seconds_total")) > 0);
}

void MetricsTest::countersOnlyGrow() {
    const MetricsText before = scrape();
    for (int message = 0; message < 20; ++message)
        QVERIFY(m_ana.submit(++m_number, m_bruno));
    for (int message = 0; message < 20; ++message)
        QVERIFY(m_bruno.await(wire::RelayFrame::kDeliver));
    const MetricsText after = scrape();
    QCOMPARE(after.trouble, QString());
    for (auto family = before.families.cbegin(); family != before.families.cend(); ++family) {
        if (family->type == QStringLiteral("gauge"))
            continue;
        for (const MetricsText::Sample& sample : family->samples)
            QVERIFY2(after.value(sample.name, sample.labels) >= sample.value, qPrintable(sample.name));
    }
    QCOMPARE(after.value(QStringLiteral("recado_submissions_total")) -
                 before.value(QStringLiteral("recado_submissions_total")),
             20);
}

// Identities are random; the page is searched for whatever form they could take in a label.
void MetricsTest::noLabelNamesAnybody() {
    const MetricsText page = scrape();
    static const QStringList allowed{QStringLiteral("le"),      QStringLiteral("reason"),
                                     QStringLiteral("driver"),  QStringLiteral("tls"),
                                     QStringLiteral("version"), QStringLiteral("qt")};
    for (const MetricsText::Family& family : page.families) {
        for (const MetricsText::Sample& sample : family.samples) {
            for (auto label = sample.labels.cbegin(); label != sample.labels.cend(); ++label)
                QVERIFY2(allowed.contains(label.key()), qPrintable(sample.name + label.key()));
            QVERIFY(!sample.labels.values().contains(QStringLiteral("ana")));
        }
    }
}

// Accepting waits for the disk, delivering does not; both happen after the message came.
void MetricsTest::latenciesAreOfOneMessage() {
    const MetricsText page = scrape();
    for (const char* name : {"recado_accept_seconds", "recado_accept_to_deliver_seconds"}) {
        const double count = page.value(QLatin1String(name) + QStringLiteral("_count"));
        const double sum = page.value(QLatin1String(name) + QStringLiteral("_sum"));
        QVERIFY(count > 0);
        QVERIFY2(sum > 0 && sum / count < 60, name);
    }
}

void MetricsTest::errorsAreCountedByReason() {
    const QMap<QString, QString> reason{{QStringLiteral("reason"), QStringLiteral("invalid_argument")}};
    const QString errors = QStringLiteral("recado_errors_total");
    const QString refused = QStringLiteral("recado_submissions_refused_total");
    const MetricsText before = scrape();
    wire::ClientFrame frame;
    frame.set_request_id(9);
    frame.mutable_acknowledge(); // no range
    QVERIFY(m_bruno.send(frame));
    QVERIFY(m_bruno.await(wire::RelayFrame::kError));
    QVERIFY(m_ana.submit(0, m_bruno)); // numbers begin with 1
    QVERIFY(m_ana.await(wire::RelayFrame::kRefused));
    const MetricsText after = scrape();
    QCOMPARE(after.value(errors, reason), before.value(errors, reason) + 1);
    QCOMPARE(after.value(refused, reason), before.value(refused, reason) + 1);
}

void MetricsTest::histogramPutsEachObservationIntoOneBucket() {
    relay::LatencyHistogram histogram;
    const auto& bounds = relay::LatencyHistogram::boundsUs;
    histogram.add(0);
    for (const qint64 bound : bounds) {
        histogram.add(bound);
        histogram.add(bound + 1);
    }
    histogram.add(-5); // a clock that went back is no reason to count wrongly
    QCOMPARE(histogram.count(), std::uint64_t(2 * bounds.size() + 2));
    QCOMPARE(histogram.bucket(0), 3u);
    for (std::size_t index = 1; index < bounds.size(); ++index)
        QCOMPARE(histogram.bucket(index), 2u);
    QCOMPARE(histogram.bucket(bounds.size()), 1u);
}

void MetricsTest::ageOfTheBackupIsShown() {
    const QString name = QStringLiteral("recado_backup_timestamp_seconds");
    const double now = double(QDateTime::currentSecsSinceEpoch());
    QTRY_VERIFY(scrape().value(name) > now - 3'600 && scrape().value(name) < now + 3'600);
}

// Whatever a relay finds at its start is counted as well as what comes.
void MetricsTest::waitingEnvelopesAreCounted() {
    m_bruno.socket.reset();
    for (int message = 0; message < 3; ++message) {
        QVERIFY(m_ana.submit(++m_number, m_bruno));
        QVERIFY(m_ana.await(wire::RelayFrame::kAccepted));
    }
    QVERIFY(start(config()));
    QTRY_VERIFY(scrape().value(QStringLiteral("recado_mailbox_rows")) >= 3);
    QVERIFY(scrape().value(QStringLiteral("recado_mailbox_bytes")) >= 3 * qstrlen("header"));
}

void MetricsTest::certificatesEndIsShown() {
    const TestCertificate certificate = TestCertificate::selfSigned(); // until tomorrow
    RelayConfig encrypted = config();
    encrypted.tls = {m_directory.filePath(QStringLiteral("cert.pem")),
                     m_directory.filePath(QStringLiteral("key.pem"))};
    QVERIFY(writePrivately(encrypted.tls.certificate, certificate.certificatePem()));
    QVERIFY(writePrivately(encrypted.tls.key, certificate.keyPem()));
    QVERIFY(start(encrypted));
    const MetricsText page = scrape();
    const double left = page.value(QStringLiteral("recado_certificate_expiry_timestamp_seconds")) -
                        double(QDateTime::currentSecsSinceEpoch());
    QVERIFY(left > 3'600 && left < 2 * 24 * 3'600);
    QCOMPARE(page.value(QStringLiteral("recado_connections_open"),
                        {{QStringLiteral("driver"), QStringLiteral("epoll")},
                         {QStringLiteral("tls"), QStringLiteral("true")}}),
             0);
}

/// Every name in these PromQL expressions is exported.
void MetricsTest::checkNames(const QStringList& expressions) const {
    const QStringList exported = scrape().names();
    static const QRegularExpression name(QStringLiteral("\\brecado_[a-z0-9_]+"));
    int found = 0;
    for (const QString& expression : expressions) {
        for (auto match = name.globalMatch(expression); match.hasNext(); ++found) {
            const QString wanted = match.next().captured();
            QVERIFY2(exported.contains(wanted), qPrintable(wanted));
        }
        QCOMPARE(expression.count(QLatin1Char('(')), expression.count(QLatin1Char(')')));
    }
    QVERIFY(found >= 15);
}

void MetricsTest::dashboardAsksForWhatIsThere() {
    QJsonParseError error;
    const QJsonDocument document = QJsonDocument::fromJson(resource("grafana-dashboard.json"), &error);
    QVERIFY2(error.error == QJsonParseError::NoError, qPrintable(error.errorString()));
    const QJsonArray variables = document[QStringLiteral("templating")][QStringLiteral("list")].toArray();
    QCOMPARE(variables.first()[QStringLiteral("type")].toString(), QStringLiteral("datasource"));
    QStringList expressions;
    QSet<int> ids;
    const QJsonArray panels = document[QStringLiteral("panels")].toArray();
    for (const QJsonValue& panel : panels) {
        QVERIFY(!panel[QStringLiteral("title")].toString().isEmpty());
        ids.insert(panel[QStringLiteral("id")].toInt());
        const QJsonArray targets = panel[QStringLiteral("targets")].toArray();
        for (const QJsonValue& target : targets) {
            QCOMPARE(target[QStringLiteral("datasource")][QStringLiteral("uid")].toString(),
                     QStringLiteral("${datasource}"));
            expressions.append(target[QStringLiteral("expr")].toString());
        }
    }
    QCOMPARE(ids.size(), panels.size());
    for (const QJsonValue& variable : variables)
        expressions.append(variable[QStringLiteral("query")][QStringLiteral("query")].toString());
    checkNames(expressions);
}

// Enough of YAML for the form these rules are written in: two blanks a level, one key a line.
void MetricsTest::alertsAskForWhatIsThere() {
    const QStringList lines = QString::fromUtf8(resource("prometheus-alerts.yml")).split(QLatin1Char('\n'));
    static const QRegularExpression form(
        QStringLiteral("^(?:#.*|(?:  )*(?:- )?[a-z]+:(?: (?:[^\"].*|\"[^\"]*\"))?)?$"));
    static const QRegularExpression key(QStringLiteral("^ *(?:- )?([a-z]+): ?(.*)$"));
    QStringList expressions;
    QSet<QString> alerts;
    int severities = 0;
    for (const QString& line : lines) {
        QVERIFY2(form.match(line).hasMatch(), qPrintable(line));
        const auto match = key.match(line);
        if (match.captured(1) == QStringLiteral("alert"))
            alerts.insert(match.captured(2));
        else if (match.captured(1) == QStringLiteral("expr"))
            expressions.append(match.captured(2));
        else if (match.captured(1) == QStringLiteral("severity"))
            ++severities;
    }
    QVERIFY(alerts.size() >= 15);
    QCOMPARE(expressions.size(), alerts.size());
    QCOMPARE(severities, int(alerts.size()));
    checkNames(expressions);
}

void MetricsTest::manualNamesWhatIsThere() {
    QFile file(QStringLiteral(RECADO_FIXTURES "/../../docs/operating.md"));
    QVERIFY(file.open(QIODevice::ReadOnly));
    static const QRegularExpression name(QStringLiteral("`(recado_[a-z0-9_]+)(?:\\{[a-z,]+\\})?`"));
    const MetricsText page = scrape();
    int found = 0;
    for (auto match = name.globalMatch(QString::fromUtf8(file.readAll())); match.hasNext(); ++found) {
        const QString wanted = match.next().captured(1);
        QVERIFY2(page.families.contains(wanted), qPrintable(wanted));
    }
    QVERIFY(found >= 15);
}

} // namespace recado::tests

RECADO_TEST(recado::tests::MetricsTest)
#include "MetricsTest.moc"
