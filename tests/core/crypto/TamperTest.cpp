#include "core/crypto/SmallOrderPoints.h"
#include "crypto/SessionCipher.h"
#include "support/MemoryCryptoStores.h"
#include "support/Suite.h"

#include <QTest>

#include <random>

namespace recado::tests {

using crypto::DecryptOutcome;
using crypto::MessageKind;
using crypto::SealedMessage;

/// What a relay, or anyone who can put bytes into a mailbox, might do to a ciphertext.
class TamperTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void everyFlippedBitOfAFirstMessageIsRefused_data();
    void everyFlippedBitOfAFirstMessageIsRefused();
    void everyFlippedBitOfAFurtherPreKeyMessageIsRefused();
    void everyFlippedBitOfANormalMessageIsRefused();
    void truncatedAndExtendedMessagesAreRefused();
    void aMessageIsRefusedAsTheOtherKind();
    void aStrippedPreKeyMessageIsRefused();
    void unknownFieldsInAPreKeyMessageAreRefused();
    void smallOrderKeysInMessagesAreRefusedBeforeTheStoresAreAsked();
    void aSecondEncodingOfTheBaseKeyDoesNotPassTheReplayCheck();
    void aMessageOfAnotherSenderIsRefused();
    void aMessageToAnotherReceiverIsRefused();
    void randomBytesAndRandomDamageNeverCrash();
};

namespace {

/// A session under way: Bob has read Alice's first message, Alice has no answer yet.
struct HalfOpenPair {
    CryptoDevice alice;
    CryptoDevice bob;
    SealedMessage first;

    explicit HalfOpenPair(bool withOneTime = true) {
        if (!alice.cipher->startSession(bob.address, bob.bundle(withOneTime)).ok())
            qFatal("no session");
        first = *alice.cipher->encrypt(bob.address, "first");
    }
    void open() { deliver(alice, bob, first); }
    void acknowledge() { deliver(bob, alice, *bob.cipher->encrypt(alice.address, "answer")); }

    static void deliver(const CryptoDevice& from, CryptoDevice& to, const SealedMessage& message) {
        if (to.receive(from, message).outcome != DecryptOutcome::Decrypted)
            qFatal("an undisturbed message did not arrive");
    }
    /// True when Bob refuses the bytes and, even without a rollback, not one row of his stores changed.
    [[nodiscard]] bool refused(MessageKind kind, const QByteArray& bytes) {
        const CryptoTables before = bob.stores.tables;
        const auto result = bob.cipher->decrypt(alice.address, kind, bytes);
        return result.outcome != DecryptOutcome::Decrypted && result.plaintext.isEmpty() &&
               bob.stores.tables == before;
    }
    /// Returns the first bit whose flip was not refused, or -1.
    [[nodiscard]] int firstFlipTaken(const SealedMessage& message) {
        for (int bit = 0; bit < int(message.bytes.size()) * 8; ++bit) {
            QByteArray flipped = message.bytes;
            flipped[bit / 8] = char(flipped[bit / 8] ^ (1 << bit % 8));
            if (!refused(message.kind, flipped))
                return bit;
        }
        return -1;
    }
};

// Tag and length of the 33-byte keys on the wire (WhisperTextProtocol.proto).
constexpr char baseKeyField[] = "\x12\x21\x05";
constexpr char identityKeyField[] = "\x1a\x21\x05";
constexpr char ratchetKeyField[] = "\x0a\x21\x05";

QByteArray withPoint(QByteArray bytes, const char* field, const QByteArray& point) {
    const qsizetype position = bytes.indexOf(field);
    if (position < 0)
        qFatal("the message has no such key");
    return bytes.replace(position + 3, 32, point);
}

} // namespace

void TamperTest::everyFlippedBitOfAFirstMessageIsRefused_data() {
    QTest::addColumn<bool>("withOneTime");
    QTest::newRow("with one-time prekey") << true;
    QTest::newRow("without one-time prekey") << false;
}

void TamperTest::everyFlippedBitOfAFirstMessageIsRefused() {
    QFETCH(bool, withOneTime);
    HalfOpenPair pair(withOneTime);
    QCOMPARE(pair.firstFlipTaken(pair.first), -1);
    QCOMPARE(pair.bob.stores.writes, 0);
    pair.open();
}

