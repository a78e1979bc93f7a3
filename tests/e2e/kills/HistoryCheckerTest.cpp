#include "support/HistoryChecker.h"

#include "support/Suite.h"

#include <QTest>

namespace recado::tests {

/// The judge is judged first: each kind of breach must be found, and an honest history must pass.
class HistoryCheckerTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void anHonestHistoryHolds();
    void aTextThatNeverCameIsLost();
    void anUnansweredTextMayBeMissing();
    void aTextShownTwiceIsFound();
    void aTextAnnouncedTwiceIsFound();
    void aPhantomIsFound();
    void wrongOrderIsFound();
};

namespace {

const QString author = QStringLiteral("ana");

HistoryChecker withThreeSent() {
    HistoryChecker checker;
    checker.committed(author, QStringLiteral("one"));
    checker.attempted(author, QStringLiteral("two"));
    checker.committed(author, QStringLiteral("three"));
    return checker;
}

} // namespace

void HistoryCheckerTest::anHonestHistoryHolds() {
    HistoryChecker checker = withThreeSent();
    for (const char* text : {"one", "two", "three"}) {
        checker.shown(author, QString::fromLatin1(text));
        checker.announced(QString::fromLatin1(text));
    }
    QCOMPARE(checker.violations(), QStringList());
    QCOMPARE(checker.committedCount(), 2);
}

void HistoryCheckerTest::aTextThatNeverCameIsLost() {
    HistoryChecker checker = withThreeSent();
    checker.shown(author, QStringLiteral("one"));
    QCOMPARE(checker.violations(), QStringList{QStringLiteral("lost from ana: three")});
}

void HistoryCheckerTest::anUnansweredTextMayBeMissing() {
    HistoryChecker checker = withThreeSent();
    checker.shown(author, QStringLiteral("one"));
    checker.shown(author, QStringLiteral("three"));
    QCOMPARE(checker.violations(), QStringList());
}

void HistoryCheckerTest::aTextShownTwiceIsFound() {
    HistoryChecker checker = withThreeSent();
    for (const char* text : {"one", "three", "three"})
        checker.shown(author, QString::fromLatin1(text));
    QCOMPARE(checker.violations(), QStringList{QStringLiteral("shown twice from ana: three")});
}

void HistoryCheckerTest::aTextAnnouncedTwiceIsFound() {
    HistoryChecker checker = withThreeSent();
    for (const char* text : {"one", "three"})
        checker.shown(author, QString::fromLatin1(text));
    checker.announced(QStringLiteral("one"));
    checker.announced(QStringLiteral("one"));
    QCOMPARE(checker.violations(), QStringList{QStringLiteral("announced 2 times: one")});
}

void HistoryCheckerTest::aPhantomIsFound() {
    HistoryChecker checker = withThreeSent();
    for (const char* text : {"one", "nobody wrote this", "three"})
        checker.shown(author, QString::fromLatin1(text));
    QCOMPARE(checker.violations(), QStringList{QStringLiteral("phantom from ana: nobody wrote this")});
}

void HistoryCheckerTest::wrongOrderIsFound() {
    HistoryChecker checker = withThreeSent();
    for (const char* text : {"three", "one"})
        checker.shown(author, QString::fromLatin1(text));
    QCOMPARE(checker.violations(), QStringList{QStringLiteral("out of order from ana: one")});
}

} // namespace recado::tests

RECADO_TEST(recado::tests::HistoryCheckerTest)
#include "HistoryCheckerTest.moc"
