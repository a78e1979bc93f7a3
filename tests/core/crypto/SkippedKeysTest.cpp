#include "crypto/SkippedKeys.h"

#include "crypto/SessionRecord.h"
#include "support/MemoryCryptoStores.h"
#include "support/Suite.h"

#include <QTest>

namespace recado::tests {

using crypto::DecryptOutcome;
using crypto::SkippedKeys;

/// The keys of messages not yet read: out of the record while the library works on it, and back again.
class SkippedKeysTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void takenOutAndPutBackTheRecordIsTheSame();
    void theWantedKeyStays();
    void keysOfAChainThatIsGoneStayOut();
    void aRecordThatDoesNotParseComesBackWhole();
    void everySkippedMessageIsReadableInAnyOrder();
    void whatWasReadIsNotReadableAgain();
};

namespace {

/// Bob's record with keys skipped in two chains.
class RecordWithGaps {
public:
    static constexpr int perChain = 40;

    CryptoDevice alice;
    CryptoDevice bob;
    std::vector<crypto::SealedMessage> skipped; // in the order of sealing

    RecordWithGaps() {
        if (!alice.cipher->startSession(bob.address, bob.bundle()).ok())
            qFatal("no session");
        for (int chain = 0; chain < 2; ++chain) {
            deliver(alice, bob);
            deliver(bob, alice);
            for (int i = 0; i < perChain; ++i)
                skipped.push_back(*alice.cipher->encrypt(bob.address, QByteArray::number(skipped.size())));
            deliver(alice, bob);
        }
    }
    static void deliver(CryptoDevice& from, CryptoDevice& to) {
        if (to.receive(from, *from.cipher->encrypt(to.address, "x")).outcome != DecryptOutcome::Decrypted)
            qFatal("an undisturbed message did not arrive");
    }
    [[nodiscard]] QByteArray record() const { return bob.stores.tables.sessions.at(alice.address); }
};

/// The sender's ratchet key of a normal message: field 1, behind the version byte.
QByteArray ratchetKeyOf(const crypto::SealedMessage& message) {
    return message.bytes.mid(3, crypto::publicKeySize);
}

} // namespace

void SkippedKeysTest::takenOutAndPutBackTheRecordIsTheSame() {
    const RecordWithGaps gaps;
    SkippedKeys keys;
    const QByteArray slim = keys.takeFrom(gaps.record(), std::nullopt);
    QVERIFY2(slim.size() < 1024, qPrintable(QString::number(slim.size())));
    QVERIFY(gaps.record().size() > 2 * RecordWithGaps::perChain * 80);
    const auto context = *crypto::SignalContext::create();
    const auto parsed = crypto::SessionRecord::parse(slim, context->get());
    QVERIFY(parsed.ok());
    QVERIFY(parsed->canSend());
    QCOMPARE(parsed->remoteIdentity(), gaps.alice.identityKeys.publicKey);
    QCOMPARE(keys.backIn(slim), gaps.record());
}

void SkippedKeysTest::theWantedKeyStays() {
    const RecordWithGaps gaps;
    SkippedKeys none;
    const qsizetype withoutAny = none.takeFrom(gaps.record(), std::nullopt).size();
    for (const crypto::SealedMessage& message : {gaps.skipped.front(), gaps.skipped.back()}) {
        int kept = 0;
        for (std::uint32_t counter = 0; counter < 2 * RecordWithGaps::perChain; ++counter) {
            SkippedKeys keys;
            const QByteArray slim = keys.takeFrom(gaps.record(), {{ratchetKeyOf(message), counter}});
            kept += slim.size() > withoutAny ? 1 : 0;
            QVERIFY(slim.size() < withoutAny + 110); // one key, and longer lengths around it
        }
        QCOMPARE(kept, RecordWithGaps::perChain);
    }
    SkippedKeys keys;
    QCOMPARE(keys.takeFrom(gaps.record(), {{QByteArray(33, '\5'), 1}}).size(), withoutAny);
}

void SkippedKeysTest::keysOfAChainThatIsGoneStayOut() {
    const RecordWithGaps gaps;
    const RecordWithGaps other;
    SkippedKeys keys;
    keys.takeFrom(gaps.record(), std::nullopt);
    QCOMPARE(keys.backIn(other.record()), other.record());
}

void SkippedKeysTest::aRecordThatDoesNotParseComesBackWhole() {
    const RecordWithGaps gaps;
    const QByteArray record = gaps.record();
    SkippedKeys intact;
    const QByteArray slim = intact.takeFrom(record, std::nullopt);
    for (qsizetype size = 1; size < record.size(); size += 7) {
        const QByteArray cut = record.first(size);
        SkippedKeys keys;
        const QByteArray rest = keys.takeFrom(cut, std::nullopt);
        QCOMPARE(keys.backIn(rest), cut);
        QVERIFY(intact.backIn(cut).startsWith(cut.first(1)));
    }
    for (qsizetype size = 1; size < slim.size(); ++size)
        QVERIFY(!intact.backIn(slim.first(size)).isEmpty());
}

void SkippedKeysTest::everySkippedMessageIsReadableInAnyOrder() {
    for (const bool backwards : {false, true}) {
        RecordWithGaps gaps;
        if (backwards)
            std::reverse(gaps.skipped.begin(), gaps.skipped.end());
        const qsizetype full = gaps.record().size();
        for (std::size_t i = 0; i < gaps.skipped.size(); ++i) {
            const std::size_t number = backwards ? gaps.skipped.size() - 1 - i : i;
            QCOMPARE(gaps.bob.receive(gaps.alice, gaps.skipped[i]).plaintext, QByteArray::number(number));
            if (i % 10 == 0) // other uses of the record in between leave the keys in it
                RecordWithGaps::deliver(gaps.bob, gaps.alice);
        }
        QVERIFY(gaps.record().size() < full / 4);
    }
}

void SkippedKeysTest::whatWasReadIsNotReadableAgain() {
    RecordWithGaps gaps;
    for (const crypto::SealedMessage& message : gaps.skipped) {
        QCOMPARE(gaps.bob.receive(gaps.alice, message).outcome, DecryptOutcome::Decrypted);
        QCOMPARE(gaps.bob.receive(gaps.alice, message).outcome, DecryptOutcome::Duplicate);
    }
}

} // namespace recado::tests

RECADO_TEST(recado::tests::SkippedKeysTest)
#include "SkippedKeysTest.moc"