void TamperTest::everyFlippedBitOfAFurtherPreKeyMessageIsRefused() {
    HalfOpenPair pair;
    pair.open();
    const auto further = *pair.alice.cipher->encrypt(pair.bob.address, "further");
    QCOMPARE(further.kind, MessageKind::PreKey);
    QCOMPARE(pair.firstFlipTaken(further), -1);
    QCOMPARE(pair.bob.receive(pair.alice, further).plaintext, QByteArray("further"));
}

void TamperTest::everyFlippedBitOfANormalMessageIsRefused() {
    HalfOpenPair pair;
    pair.open();
    pair.acknowledge();
    const auto normal = *pair.alice.cipher->encrypt(pair.bob.address, "normal");
    QCOMPARE(normal.kind, MessageKind::Normal);
    QCOMPARE(pair.firstFlipTaken(normal), -1);
    QCOMPARE(pair.bob.receive(pair.alice, normal).plaintext, QByteArray("normal"));
}

void TamperTest::truncatedAndExtendedMessagesAreRefused() {
    HalfOpenPair pair;
    for (qsizetype size = 0; size < pair.first.bytes.size(); ++size)
        QVERIFY(pair.refused(MessageKind::PreKey, pair.first.bytes.first(size)));
    QVERIFY(pair.refused(MessageKind::PreKey, pair.first.bytes + '\0'));
    pair.open();
    pair.acknowledge();
    const auto normal = *pair.alice.cipher->encrypt(pair.bob.address, "normal");
    for (qsizetype size = 0; size < normal.bytes.size(); ++size)
        QVERIFY(pair.refused(MessageKind::Normal, normal.bytes.first(size)));
    QVERIFY(pair.refused(MessageKind::Normal, normal.bytes + '\0'));
}

void TamperTest::aMessageIsRefusedAsTheOtherKind() {
    HalfOpenPair pair;
    QVERIFY(pair.refused(MessageKind::Normal, pair.first.bytes));
    pair.open();
    pair.acknowledge();
    const auto normal = *pair.alice.cipher->encrypt(pair.bob.address, "normal");
    QVERIFY(pair.refused(MessageKind::PreKey, normal.bytes));
}

void TamperTest::aStrippedPreKeyMessageIsRefused() {
    HalfOpenPair pair;
    pair.open();
    const auto further = *pair.alice.cipher->encrypt(pair.bob.address, "further");
    // The inner message is field 4; a one-byte length serves for this short text.
    const qsizetype identity = further.bytes.indexOf(identityKeyField);
    const qsizetype field = identity + 2 + 33;
    QCOMPARE(further.bytes[field], '\x22');
    const QByteArray inner = further.bytes.sliced(field + 2, std::uint8_t(further.bytes[field + 1]));
    QVERIFY(pair.refused(MessageKind::Normal, inner));
    QCOMPARE(pair.bob.receive(pair.alice, further).plaintext, QByteArray("further"));
}

void TamperTest::unknownFieldsInAPreKeyMessageAreRefused() {
    HalfOpenPair pair;
    QVERIFY(pair.refused(MessageKind::PreKey, pair.first.bytes + QByteArray("\x78\x01", 2)));
    QByteArray otherVersion = pair.first.bytes;
    otherVersion[0] = '\x34';
    QVERIFY(pair.refused(MessageKind::PreKey, otherVersion));
    pair.open();
}

void TamperTest::smallOrderKeysInMessagesAreRefusedBeforeTheStoresAreAsked() {
    HalfOpenPair pair;
    HalfOpenPair established;
    established.open();
    established.acknowledge();
    const auto normal = *established.alice.cipher->encrypt(established.bob.address, "normal");
    // Any store call would turn the outcome into StorageFailed: the points themselves are what is refused.
    pair.bob.stores.callsUntilFailure = 0;
    established.bob.stores.callsUntilFailure = 0;
    for (const QByteArray& point : smallOrderEncodings()) {
        for (const char* field : {baseKeyField, identityKeyField, ratchetKeyField}) {
            const QByteArray bytes = withPoint(pair.first.bytes, field, point);
            QCOMPARE(pair.bob.cipher->decrypt(pair.alice.address, MessageKind::PreKey, bytes).outcome,
                     DecryptOutcome::InvalidMessage);
        }
        const QByteArray bytes = withPoint(normal.bytes, ratchetKeyField, point);
        const auto result =
            established.bob.cipher->decrypt(established.alice.address, MessageKind::Normal, bytes);
        QCOMPARE(result.outcome, DecryptOutcome::InvalidMessage);
    }
    QCOMPARE(pair.bob.stores.callsUntilFailure, 0);
    QCOMPARE(established.bob.stores.callsUntilFailure, 0);
}

