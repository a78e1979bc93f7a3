#include "base/SecretBytes.h"
#include "base/SigningKey.h"
#include "support/Suite.h"

#include <QTest>

#include <utility>

namespace recado::tests {

using base::SecretBytes;
using base::SigningKey;
using base::verifySignature;

class KeysTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void secretMovesAndLeavesNothingBehind();
    void secretClonesAndCopies();
    void emptySecretIsHarmless();
    void wipeEmptiesAndLeavesSharersAlone();
    void signatureVerifies();
    void signatureIsBoundToEverything_data();
    void signatureIsBoundToEverything();
    void labelAndMessageDoNotRunTogether();
    void malformedInputIsFalse();
    void smallOrderKeyIsRefused_data();
    void smallOrderKeyIsRefused();
    void seedRestoresTheKey();
    void seedOfAnotherSizeIsRefused();
};

void KeysTest::secretMovesAndLeavesNothingBehind() {
    SecretBytes first = SecretBytes::random(32);
    const QByteArray content = first.view().toByteArray();
    SecretBytes second = std::move(first);
    QVERIFY(second.view() == content);
    SecretBytes third;
    third = std::move(second);
    QVERIFY(third.view() == content);
    QVERIFY(second.isEmpty()); // what a moved-from secret holds is the point
}

void KeysTest::secretClonesAndCopies() {
    const SecretBytes secret = SecretBytes::copyOf(QByteArray("correct horse"));
    const SecretBytes clone = secret.clone();
    QVERIFY(clone.view() == secret.view());
    QVERIFY(clone.data() != secret.data());
    QVERIFY(SecretBytes::random(32).view() != SecretBytes::random(32).view());
}

void KeysTest::emptySecretIsHarmless() {
    QVERIFY(SecretBytes().isEmpty());
    QVERIFY(SecretBytes(0).isEmpty());
    QVERIFY(SecretBytes::copyOf({}).clone().isEmpty());
}

void KeysTest::wipeEmptiesAndLeavesSharersAlone() {
    QByteArray bytes("password");
    const QByteArray sharer = bytes;
    base::wipe(bytes);
    QVERIFY(bytes.isEmpty());
    QCOMPARE(sharer, QByteArray("password")); // not written through: somebody else still needs it
    base::wipe(bytes);
    QVERIFY(bytes.isEmpty());
}

void KeysTest::signatureVerifies() {
    const SigningKey key = SigningKey::generate();
    const QByteArray signature = key.sign("test", "message");
    QCOMPARE(signature.size(), SigningKey::signatureSize);
    QVERIFY(verifySignature(key.publicKey(), "test", "message", signature));
}

void KeysTest::signatureIsBoundToEverything_data() {
    QTest::addColumn<QByteArray>("label");
    QTest::addColumn<QByteArray>("message");
    QTest::addColumn<int>("flippedBit");
    QTest::newRow("other label") << QByteArray("other") << QByteArray("message") << -1;
    QTest::newRow("no label") << QByteArray() << QByteArray("message") << -1;
    QTest::newRow("other message") << QByteArray("test") << QByteArray("massage") << -1;
    QTest::newRow("empty message") << QByteArray("test") << QByteArray() << -1;
    QTest::newRow("first bit") << QByteArray("test") << QByteArray("message") << 0;
    QTest::newRow("last bit") << QByteArray("test") << QByteArray("message") << 511;
}

void KeysTest::signatureIsBoundToEverything() {
    QFETCH(const QByteArray, label);
    QFETCH(const QByteArray, message);
    QFETCH(const int, flippedBit);
    const SigningKey key = SigningKey::generate();
    QByteArray signature = key.sign("test", "message");
    if (flippedBit >= 0)
        signature[flippedBit / 8] = char(signature[flippedBit / 8] ^ (1 << (flippedBit % 8)));
    QVERIFY(!verifySignature(key.publicKey(), label, message, signature));
    QVERIFY(
        !verifySignature(SigningKey::generate().publicKey(), "test", "message", key.sign("test", "message")));
}

void KeysTest::labelAndMessageDoNotRunTogether() {
    const SigningKey key = SigningKey::generate();
    QVERIFY(!verifySignature(key.publicKey(), "lab", "elmessage", key.sign("label", "message")));
}

void KeysTest::malformedInputIsFalse() {
    const SigningKey key = SigningKey::generate();
    const QByteArray signature = key.sign("test", "message");
    QVERIFY(!verifySignature(key.publicKey().chopped(1), "test", "message", signature));
    QVERIFY(!verifySignature({}, "test", "message", signature));
    QVERIFY(!verifySignature(key.publicKey(), "test", "message", signature.chopped(1)));
    QVERIFY(!verifySignature(key.publicKey(), "test", "message", {}));
}

void KeysTest::smallOrderKeyIsRefused_data() {
    QTest::addColumn<QByteArray>("point");
    // The points of order 1, 2, 4 and 8 of edwards25519, in canonical encoding.
    QTest::newRow("order 1") << QByteArray::fromHex("01") + QByteArray(31, '\0');
    QTest::newRow("order 2") << QByteArray::fromHex("ec") + QByteArray(30, '\xff') +
                                    QByteArray::fromHex("7f");
    QTest::newRow("order 4") << QByteArray(32, '\0');
    QTest::newRow("order 8") << QByteArray::fromHex(
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05");
}

void KeysTest::smallOrderKeyIsRefused() {
    QFETCH(const QByteArray, point);
    QCOMPARE(point.size(), 32);
    // R = identity, S = 0 satisfies the bare equation for any message when the key has order 1.
    const QByteArray forged = QByteArray(1, '\x01') + QByteArray(63, '\0');
    QVERIFY(!verifySignature(point, "test", "message", forged));
}

void KeysTest::seedRestoresTheKey() {
    const SigningKey key = SigningKey::generate();
    const auto restored = SigningKey::fromSeed(key.seed().view());
    QVERIFY(restored.ok());
    QCOMPARE(restored->publicKey(), key.publicKey());
    QCOMPARE(restored->sign("test", "message"), key.sign("test", "message"));
}

void KeysTest::seedOfAnotherSizeIsRefused() {
    for (const int size : {0, 31, 33, 64})
        QCOMPARE(SigningKey::fromSeed(QByteArray(size, 'x')).error().reason, base::Reason::CryptoFailed);
}

} // namespace recado::tests

RECADO_TEST(recado::tests::KeysTest)
#include "KeysTest.moc"
