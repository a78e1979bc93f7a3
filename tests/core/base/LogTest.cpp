#include "base/Log.h"

#include "support/Suite.h"

#include <QDateTime>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryFile>
#include <QTest>

#include <unistd.h>

#include <functional>

namespace recado::tests {

class LogTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void whatAPeerMadeUsLogIsOneHarmlessLine();
    void fieldsStandBehindTheText();
    void jsonIsOneObjectALine();
    void jsonNamesTheTraceOfItsThread();
    void nobodyForgesAField();
    void levelsSilenceWhatIsBelow_data();
    void levelsSilenceWhatIsBelow();
    void sameLineAgainAndAgainIsLeftOut();
    void namesOfFormatsAndLevelsAreRead();

private:
    /// What this writes to stderr through our handler.
    static QByteArray writtenBy(const std::function<void()>& log);
    static QList<QJsonObject> linesOf(const QByteArray& written);
};

namespace {

Q_LOGGING_CATEGORY(testedLog, "recado.tested")

} // namespace

QByteArray LogTest::writtenBy(const std::function<void()>& log) {
    QTemporaryFile file;
    if (!file.open())
        return {};
    const QtMessageHandler before = qInstallMessageHandler(nullptr);
    const int terminal = dup(STDERR_FILENO);
    dup2(file.handle(), STDERR_FILENO);
    base::installLogging();
    log();
    dup2(terminal, STDERR_FILENO);
    close(terminal);
    qInstallMessageHandler(before);
    base::configureLogging(base::LogFormat::Text, base::LogLevel::Debug);
    return file.seek(0) ? file.readAll() : QByteArray();
}

QList<QJsonObject> LogTest::linesOf(const QByteArray& written) {
    QList<QJsonObject> lines;
    for (const QByteArray& line : written.split('\n')) {
        if (!line.isEmpty())
            lines.append(QJsonDocument::fromJson(line).object());
    }
    return lines;
}

void LogTest::whatAPeerMadeUsLogIsOneHarmlessLine() {
    const QByteArray written = writtenBy(
        [] { qInfo().noquote() << QStringLiteral("one\ntwo\rthree\x1b[2Jfour\u2028five\u202esix"); });
    QVERIFY2(written.endsWith(" info default: one two three [2Jfour five six\n"), written.constData());
    QCOMPARE(written.count('\n'), 1);
}

void LogTest::fieldsStandBehindTheText() {
    const QByteArray written = writtenBy([] {
        qCWarning(testedLog) << "the store stops" << base::logField("error", QStringLiteral("disk is full"))
                             << base::logField("attempt", qint64(3));
    });
    QVERIFY2(written.endsWith(" warning recado.tested: the store stops error=\"disk is full\" attempt=3\n"),
             written.constData());
}

void LogTest::jsonIsOneObjectALine() {
    const QList<QJsonObject> lines = linesOf(writtenBy([] {
        base::configureLogging(base::LogFormat::Json, base::LogLevel::Debug);
        qCWarning(testedLog) << "a \"quoted\" text" << base::logField("error", QStringLiteral("two\nlines"));
        qCDebug(testedLog) << "no fields";
    }));
    QCOMPARE(lines.size(), 2);
    QCOMPARE(lines[0][QStringLiteral("level")].toString(), QStringLiteral("warning"));
    QCOMPARE(lines[0][QStringLiteral("category")].toString(), QStringLiteral("recado.tested"));
    QCOMPARE(lines[0][QStringLiteral("message")].toString(), QStringLiteral("a \"quoted\" text"));
    QCOMPARE(lines[0][QStringLiteral("fields")][QStringLiteral("error")].toString(),
             QStringLiteral("two lines"));
    QVERIFY(QDateTime::fromString(lines[0][QStringLiteral("time")].toString(), Qt::ISODateWithMs).isValid());
    QVERIFY(!lines[1].contains(QStringLiteral("fields")));
    QVERIFY(!lines[1].contains(QStringLiteral("trace_id")));
}

void LogTest::jsonNamesTheTraceOfItsThread() {
    const QByteArray id(32, 'a');
    const QList<QJsonObject> lines = linesOf(writtenBy([&] {
        base::configureLogging(base::LogFormat::Json, base::LogLevel::Debug);
        {
            const base::LogTrace trace(id);
            qCInfo(testedLog) << "inside";
            {
                const base::LogTrace none{QByteArray()};
                qCInfo(testedLog) << "in another piece of work";
            }
            qCInfo(testedLog) << "inside again";
        }
        qCInfo(testedLog) << "outside";
    }));
    QCOMPARE(lines.size(), 4);
    for (int line = 0; line < 4; ++line)
        QCOMPARE(lines[line][QStringLiteral("trace_id")].toString(),
                 line % 2 == 0 ? QString::fromLatin1(id) : QString());
}

void LogTest::nobodyForgesAField() {
    const QString forged = QStringLiteral("name\x1eadmin\x1ftrue");
    const QList<QJsonObject> lines = linesOf(writtenBy([&] {
        base::configureLogging(base::LogFormat::Json, base::LogLevel::Debug);
        qCInfo(testedLog) << forged;
        qCInfo(testedLog) << "text" << base::logField("value", forged);
    }));
    QCOMPARE(lines.size(), 2);
    QVERIFY(!lines[0].contains(QStringLiteral("fields")));
    QCOMPARE(lines[1][QStringLiteral("fields")].toObject().keys(), QStringList{QStringLiteral("value")});
}

void LogTest::levelsSilenceWhatIsBelow_data() {
    QTest::addColumn<int>("level");
    QTest::addColumn<int>("lines");
    QTest::newRow("debug") << int(base::LogLevel::Debug) << 5;
    QTest::newRow("info") << int(base::LogLevel::Info) << 4;
    QTest::newRow("warning") << int(base::LogLevel::Warning) << 3;
    QTest::newRow("error") << int(base::LogLevel::Error) << 2;
}

void LogTest::levelsSilenceWhatIsBelow() {
    QFETCH(const int, level);
    QFETCH(const int, lines);
    const QByteArray written = writtenBy([&] {
        base::configureLogging(base::LogFormat::Text, base::LogLevel(level));
        qCDebug(testedLog) << "debug";
        qCInfo(testedLog) << "info";
        qCWarning(testedLog) << "warning";
        qCCritical(testedLog) << "error";
        base::logAlways("recado.tested", QStringLiteral("an invitation"));
    });
    QCOMPARE(written.count('\n'), lines);
}

void LogTest::sameLineAgainAndAgainIsLeftOut() {
    constexpr int times = 20'000;
    const QByteArray written = writtenBy([] {
        for (int time = 0; time < times; ++time)
            qCWarning(testedLog) << "a request failed, and its text is long enough:" << time;
        qCWarning(testedLog) << "something else";
    });
    QVERIFY(written.count("a request failed") >= 20);
    QVERIFY(written.count('\n') < times / 2);
    QVERIFY(written.contains("something else"));
}

void LogTest::namesOfFormatsAndLevelsAreRead() {
    QVERIFY(base::logFormatFromName(u"json") == base::LogFormat::Json);
    QVERIFY(base::logFormatFromName(u"text") == base::LogFormat::Text);
    QVERIFY(!base::logFormatFromName(u"xml"));
    QVERIFY(base::logLevelFromName(u"error") == base::LogLevel::Error);
    QVERIFY(!base::logLevelFromName(u"loud"));
}

} // namespace recado::tests

RECADO_TEST(recado::tests::LogTest)
#include "LogTest.moc"
