#include "relay/ops/AdminWords.h"

#include "support/Suite.h"

#include <QTest>

namespace recado::tests {

using relay::AdminSyntax;
using relay::readAdminWords;

class AdminWordsTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void wordsMayStandInAnyOrder_data();
    void wordsMayStandInAnyOrder();
    void mistakesNameTheWord_data();
    void mistakesNameTheWord();

private:
    static AdminSyntax syntax() {
        return {.options = {{QStringLiteral("output")}, {QStringLiteral("yes")}},
                .subjects = {QStringLiteral("who: a name")}};
    }
    static QStringList split(const char* words) {
        return QString::fromLatin1(words).split(QLatin1Char(' '), Qt::SkipEmptyParts);
    }
};

void AdminWordsTest::wordsMayStandInAnyOrder_data() {
    QTest::addColumn<QByteArray>("words");
    for (const char* words : {"ana --yes --output out --data dir --behind-proxy --name relay.test",
                              "--data dir --behind-proxy --name relay.test --output out --yes ana",
                              "--behind-proxy ana --yes --data=dir --output=out --name relay.test",
                              "--yes ana --output out --name=relay.test --behind-proxy --data dir"})
        QTest::newRow(words) << QByteArray(words);
}

void AdminWordsTest::wordsMayStandInAnyOrder() {
    QFETCH(const QByteArray, words);
    const auto read = readAdminWords(split(words.constData()), syntax());
    QVERIFY2(read.ok(), read ? "" : qPrintable(read.error().message));
    QCOMPARE(read->subjects, QStringList{QStringLiteral("ana")});
    QCOMPARE(read->options.value(QStringLiteral("output")), QStringLiteral("out"));
    QVERIFY(read->options.contains(QStringLiteral("yes")));
    QVERIFY(read->config.dataDirectory.endsWith(QStringLiteral("dir")));
    QVERIFY(read->config.behindProxy);
    QCOMPARE(read->config.name, QStringLiteral("relay.test"));
}

void AdminWordsTest::mistakesNameTheWord_data() {
    QTest::addColumn<QByteArray>("words");
    QTest::addColumn<QString>("named");
    const auto row = [](const char* words, const char* named) {
        QTest::newRow(words) << QByteArray(words) << QString::fromLatin1(named);
    };
    row("", "who");
    row("ana bea", "bea");
    row("ana --colour red", "colour");
    row("ana --output", "output");
    row("ana --output --yes", "output");
    row("ana --yes --yes", "yes");
    row("ana -x", "-x");
    row("ana --registration sometimes", "registration");
}

void AdminWordsTest::mistakesNameTheWord() {
    QFETCH(const QByteArray, words);
    QFETCH(const QString, named);
    const auto read = readAdminWords(split(words.constData()), syntax());
    QVERIFY(!read);
    QCOMPARE(read.error().reason, base::Reason::Configuration);
    QVERIFY2(read.error().message.startsWith(named), qPrintable(read.error().message));
}

} // namespace recado::tests

RECADO_TEST(recado::tests::AdminWordsTest)
#include "AdminWordsTest.moc"
