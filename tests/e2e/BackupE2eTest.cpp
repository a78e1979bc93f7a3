#include "People.h"
#include "support/Suite.h"

#include <QDir>
#include <QFile>
#include <QJsonDocument>

#include <algorithm>

namespace recado::tests {

namespace {

QStringList textsOf(CliProcess& client, const QString& chatId) {
    QStringList texts;
    for (const QJsonValue message : messagesOf(client, chatId))
        texts.prepend(textOf(message.toObject()));
    return texts;
}

bool isOffline(const QJsonObject& connection) {
    return connection.value(QLatin1String("state")).toString() != QLatin1String("online");
}

} // namespace

/// A relay is backed up, destroyed and restored while people talk.
class BackupE2eTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() { m_people = std::make_unique<People>(); }
    void cleanup() { m_people.reset(); }

    void afterARestoreEveryMessageIsThereOnce() {
        QVERIFY(relay().start());
        CliProcess& ana = m_people->join(QStringLiteral("ana"));
        CliProcess& bob = m_people->join(QStringLiteral("bob"));
        const QString chat = talk(ana, bob, QStringLiteral("one"));
        talk(bob, ana, QStringLiteral("two"));
        backUp();
        // What the backup does not know: read live, and waiting for somebody who is away.
        talk(ana, bob, QStringLiteral("three"));
        QCOMPARE(bob.finish(), 0);
        for (const char* text : {"four", "five"}) {
            const RpcAnswer sent = ana.sendTextTo(QStringLiteral("bob"), QLatin1String(text));
            VERIFY_OK(sent);
            QVERIFY(ana.waitForStatus(idOf(sent.result), QStringLiteral("sent")));
        }
        destroyAndRestore();
        const QJsonObject restored = exported(QStringLiteral("bob"));
        QCOMPARE(oneTimeIds(restored).size(), 0); // may have been handed out since
        QVERIFY(relay().start());
        QVERIFY(bob.start());
        QVERIFY(bob.waitForText(QStringLiteral("four")));
        QVERIFY(bob.waitForText(QStringLiteral("five")));
        talk(bob, ana, QStringLiteral("six"));
        talk(ana, bob, QStringLiteral("seven"));
        for (CliProcess* client : {&ana, &bob}) {
            VERIFY_OK(client->call(QStringLiteral("waitIdle")));
            QCOMPARE(textsOf(*client, chat),
                     QStringList({QStringLiteral("one"), QStringLiteral("two"), QStringLiteral("three"),
                                  QStringLiteral("four"), QStringLiteral("five"), QStringLiteral("six"),
                                  QStringLiteral("seven")}));
        }
        for (const char* name : {"ana", "bob"}) {
            QJsonObject now;
            // Uploads are answered one by one; nothing else tells a script that they are through.
            QTRY_VERIFY_WITH_TIMEOUT((now = exported(QLatin1String(name)), oneTimeIds(now).size() >= 100),
                                     15'000);
            const QList<int> ids = oneTimeIds(now);
            QVERIFY(*std::min_element(ids.begin(), ids.end()) > 100);
            QVERIFY(signedId(now) > signedId(restored));
        }
    }

    void aBackupIsMadeAndReadUnderLoad() {
        QVERIFY(relay().start());
        CliProcess& ana = m_people->join(QStringLiteral("ana"));
        CliProcess& bob = m_people->join(QStringLiteral("bob"));
        talk(ana, bob, QStringLiteral("first"));
        QCOMPARE(bob.finish(), 0);
        QVector<qint64> requests;
        for (int number = 0; number < 400; ++number) {
            const QJsonObject content{{QStringLiteral("type"), QStringLiteral("text")},
                                      {QStringLiteral("text"), QStringLiteral("load %1").arg(number)}};
            requests.append(
                ana.send(QStringLiteral("sendMessage"), {{QStringLiteral("to"), QStringLiteral("bob")},
                                                         {QStringLiteral("content"), content}}));
        }
        backUp();
        for (const qint64 request : std::as_const(requests))
            VERIFY_OK(ana.answer(request));
        VERIFY_OK(ana.call(QStringLiteral("waitIdle")));
        destroyAndRestore();
        QVERIFY(relay().start());
        QVERIFY(bob.start());
        QVERIFY(bob.waitForText(QStringLiteral("load 399"), 0, 60'000));
        VERIFY_OK(bob.call(QStringLiteral("waitIdle")));
        QStringList expected{QStringLiteral("first")};
        for (int number = 0; number < 400; ++number)
            expected.append(QStringLiteral("load %1").arg(number));
        const QJsonArray chats = chatsOf(bob);
        QStringList got = textsOf(bob, chats.at(0).toObject().value(QLatin1String("chatId")).toString());
        QCOMPARE(got, expected);
    }

    void nothingIsReplacedAndNothingBrokenIsRestored() {
        QVERIFY(relay().start());
        m_people->join(QStringLiteral("ana"));
        backUp();
        QCOMPARE(relay().runCommand({QStringLiteral("backup"), target()}).exitCode, 2);
        QCOMPARE(relay().runCommand({QStringLiteral("restore"), target()}).exitCode, 2); // beside a live one
        relay().killHard();
        QCOMPARE(relay().runCommand({QStringLiteral("restore"), target()}).exitCode, 2); // not empty
        QVERIFY(QDir(relay().dataDirectory()).removeRecursively());

        QFile database(QDir(target()).filePath(QStringLiteral("relay.db")));
        QVERIFY(database.open(QIODevice::ReadWrite));
        QVERIFY(database.seek(database.size() / 2));
        const QByteArray byte = database.read(1);
        QVERIFY(database.seek(database.size() / 2));
        QCOMPARE(database.write(QByteArray(1, char(byte.front() ^ 1))), 1);
        database.close();
        const auto damaged = relay().runCommand({QStringLiteral("restore"), target()});
        QCOMPARE(damaged.exitCode, 1);
        QCOMPARE(damaged.errors.count('\n'), 1);
        QVERIFY(!QFile::exists(QDir(relay().dataDirectory()).filePath(QStringLiteral("relay.db"))));
    }

    void aBackupWithoutTheKeyWantsItBack() {
        QVERIFY(relay().start());
        CliProcess& ana = m_people->join(QStringLiteral("ana"));
        const QString key = m_people->directory() + QStringLiteral("/kept.key");
        QVERIFY(QFile::copy(QDir(relay().dataDirectory()).filePath(QStringLiteral("relay.key")), key));
        const auto made =
            relay().runCommand({QStringLiteral("backup"), QStringLiteral("--without-key"), target()});
        QVERIFY2(made.exitCode == 0, made.errors.constData());
        QVERIFY(!QFile::exists(QDir(target()).filePath(QStringLiteral("relay.key"))));
        const qsizetype mark = ana.mark();
        relay().killHard();
        QVERIFY(ana.waitFor(QStringLiteral("connection"), isOffline, mark));
        QVERIFY(QDir(relay().dataDirectory()).removeRecursively());
        QCOMPARE(relay().runCommand({QStringLiteral("restore"), target()}).exitCode, 2);
        const auto restored =
            relay().runCommand({QStringLiteral("restore"), target(), QStringLiteral("--key"), key});
        QVERIFY2(restored.exitCode == 0, restored.errors.constData());
        QVERIFY(relay().start());
        QVERIFY(ana.waitOnline()); // the relay that ana knows
    }

private:
    RelayProcess& relay() { return m_people->relay(); }
    [[nodiscard]] QString target() const { return m_people->directory() + QStringLiteral("/backup"); }

    /// Sends a text and waits for it; returns the chat.
    QString talk(CliProcess& from, CliProcess& to, const QString& text) {
        const RpcAnswer sent = from.sendTextTo(to.address(), text);
        if (!sent.ok() || !to.waitForText(text))
            qFatal("'%s' did not arrive", qPrintable(text));
        if (!from.waitForStatus(idOf(sent.result), QStringLiteral("delivered")))
            qFatal("'%s' was not acknowledged", qPrintable(text));
        return sent.result.value(QLatin1String("chatId")).toString();
    }
    void backUp() {
        const auto made = relay().runCommand({QStringLiteral("backup"), target()});
        QVERIFY2(made.exitCode == 0, made.errors.constData());
        QVERIFY(made.output.contains("verified"));
    }
    void destroyAndRestore() {
        relay().killHard();
        QVERIFY(QDir(relay().dataDirectory()).removeRecursively());
        const auto restored = relay().runCommand({QStringLiteral("restore"), target()});
        QVERIFY2(restored.exitCode == 0, restored.errors.constData());
    }
    QJsonObject exported(const QString& name) {
        const auto document = relay().runCommand({QStringLiteral("export"), name});
        return QJsonDocument::fromJson(document.output).object();
    }
    static QJsonObject deviceOf(const QJsonObject& document) {
        return document.value(QLatin1String("devices")).toArray().at(0).toObject();
    }
    static QList<int> oneTimeIds(const QJsonObject& document) {
        QList<int> ids;
        for (const QJsonValue key : deviceOf(document).value(QLatin1String("oneTimePrekeys")).toArray())
            ids.append(key[QLatin1String("id")].toInt());
        return ids;
    }
    static int signedId(const QJsonObject& document) {
        return deviceOf(document).value(QLatin1String("signedPrekey"))[QLatin1String("id")].toInt();
    }

    std::unique_ptr<People> m_people;
};

} // namespace recado::tests

RECADO_TEST(recado::tests::BackupE2eTest)
#include "BackupE2eTest.moc"
