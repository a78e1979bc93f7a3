#include "base/Reason.h"
#include "support/Suite.h"

#include <QFile>
#include <QRegularExpression>
#include <QTest>

namespace recado::tests {

/// PROTOCOL.md is what others write a client from: whatever the schema has, it must speak of.
class ProtocolDocumentTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void everyFrameIsDescribed_data();
    void everyFrameIsDescribed();
    void everyLimitIsDescribed();
    void everyReasonIsOneOfOurs();
    void everyContentIsDescribed();
};

namespace {

QString textOf(const char* file) {
    QFile opened(QStringLiteral(RECADO_FIXTURES "/../../core/%1").arg(QLatin1String(file)));
    return opened.open(QIODevice::ReadOnly) ? QString::fromUtf8(opened.readAll()) : QString();
}

/// What stands between the braces that `opening` begins, up to the first closing one.
QString braced(const QString& schema, const QString& opening) {
    const qsizetype begin = schema.indexOf(opening);
    return begin < 0 ? QString() : schema.mid(begin, schema.indexOf(QLatin1Char('}'), begin) - begin);
}

/// The types of the fields, or their names.
QStringList fieldsOf(const QString& block, int group) {
    static const QRegularExpression field(QStringLiteral("^\\s+(?:repeated )?(\\w+) (\\w+) = \\d+;"),
                                          QRegularExpression::MultilineOption);
    QStringList found;
    for (auto match = field.globalMatch(block); match.hasNext();)
        found.append(match.next().captured(group));
    return found;
}

} // namespace

void ProtocolDocumentTest::everyFrameIsDescribed_data() {
    QTest::addColumn<QString>("frame");
    const QString schema = textOf("protocol/wire.proto");
    for (const char* side : {"message ClientFrame {", "message RelayFrame {"}) {
        const QStringList frames = fieldsOf(braced(schema, QLatin1String(side)), 1);
        QVERIFY(frames.size() > 10);
        for (const QString& frame : frames) {
            if (frame != QLatin1String("uint64"))
                QTest::newRow(qPrintable(frame)) << frame;
        }
    }
}

void ProtocolDocumentTest::everyFrameIsDescribed() {
    QFETCH(QString, frame);
    const QString document = textOf("protocol/PROTOCOL.md");
    QVERIFY(document.contains(QRegularExpression(QStringLiteral("`%1[`{]").arg(frame))));
}

void ProtocolDocumentTest::everyLimitIsDescribed() {
    const QString document = textOf("protocol/PROTOCOL.md");
    const QStringList limits =
        fieldsOf(braced(textOf("protocol/wire.proto"), QStringLiteral("message Limits {")), 2);
    QVERIFY(limits.size() >= 12);
    for (const QString& limit : limits)
        QVERIFY2(document.contains(QStringLiteral("`%1`").arg(limit)), qPrintable(limit));
}

void ProtocolDocumentTest::everyReasonIsOneOfOurs() {
    const QString document = textOf("protocol/PROTOCOL.md");
    const qsizetype begin = document.indexOf(QStringLiteral("## Errors"));
    const QString errors = document.mid(begin, document.indexOf(QStringLiteral("\n## "), begin + 1) - begin);
    static const QRegularExpression row(QStringLiteral("^\\| (`[^|]+) \\|"),
                                        QRegularExpression::MultilineOption);
    static const QRegularExpression word(QStringLiteral("`(\\w+)`"));
    int count = 0;
    for (auto rows = row.globalMatch(errors); rows.hasNext();) {
        const QString names = rows.next().captured(1);
        for (auto words = word.globalMatch(names); words.hasNext(); ++count) {
            const QByteArray name = words.next().captured(1).toLatin1();
            const QLatin1String known = base::reasonName(base::reasonFromString(QLatin1String(name)));
            QCOMPARE(known, QLatin1String(name));
        }
    }
    QVERIFY(count >= 18);
}

void ProtocolDocumentTest::everyContentIsDescribed() {
    const QString document = textOf("protocol/PROTOCOL.md");
    const QString schema = textOf("content/content.proto");
    const QStringList contents = fieldsOf(braced(schema, QStringLiteral("oneof body {")), 1);
    QVERIFY(contents.size() >= 7);
    for (const QString& content : contents)
        QVERIFY2(document.contains(QStringLiteral("`%1`").arg(content)), qPrintable(content));
}

} // namespace recado::tests

RECADO_TEST(recado::tests::ProtocolDocumentTest)
#include "ProtocolDocumentTest.moc"
