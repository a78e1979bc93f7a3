#include "protocol/RecoveryToken.h"

#include "support/Suite.h"

#include <QTest>

namespace recado::tests {

using protocol::RecoveryToken;

class RecoveryTokenTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void itSurvivesItsText();
    void itsTextIsTheOneOfTheDocument();
    void anythingElseIsNone_data();
    void anythingElseIsNone();
    void ordinaryInvitationsAreNotMeant();
};

namespace {

RecoveryToken sample() {
    return {*base::AccountId::fromHex(u"000102030405060708090a0b0c0d0e0f"), 7, 3, QByteArray(16, 's')};
}

} // namespace

void RecoveryTokenTest::itSurvivesItsText() {
    const RecoveryToken token{base::AccountId::random(), quint64(1) << 63, 4'000'000'000U,
                              QByteArray::fromHex("fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0")};
    const auto read = RecoveryToken::fromText(token.toText());
    QVERIFY(read.has_value());
    QCOMPARE(*read, token);
    QCOMPARE(read->secretHash().size(), 32);
}

void RecoveryTokenTest::itsTextIsTheOneOfTheDocument() {
    QCOMPARE(sample().toText(),
             QStringLiteral("r.AAECAwQFBgcICQoLDA0ODwAAAAAAAAAHAAAAA3Nzc3Nzc3Nzc3Nzc3Nzc3M"));
}

void RecoveryTokenTest::anythingElseIsNone_data() {
    QTest::addColumn<QString>("text");
    const QString good = sample().toText();
    QTest::newRow("nothing") << QString();
    QTest::newRow("the prefix alone") << QStringLiteral("r.");
    QTest::newRow("cut short") << good.chopped(1);
    QTest::newRow("too long") << good + QLatin1Char('A');
    QTest::newRow("padded") << good + QLatin1Char('=');
    QTest::newRow("a blank within") << QString(good).replace(10, 1, QLatin1Char(' '));
    QTest::newRow("another prefix") << QString(good).replace(0, 1, QLatin1Char('x'));
    QTest::newRow("bits that count for nothing") << good.chopped(1) + QLatin1Char('N');
    RecoveryToken token = sample();
    token.account = {};
    QTest::newRow("no account") << token.toText();
    token = sample();
    token.listVersion = 0;
    QTest::newRow("no version") << token.toText();
    token = sample();
    token.deviceId = 0;
    QTest::newRow("no device") << token.toText();
}

void RecoveryTokenTest::anythingElseIsNone() {
    QFETCH(QString, text);
    QVERIFY(!RecoveryToken::fromText(text).has_value());
}

void RecoveryTokenTest::ordinaryInvitationsAreNotMeant() {
    QVERIFY(!RecoveryToken::isMeant(u"qF0aB3-_xY7zK1mN5pQr"));
    QVERIFY(RecoveryToken::isMeant(u"r.something"));
}

} // namespace recado::tests

RECADO_TEST(recado::tests::RecoveryTokenTest)
#include "RecoveryTokenTest.moc"
