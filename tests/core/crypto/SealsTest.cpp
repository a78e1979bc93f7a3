#include "core/crypto/SmallOrderPoints.h"
#include "crypto/BodyCipher.h"
#include "crypto/EphemeralCipher.h"
#include "crypto/HeaderSeal.h"
#include "support/Suite.h"

#include <QTest>

#include <functional>

namespace recado::tests {

/// The sealed boxes beside the ratchet: sender headers, large bodies, ephemeral notices.
class SealsTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void aHeaderOpensForItsDeviceOnly();
    void aHeaderHidesItsSizeOnlyByFortyEightBytes();
    void everyFlippedBitOfAHeaderIsRefused();
    void headersRefuseBadKeys();
    void aBodyOpensUnderItsKeyAndDigest();
    void everyFlippedBitOfABodyIsRefusedEvenWithAMatchingDigest();
    void aBodyIsNotExchangedForAnotherUnderTheSameKey();
    void twoSealingsOfOneBodyShareNothing();
    void anEphemeralNoticeOpensInItsContextOnly();
    void everyFlippedBitOfAnEphemeralNoticeIsRefused();
    void aBoxOfOneUseNeverOpensAsAnother();
    void truncatedBoxesAreRefused();
};

namespace {

/// Calls `opens` for `bytes` with each single bit flipped; true when all were refused.
bool refusesEveryFlip(const QByteArray& bytes, const std::function<bool(const QByteArray&)>& opens) {
    for (int bit = 0; bit < int(bytes.size()) * 8; ++bit) {
        QByteArray flipped = bytes;
        flipped[bit / 8] = char(flipped[bit / 8] ^ (1 << bit % 8));
        if (opens(flipped))
            return false;
    }
    return true;
}

} // namespace

void SealsTest::aHeaderOpensForItsDeviceOnly() {
    const auto bob = crypto::generateHeaderKeyPair();
    const auto eve = crypto::generateHeaderKeyPair();
    for (const QByteArray& header : {QByteArray(), QByteArray("from alice"), QByteArray(5000, 'x')}) {
        const auto sealed = *crypto::sealHeader(header, bob.publicKey);
        QCOMPARE(*crypto::openHeader(sealed, bob), header);
        QCOMPARE(crypto::openHeader(sealed, eve).error().reason, base::Reason::CryptoFailed);
    }
}

void SealsTest::aHeaderHidesItsSizeOnlyByFortyEightBytes() {
    const auto bob = crypto::generateHeaderKeyPair();
    const auto sealed = *crypto::sealHeader("from alice", bob.publicKey);
    QCOMPARE(sealed.size(), 10 + 48);
    QVERIFY(!sealed.contains("alice"));
    QVERIFY(sealed != *crypto::sealHeader("from alice", bob.publicKey));
}

void SealsTest::everyFlippedBitOfAHeaderIsRefused() {
    const auto bob = crypto::generateHeaderKeyPair();
    const auto sealed = *crypto::sealHeader("from alice", bob.publicKey);
    QVERIFY(refusesEveryFlip(
        sealed, [&](const QByteArray& flipped) { return crypto::openHeader(flipped, bob).ok(); }));
}

void SealsTest::headersRefuseBadKeys() {
    const auto bob = crypto::generateHeaderKeyPair();
    const auto sealed = *crypto::sealHeader("from alice", bob.publicKey);
    for (const QByteArray& point : smallOrderEncodings()) {
        QCOMPARE(crypto::sealHeader("x", point).error().reason, base::Reason::CryptoFailed);
        QVERIFY(!crypto::openHeader(point + sealed.sliced(32), bob).ok());
    }
    QVERIFY(!crypto::sealHeader("x", bob.publicKey.chopped(1)).ok());
    QVERIFY(!crypto::sealHeader("x", {}).ok());
    QVERIFY(!crypto::openHeader(sealed, crypto::HeaderKeyPair{bob.publicKey, {}}).ok());
}

