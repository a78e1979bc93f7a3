#include "People.h"
#include "support/CanaryScan.h"
#include "support/RecordingProxy.h"
#include "support/Suite.h"
#include "support/Wait.h"

#include <QFile>
#include <QJsonDocument>
#include <QRandomGenerator>
#include <QTcpSocket>
#include <QUrl>

#include <sys/resource.h>

#include <csignal>

namespace recado::tests {

/// What people say, what they are called and their keys are found nowhere but where they belong.
class CanaryE2eTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void theScannerFindsWhatIsThere() {
        CanaryScan scan;
        scan.add(QStringLiteral("word"), "canary-word-1234");
        const QByteArray canary = "canary-word-1234";
        for (const QByteArray& hidden :
             {"xx" + canary + "yy", canary.toHex(), ("a" + canary + "bc").toBase64(),
              ("ab" + canary).toBase64(), ("abc" + canary).toBase64()})
            QVERIFY2(!scan.scanBytes(hidden, QStringLiteral("here")).isEmpty(), hidden.constData());
        QVERIFY(scan.scanBytes("canary-word-123", QStringLiteral("here")).isEmpty());
    }

    void theUnmaskerReadsAClientsFrames() {
        WebSocketUnmasker unmasker;
        QByteArray stream = "GET / HTTP/1.1\r\n\r\n";
        stream += QByteArray("\x82\x85\x01\x02\x03\x04", 6);
        const QByteArray payload = "hello";
        for (int at = 0; at < payload.size(); ++at)
            stream.append(char(payload[at] ^ char(at % 4 + 1)));
        QByteArray seen;
        for (const char byte : stream)
            seen += unmasker.feed(QByteArray(1, byte));
        QVERIFY(seen.endsWith("hello"));
    }

    void nothingIsFoundWhereItMustNotBe() {
        // A crash would leave a core file where the program runs, if the program did not forbid it.
        rlimit cores{};
        QCOMPARE(::getrlimit(RLIMIT_CORE, &cores), 0);
        cores.rlim_cur = cores.rlim_max;
        QCOMPARE(::setrlimit(RLIMIT_CORE, &cores), 0);
        const QDateTime begun = QDateTime::currentDateTime();

        People people;
        people.relay().enableAdmin();
        QVERIFY(people.relay().start());
        RecordingProxy proxy(people.relay().port());
        CliProcess& ana = people.add(QStringLiteral("ana"));
        CliProcess& bob = people.add(QStringLiteral("bob"));
        VERIFY_OK(ana.registerAt(proxy.url(), m_knownNames[0], m_names[0]));
        VERIFY_OK(bob.registerAt(proxy.url(), m_knownNames[1], m_names[1]));
        converse(ana, bob);
        if (QTest::currentTestFailed())
            return;

        // What the relay does know is found: the scan looks at the right bytes.
        for (const QString& name : m_knownNames) {
            CanaryScan known;
            known.add(name, name.toUtf8());
            QVERIFY(!known.scanBytes(proxy.fromClients(), QStringLiteral("the wire")).isEmpty());
            QVERIFY(!known.scanBytes(proxy.fromRelay(), QStringLiteral("the wire")).isEmpty());
            QVERIFY(!known.scanDirectory(people.relay().dataDirectory()).isEmpty());
            QVERIFY(!known.scanOpenFiles(people.relay().processId()).isEmpty());
            verifyClean(known.scanBytes(people.relay().errorText(), QStringLiteral("the relay's log")));
        }

        CanaryScan words;
        for (const QString& text : m_texts + m_names)
            words.add(text.left(40), text.toUtf8());
        words.add(QStringLiteral("a part of what is secret"), m_run.toUtf8());
        QVERIFY(proxy.fromClients().size() > 5'000 && proxy.fromRelay().size() > 5'000);
        verifyClean(words.scanBytes(proxy.fromClients(), QStringLiteral("the wire from the clients")));
        verifyClean(words.scanBytes(proxy.fromRelay(), QStringLiteral("the wire from the relay")));
        verifyClean(words.scanBytes(ana.errorText(), QStringLiteral("ana's log")));
        verifyClean(words.scanBytes(bob.errorText(), QStringLiteral("bob's log")));
        verifyClean(words.scanBytes(people.relay().errorText(), QStringLiteral("the relay's log")));
        verifyClean(words.scanBytes(people.relay().lines().join('\n'), QStringLiteral("the relay's output")));
        const QByteArray metrics = metricsOf(people.relay());
        QVERIFY2(metrics.contains("recado_"), metrics.constData());
        verifyClean(words.scanBytes(metrics, QStringLiteral("the metrics")));
        for (const qint64 process : {ana.processId(), bob.processId(), people.relay().processId()})
            verifyClean(words.scanOpenFiles(process));
        // Running (write-ahead logs, temporary files), killed, and ended in order.
        verifyClean(words.scanDirectory(people.directory()));
        for (ChildProcess* crashing :
             {static_cast<ChildProcess*>(&bob), static_cast<ChildProcess*>(&people.relay())}) {
            QCOMPARE(::kill(pid_t(crashing->processId()), SIGABRT), 0);
            QCOMPARE(crashing->waitForExit(), -1);
        }
        verifyClean(words.scanDirectory(people.directory()));
        QCOMPARE(ana.finish(), 0);
        verifyClean(words.scanDirectory(people.directory()));
        verifyClean(words.scanSystemTemporaries(begun));
        scanForKeys(people, proxy, ana);
    }

private:
    void converse(CliProcess& ana, CliProcess& bob) {
        for (const QString& text : std::as_const(m_texts)) {
            const RpcAnswer sent = ana.sendTextTo(m_knownNames[1], text);
            VERIFY_OK(sent);
            const std::optional<QJsonObject> received = bob.waitForText(text);
            QVERIFY(received);
            VERIFY_OK(bob.sendTextTo(m_knownNames[0], text));
            QVERIFY(ana.waitForText(text));
            VERIFY_OK(bob.call(QStringLiteral("updateStatus"),
                               {{QStringLiteral("messageId"), idOf(*received)},
                                {QStringLiteral("status"), QStringLiteral("read")}}));
            VERIFY_OK(ana.call(QStringLiteral("searchMessages"), {{QStringLiteral("query"), text.left(30)}}));
        }
        // Also when something is sent while the other side is away, and stored by the relay.
        VERIFY_OK(ana.call(QStringLiteral("waitIdle")));
        bob.suspend();
        VERIFY_OK(ana.sendTextTo(m_knownNames[1], m_texts[0] + QStringLiteral(" again")));
        bob.resume();
        QVERIFY(bob.waitForText(m_texts[0] + QStringLiteral(" again")));
    }