void TamperTest::aSecondEncodingOfTheBaseKeyDoesNotPassTheReplayCheck() {
    HalfOpenPair pair(false);
    pair.open();
    // Agreement ignores the top bit, so that libsignal alone would open a second session with the same
    // secrets.
    QByteArray bytes = pair.first.bytes;
    const qsizetype lastByte = bytes.indexOf(baseKeyField) + 2 + 32;
    bytes[lastByte] = char(bytes[lastByte] ^ 0x80);
    const auto result = pair.bob.receive(pair.alice, {MessageKind::PreKey, bytes});
    QCOMPARE(result.outcome, DecryptOutcome::InvalidMessage);
}

void TamperTest::aMessageOfAnotherSenderIsRefused() {
    HalfOpenPair pair;
    HalfOpenPair other;
    pair.open();
    pair.acknowledge();
    const auto normal = *pair.alice.cipher->encrypt(pair.bob.address, "normal");
    // The envelope's sender is a claim: under another account's name the bytes open nothing.
    QCOMPARE(pair.bob.receive(other.alice, normal).outcome, DecryptOutcome::NoSession);
    QVERIFY(pair.bob.stores.tables.identities.count(other.alice.address.account) == 0);
}

void TamperTest::aMessageToAnotherReceiverIsRefused() {
    HalfOpenPair pair;
    CryptoDevice carol;
    const CryptoTables before = carol.stores.tables;
    carol.bundle();
    const CryptoTables withPreKey = carol.stores.tables;
    QVERIFY(carol.cipher->decrypt(pair.alice.address, pair.first.kind, pair.first.bytes).outcome !=
            DecryptOutcome::Decrypted);
    QVERIFY(carol.stores.tables == withPreKey);
    QVERIFY(before.preKeys.empty());
}

void TamperTest::randomBytesAndRandomDamageNeverCrash() {
    HalfOpenPair pair;
    HalfOpenPair established;
    established.open();
    established.acknowledge();
    const auto normal = *established.alice.cipher->encrypt(established.bob.address, "normal");
    std::mt19937 random(20'261'122); // a fixed seed, so that a failure repeats
    const auto pick = [&random](qsizetype below) {
        return qsizetype(std::uniform_int_distribution<qint64>(0, below - 1)(random));
    };
    for (int round = 0; round < 4000; ++round) {
        QByteArray bytes = round % 2 == 0 ? pair.first.bytes : normal.bytes;
        const qsizetype changes = 1 + pick(6);
        for (qsizetype change = 0; change < changes && !bytes.isEmpty(); ++change) {
            switch (pick(4)) {
            case 0:
                bytes[pick(bytes.size())] = char(pick(256));
                break;
            case 1:
                bytes.remove(pick(bytes.size()), 1 + pick(8));
                break;
            case 2:
                bytes.insert(pick(bytes.size()), char(pick(256)));
                break;
            default:
                bytes.append(bytes.sliced(pick(bytes.size())));
            }
        }
        if (bytes == pair.first.bytes || bytes == normal.bytes)
            continue;
        QVERIFY2(pair.refused(MessageKind::PreKey, bytes), bytes.toHex().constData());
        QVERIFY2(established.refused(MessageKind::Normal, bytes), bytes.toHex().constData());
        QVERIFY2(established.refused(MessageKind::PreKey, bytes), bytes.toHex().constData());
    }
    pair.open();
    QCOMPARE(established.bob.receive(established.alice, normal).plaintext, QByteArray("normal"));
}

} // namespace recado::tests

RECADO_TEST(recado::tests::TamperTest)
#include "TamperTest.moc"