void SealsTest::aBodyOpensUnderItsKeyAndDigest() {
    for (const int size : {0, 1, 4096, 70'000}) {
        const QByteArray plaintext(size, 'b');
        const auto body = crypto::sealBody(plaintext);
        QCOMPARE(body.key.size(), std::size_t(32));
        QCOMPARE(body.digest.size(), 32);
        QCOMPARE(body.ciphertext.size(), size + 41);
        QCOMPARE(*crypto::openBody(body.key.view(), body.digest, body.ciphertext), plaintext);
        QVERIFY(!crypto::openBody(crypto::generateEphemeralKey().view(), body.digest, body.ciphertext).ok());
        QVERIFY(!crypto::openBody(body.key.view().chopped(1), body.digest, body.ciphertext).ok());
        QVERIFY(!crypto::openBody(body.key.view(), body.digest.chopped(1), body.ciphertext).ok());
        QVERIFY(!crypto::openBody(body.key.view(), {}, body.ciphertext).ok());
    }
}

void SealsTest::everyFlippedBitOfABodyIsRefusedEvenWithAMatchingDigest() {
    const auto body = crypto::sealBody("a large body");
    QVERIFY(refusesEveryFlip(body.ciphertext, [&](const QByteArray& flipped) {
        return crypto::openBody(body.key.view(), body.digest, flipped).ok();
    }));
    QVERIFY(refusesEveryFlip(body.digest, [&](const QByteArray& flipped) {
        return crypto::openBody(body.key.view(), flipped, body.ciphertext).ok();
    }));
    QVERIFY(refusesEveryFlip(body.key.view().toByteArray(), [&](const QByteArray& flipped) {
        return crypto::openBody(flipped, body.digest, body.ciphertext).ok();
    }));
}

void SealsTest::aBodyIsNotExchangedForAnotherUnderTheSameKey() {
    const auto first = crypto::sealBody("first");
    const auto second = crypto::sealBody("second");
    QVERIFY(!crypto::openBody(first.key.view(), second.digest, second.ciphertext).ok());
    QVERIFY(!crypto::openBody(second.key.view(), first.digest, second.ciphertext).ok());
}

void SealsTest::twoSealingsOfOneBodyShareNothing() {
    const auto first = crypto::sealBody("the same");
    const auto second = crypto::sealBody("the same");
    QVERIFY(first.key.view() != second.key.view());
    QVERIFY(first.ciphertext != second.ciphertext);
    QVERIFY(first.digest != second.digest);
}

void SealsTest::anEphemeralNoticeOpensInItsContextOnly() {
    const auto key = crypto::generateEphemeralKey();
    const auto sealed = *crypto::sealEphemeral(key.view(), "typing a>b", "begins");
    QCOMPARE(*crypto::openEphemeral(key.view(), "typing a>b", sealed), QByteArray("begins"));
    // Reflected to its sender, or under yesterday's key.
    QVERIFY(!crypto::openEphemeral(key.view(), "typing b>a", sealed).ok());
    QVERIFY(!crypto::openEphemeral(key.view(), "", sealed).ok());
    QVERIFY(!crypto::openEphemeral(crypto::generateEphemeralKey().view(), "typing a>b", sealed).ok());
    QCOMPARE(crypto::sealEphemeral("short", "typing a>b", "x").error().reason, base::Reason::CryptoFailed);
    QVERIFY(!crypto::openEphemeral("short", "typing a>b", sealed).ok());
}

void SealsTest::everyFlippedBitOfAnEphemeralNoticeIsRefused() {
    const auto key = crypto::generateEphemeralKey();
    const auto sealed = *crypto::sealEphemeral(key.view(), "typing", "begins");
    QVERIFY(refusesEveryFlip(sealed, [&](const QByteArray& flipped) {
        return crypto::openEphemeral(key.view(), "typing", flipped).ok();
    }));
}

void SealsTest::aBoxOfOneUseNeverOpensAsAnother() {
    const auto body = crypto::sealBody("body");
    QVERIFY(!crypto::openEphemeral(body.key.view(), "", body.ciphertext).ok());
}

void SealsTest::truncatedBoxesAreRefused() {
    const auto bob = crypto::generateHeaderKeyPair();
    const auto key = crypto::generateEphemeralKey();
    const auto header = *crypto::sealHeader("from alice", bob.publicKey);
    const auto notice = *crypto::sealEphemeral(key.view(), "typing", "begins");
    for (qsizetype size = 0; size < header.size(); ++size)
        QVERIFY(!crypto::openHeader(header.first(size), bob).ok());
    for (qsizetype size = 0; size < notice.size(); ++size)
        QVERIFY(!crypto::openEphemeral(key.view(), "typing", notice.first(size)).ok());
}

} // namespace recado::tests

RECADO_TEST(recado::tests::SealsTest)
#include "SealsTest.moc"
