#include "bench/relay/LoadLedger.h"

#include "support/Suite.h"

#include <QTest>

using namespace recado::tests::load;

/// The generator's books find every way in which a message can go wrong.
class LoadLedgerTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void takesWhatIsRight();
    void findsALostMessage();
    void findsADoubledMessage();
    void findsADisorderedMessage();
    void findsAStrangersMessage();
    void findsAWrongReceiver();
    void findsADoubledAnswer();
    void findsAnInventedAnswer();
    void findsAChangedPayload();
};

namespace {

/// Client 0 sends to client 1.
LoadLedger ledgerOfTwo() {
    LoadLedger ledger(2);
    ledger.setReceiver(0, 1);
    return ledger;
}

} // namespace

void LoadLedgerTest::takesWhatIsRight() {
    LoadLedger ledger = ledgerOfTwo();
    std::int64_t due = 0;
    for (std::int64_t number = 1; number <= 2'000; ++number) {
        const LoadStamp sent = ledger.next(0, number);
        const auto read = readPayload(writePayload(sent));
        QVERIFY(read.has_value());
        QCOMPARE(ledger.delivered(1, *read), std::string());
        QCOMPARE(ledger.accepted(0, sent.sequence, due), std::string());
        QCOMPARE(due, number);
    }
    QCOMPARE(ledger.unanswered(), 0u);
    QCOMPARE(ledger.undelivered(), 0u);
}

void LoadLedgerTest::findsALostMessage() {
    LoadLedger ledger = ledgerOfTwo();
    ledger.next(0, 1);
    const LoadStamp second = ledger.next(0, 2);
    QVERIFY(!ledger.delivered(1, second).empty());
    QCOMPARE(ledger.undelivered(), 2u);
}

void LoadLedgerTest::findsADoubledMessage() {
    LoadLedger ledger = ledgerOfTwo();
    const LoadStamp stamp = ledger.next(0, 1);
    QCOMPARE(ledger.delivered(1, stamp), std::string());
    QVERIFY(!ledger.delivered(1, stamp).empty());
}

void LoadLedgerTest::findsADisorderedMessage() {
    LoadLedger ledger = ledgerOfTwo();
    const LoadStamp first = ledger.next(0, 1);
    const LoadStamp second = ledger.next(0, 2);
    QVERIFY(!ledger.delivered(1, second).empty());
    QCOMPARE(ledger.delivered(1, first), std::string());
}

void LoadLedgerTest::findsAStrangersMessage() {
    LoadLedger ledger = ledgerOfTwo();
    QVERIFY(!ledger.delivered(1, {7, 0, 1}).empty());
    QVERIFY(!ledger.delivered(1, {0, 0, 1}).empty()); // never sent
}

void LoadLedgerTest::findsAWrongReceiver() {
    LoadLedger ledger = ledgerOfTwo();
    QVERIFY(!ledger.delivered(0, ledger.next(0, 1)).empty());
}

void LoadLedgerTest::findsADoubledAnswer() {
    LoadLedger ledger = ledgerOfTwo();
    std::int64_t due = 0;
    const LoadStamp stamp = ledger.next(0, 1);
    QCOMPARE(ledger.unanswered(), 1u);
    QCOMPARE(ledger.accepted(0, stamp.sequence, due), std::string());
    QVERIFY(!ledger.accepted(0, stamp.sequence, due).empty());
}

void LoadLedgerTest::findsAnInventedAnswer() {
    LoadLedger ledger = ledgerOfTwo();
    std::int64_t due = 0;
    QVERIFY(!ledger.accepted(0, 0, due).empty());
}

void LoadLedgerTest::findsAChangedPayload() {
    const std::string payload(writePayload({3, 4, 5}));
    for (std::size_t at = 32; at < payload.size(); ++at) {
        std::string changed = payload;
        changed[at] = char(changed[at] ^ 1);
        QVERIFY(!readPayload(changed).has_value());
    }
    QVERIFY(!readPayload(payload.substr(1)).has_value());
    QCOMPARE(readPayload(payload)->sequence, 4u);
}

RECADO_TEST(LoadLedgerTest)
#include "LoadLedgerTest.moc"
