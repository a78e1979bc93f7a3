#include "People.h"
#include "support/CanaryScan.h"
#include "support/RecordingProxy.h"
#include "support/Suite.h"

#include <QFile>
#include <QJsonDocument>

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
        People people;
        QVERIFY(people.relay().start());
        RecordingProxy proxy(people.relay().port());
        CliProcess& ana = people.add(QStringLiteral("ana"));
        CliProcess& bob = people.add(QStringLiteral("bob"));
        VERIFY_OK(ana.registerAt(proxy.url(), QStringLiteral("ana"), m_names[0]));
        VERIFY_OK(bob.registerAt(proxy.url(), QStringLiteral("bob"), m_names[1]));
        converse(ana, bob);
        if (QTest::currentTestFailed())
            return;

        CanaryScan words;
        for (const QString& text : m_texts + m_names)
            words.add(text.left(40), text.toUtf8());
        QVERIFY(proxy.fromClients().size() > 5'000 && proxy.fromRelay().size() > 5'000);
        verifyClean(words.scanBytes(proxy.fromClients(), QStringLiteral("the wire from the clients")));
        verifyClean(words.scanBytes(proxy.fromRelay(), QStringLiteral("the wire from the relay")));
        verifyClean(words.scanBytes(ana.errorText(), QStringLiteral("ana's log")));
        verifyClean(words.scanBytes(bob.errorText(), QStringLiteral("bob's log")));
        verifyClean(words.scanBytes(people.relay().errorText(), QStringLiteral("the relay's log")));
        // Running (write-ahead logs, temporary files), killed, and ended in order.
        verifyClean(words.scanDirectory(people.directory()));
        bob.killHard();
        people.relay().killHard();
        verifyClean(words.scanDirectory(people.directory()));
        QCOMPARE(ana.finish(), 0);
        verifyClean(words.scanDirectory(people.directory()));
        scanForKeys(people, proxy, ana);
    }

private:
    void converse(CliProcess& ana, CliProcess& bob) {
        for (const QString& text : std::as_const(m_texts)) {
            const RpcAnswer sent = ana.sendTextTo(QStringLiteral("bob"), text);
            VERIFY_OK(sent);
            const std::optional<QJsonObject> received = bob.waitForText(text);
            QVERIFY(received);
            VERIFY_OK(bob.sendTextTo(QStringLiteral("ana"), text));
            QVERIFY(ana.waitForText(text));
            VERIFY_OK(bob.call(QStringLiteral("updateStatus"),
                               {{QStringLiteral("messageId"), idOf(*received)},
                                {QStringLiteral("status"), QStringLiteral("read")}}));
            VERIFY_OK(ana.call(QStringLiteral("searchMessages"), {{QStringLiteral("query"), text.left(30)}}));
        }
        // Also when something is sent while the other side is away, and stored by the relay.
        VERIFY_OK(ana.call(QStringLiteral("waitIdle")));
        bob.suspend();
        VERIFY_OK(ana.sendTextTo(QStringLiteral("bob"), m_texts[0] + QStringLiteral(" again")));
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

    static void verifyClean(const QStringList& hits) {
        QVERIFY2(hits.isEmpty(), qPrintable(hits.join(QLatin1Char('\n'))));
    }

    const QStringList m_texts{
        QStringLiteral("canary-short-7f3a91"), QStringLiteral("canário açúcar 🐤🐤🐤 ênfase"),
        QStringLiteral("כנרית קטנה שרה"), QStringLiteral("canary-long-").repeated(5'000)};
    const QStringList m_names{QStringLiteral("Canaria Nomeada"), QStringLiteral("Bob Canaryson")};
};

} // namespace recado::tests

RECADO_TEST(recado::tests::CanaryE2eTest)
#include "CanaryE2eTest.moc"
