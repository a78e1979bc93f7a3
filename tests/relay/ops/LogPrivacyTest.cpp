#include "FakeCollector.h"
#include "OpsExchange.h"
#include "support/Suite.h"

#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>

namespace recado::tests {

/// What a real relay writes down when it is asked for everything.
class LogPrivacyTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void everyLineIsJsonAndNamesNobody();
};

void LogPrivacyTest::everyLineIsJsonAndNamesNobody() {
    const QByteArray trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    QTemporaryDir directory;
    const QString data = directory.filePath(QStringLiteral("data"));
    FakeCollector collector;
    OpsDevice ana;
    OpsDevice bruno;
    OpsDevice stranger;
    QVERIFY(ana.enrol(data, QStringLiteral("ana.secretname")));
    QVERIFY(bruno.enrol(data, QStringLiteral("bruno.secretname")));

    QProcess relay;
    relay.start(QStringLiteral(RECADO_PROGRAMS "/recado-relay"),
                {QStringLiteral("serve"), QStringLiteral("--data"), data, QStringLiteral("--listen"),
                 QStringLiteral("127.0.0.1:0"), QStringLiteral("--log-format"), QStringLiteral("json"),
                 QStringLiteral("--log-level"), QStringLiteral("debug"), QStringLiteral("--registration"),
                 QStringLiteral("invite"), QStringLiteral("--otlp-endpoint"), collector.url().toString(),
                 QStringLiteral("--trace-ratio"), QStringLiteral("1")});
    while (!relay.canReadLine() && relay.waitForReadyRead(15'000)) {
    }
    const QUrl url(QString::fromUtf8(relay.readLine().trimmed().mid(int(qstrlen("ready ")))));
    const auto port = quint16(url.port());
    QVERIFY(port != 0);

    QVERIFY(ana.connectTo(port));
    QVERIFY(bruno.connectTo(port));
    QVERIFY(!stranger.connectTo(port));
    QVERIFY(ana.submit(1, bruno));
    QVERIFY(bruno.await(wire::RelayFrame::kDeliver));
    QVERIFY(ana.await(wire::RelayFrame::kAccepted));
    QVERIFY(ana.submit(0, bruno, "00-" + trace + "-00f067aa0ba902b7-01"));
    QVERIFY(ana.await(wire::RelayFrame::kRefused));
    QVERIFY(ana.submit(2, stranger));
    QVERIFY(ana.await(wire::RelayFrame::kRefused));
    bruno.socket.queue("no frame at all");
    QVERIFY(bruno.socket.flush());
    ana.socket.reset();
    bruno.socket.reset();
    stranger.socket.reset();
    ::kill(pid_t(relay.processId()), SIGTERM);
    QVERIFY(relay.waitForFinished(15'000));
    QCOMPARE(relay.exitCode(), 0);

    const QByteArray log = relay.readAllStandardError();
    bool traced = false;
    int lines = 0;
    for (const QByteArray& line : log.split('\n')) {
        if (line.isEmpty())
            continue;
        ++lines;
        const QJsonObject object = QJsonDocument::fromJson(line).object();
        for (const char* key : {"time", "level", "category", "message"})
            QVERIFY2(object[QLatin1String(key)].isString(), line.constData());
        if (object[QStringLiteral("trace_id")].toString().toLatin1() == trace) {
            traced = true;
            QCOMPARE(object[QStringLiteral("fields")][QStringLiteral("reason")].toString(),
                     QStringLiteral("invalid_argument"));
        }
    }
    QVERIFY(traced);
    QVERIFY(lines >= 4); // an invitation, the start, two refusals, the end
    for (const OpsDevice* device : {&ana, &bruno, &stranger}) {
        const QByteArray hex = device->account.toHex().toLatin1();
        QVERIFY(!log.contains(hex.left(8)));
    }
    for (const char* word : {"secretname", "127.0.0.1", "ciphertext", "header"})
        QVERIFY2(!log.contains(word), log.constData());
}

} // namespace recado::tests

RECADO_TEST(recado::tests::LogPrivacyTest)
#include "LogPrivacyTest.moc"
