#include "content/Padding.h"

#include "support/Suite.h"

#include <QTest>

namespace recado::tests {

class PaddingTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void paddingComesOffAgain_data();
    void paddingComesOffAgain();
    void shortContentsAllLookAlike();
    void lengthsGrowByAtMostTwelvePercent();
    void contentWithoutPaddingIsAnError_data();
    void contentWithoutPaddingIsAnError();
};

void PaddingTest::paddingComesOffAgain_data() {
    QTest::addColumn<QByteArray>("plaintext");
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("short") << QByteArray("hello");
    QTest::newRow("ends in zeros") << QByteArray("ab\0\0", 4);
    QTest::newRow("ends in the mark") << QByteArray("ab\x80", 3);
    for (const int length : {254, 255, 256, 257, 1'000, 65'536})
        QTest::newRow(qPrintable(QString::number(length))) << QByteArray(length, 'x');
}

void PaddingTest::paddingComesOffAgain() {
    QFETCH(QByteArray, plaintext);
    const QByteArray padded = content::pad(plaintext);
    QVERIFY(padded.size() >= 256);
    QVERIFY(padded.size() > plaintext.size());
    const auto back = content::unpad(padded);
    QVERIFY(back.ok());
    QCOMPARE(*back, plaintext);
}

void PaddingTest::shortContentsAllLookAlike() {
    for (int length = 0; length < 255; ++length)
        QCOMPARE(content::pad(QByteArray(length, 'x')).size(), 256);
}

void PaddingTest::lengthsGrowByAtMostTwelvePercent() {
    QSet<qsizetype> lengths;
    for (qsizetype length = 256; length <= 80'000; ++length) {
        const qsizetype padded = content::paddedLength(length);
        QVERIFY(padded >= length);
        QVERIFY(double(padded) <= double(length) * 1.12);
        QCOMPARE(content::paddedLength(padded), padded);
        lengths.insert(padded);
    }
    QVERIFY(lengths.size() < 200); // few sizes remain to tell messages apart by
}

void PaddingTest::contentWithoutPaddingIsAnError_data() {
    QTest::addColumn<QByteArray>("padded");
    QTest::newRow("nothing") << QByteArray();
    QTest::newRow("only zeros") << QByteArray(256, '\0');
    QTest::newRow("no mark") << QByteArray(256, 'x');
}

void PaddingTest::contentWithoutPaddingIsAnError() {
    QFETCH(QByteArray, padded);
    QVERIFY(!content::unpad(padded).ok());
}

} // namespace recado::tests

RECADO_TEST(recado::tests::PaddingTest)
#include "PaddingTest.moc"