    /// A profile's key stands in its key file, and nowhere else.
    static void scanForKeys(People& people, const RecordingProxy& proxy, const CliProcess& ana) {
        QFile keyFile(ana.profileDirectory() + QStringLiteral("/key.json"));
        QVERIFY(keyFile.open(QIODevice::ReadOnly));
        const QJsonObject object = QJsonDocument::fromJson(keyFile.readAll()).object();
        const QByteArray key =
            QByteArray::fromBase64(object.value(QLatin1String("key")).toString().toLatin1());
        QCOMPARE(key.size(), 32);
        CanaryScan keys;
        keys.add(QStringLiteral("the profile's key"), key);
        verifyClean(keys.scanBytes(proxy.fromClients() + proxy.fromRelay(), QStringLiteral("the wire")));
        verifyClean(keys.scanBytes(ana.errorText(), QStringLiteral("ana's log")));
        QVERIFY(!keys.scanDirectory(ana.profileDirectory()).isEmpty()); // the scan does find it in its file
        QVERIFY(keyFile.remove());
        verifyClean(keys.scanDirectory(people.directory()));
    }

    static QByteArray metricsOf(const RelayProcess& relay) {
        QTcpSocket socket;
        socket.connectToHost(QStringLiteral("127.0.0.1"), quint16(QUrl(relay.adminUrl()).port()));
        socket.write("GET /metrics HTTP/1.1\r\nHost: relay\r\nConnection: close\r\n\r\n");
        QByteArray answer;
        if (!waitUntil([&] {
                answer += socket.readAll();
                return answer.contains("\r\n\r\n") && socket.state() == QAbstractSocket::UnconnectedState;
            }))
            return "no answer: " + answer;
        return answer + socket.readAll();
    }

    static void verifyClean(const QStringList& hits) {
        QVERIFY2(hits.isEmpty(), qPrintable(hits.join(QLatin1Char('\n'))));
    }

    // Of this run alone, so that nothing that another one left can be mistaken for a find.
    const QString m_run =
        QStringLiteral("mark") + QString::number(QRandomGenerator::system()->generate64(), 36);
    const QStringList m_texts{
        QStringLiteral("canary-short-") + m_run, QStringLiteral("canário açúcar 🐤🐤🐤 ênfase ") + m_run,
        QStringLiteral("כנרית קטנה שרה ") + m_run, (QStringLiteral("canary-long-") + m_run).repeated(2'000)};
    const QStringList m_names{QStringLiteral("Canaria Nomeada ") + m_run,
                              QStringLiteral("Bob Canaryson ") + m_run};
    /// What the relay has to know.
    const QStringList m_knownNames{QStringLiteral("watched.ana"), QStringLiteral("watched.bob")};
};

} // namespace recado::tests

RECADO_TEST(recado::tests::CanaryE2eTest)
#include "CanaryE2eTest.moc"
