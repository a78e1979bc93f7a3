#include "crypto/Keys.h"

#include "core/crypto/SmallOrderPoints.h"
#include "crypto/PreKeys.h"
#include "crypto/SafetyNumber.h"
#include "support/MemoryCryptoStores.h"
#include "support/Suite.h"

#include <QRegularExpression>
#include <QSet>
#include <QTest>

namespace recado::tests {

/// Key generation, what counts as a public key, labelled signatures, prekeys and safety numbers.
class KeysTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void generatedIdentitiesAreAcceptableAndDiffer();
    void registrationIdsStayInTheRangeOfTheLibrary();
    void malformedPublicKeysAreRefused_data();
    void malformedPublicKeysAreRefused();
    void smallOrderPointsAreRefusedInEveryEncoding();
    void aSecondEncodingOfAGoodKeyIsRefused();
    void signaturesHoldForTheirLabelAndMessageOnly();
    void malformedSignaturesAreRefused();
    void anIdentityWithoutPrivateKeyCannotSign();
    void preKeyIdsWrapAndAreNeverZero();
    void preKeysAreDistinctAndAcceptable();
    void badPreKeyRequestsAreRefused();
    void bundlesWithSmallOrderKeysAreRefused();
    void safetyNumbersAgreeAndDependOnEveryInput();
    void safetyNumbersRefuseSmallOrderKeys();
};

void KeysTest::generatedIdentitiesAreAcceptableAndDiffer() {
    QSet<QByteArray> seen;
    for (int i = 0; i < 20; ++i) {
        const auto identity = crypto::generateIdentity();
        QVERIFY(identity.ok());
        QVERIFY(crypto::isAcceptablePublicKey(identity->publicKey));
        QCOMPARE(identity->privateKey.size(), std::size_t(crypto::privateKeySize));
        QCOMPARE(identity->clone().privateKey.view(), identity->privateKey.view());
        seen.insert(identity->publicKey);
    }
    QCOMPARE(seen.size(), 20);
}

void KeysTest::registrationIdsStayInTheRangeOfTheLibrary() {
    QSet<std::uint32_t> seen;
    for (int i = 0; i < 200; ++i) {
        const std::uint32_t id = *crypto::generateRegistrationId();
        QVERIFY(id >= 1 && id <= 16380);
        seen.insert(id);
    }
    QVERIFY(seen.size() > 100);
}

void KeysTest::malformedPublicKeysAreRefused_data() {
    QTest::addColumn<QByteArray>("key");
    const QByteArray good = crypto::generateIdentity()->publicKey;
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("without type") << good.sliced(1);
    QTest::newRow("short") << good.chopped(1);
    QTest::newRow("long") << good + '\0';
    QTest::newRow("type 4") << '\x04' + good.sliced(1);
    QTest::newRow("type 0") << '\0' + good.sliced(1);
}

void KeysTest::malformedPublicKeysAreRefused() {
    QFETCH(QByteArray, key);
    QVERIFY(!crypto::isAcceptablePublicKey(key));
}

void KeysTest::smallOrderPointsAreRefusedInEveryEncoding() {
    for (const QByteArray& point : smallOrderEncodings()) {
        QVERIFY2(!crypto::isAcceptableCurvePoint(point), point.toHex().constData());
        QVERIFY2(!crypto::isAcceptablePublicKey('\x05' + point), point.toHex().constData());
    }
    QByteArray basePoint(32, '\0');
    basePoint[0] = 9;
    QVERIFY(crypto::isAcceptableCurvePoint(basePoint));
}

void KeysTest::aSecondEncodingOfAGoodKeyIsRefused() {
    QByteArray key = crypto::generateIdentity()->publicKey;
    key[32] = char(key[32] | 0x80);
    QVERIFY(!crypto::isAcceptablePublicKey(key));
    // 9 + p is the base point once more.
    QVERIFY(!crypto::isAcceptableCurvePoint(
        QByteArray::fromHex("f6ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")));
}

void KeysTest::signaturesHoldForTheirLabelAndMessageOnly() {
    const auto identity = *crypto::generateIdentity();
    const auto other = *crypto::generateIdentity();
    const QByteArray list("devices 1 and 2");
    const auto signature = *crypto::sign(identity, crypto::label::deviceList, list);
    QCOMPARE(signature.size(), crypto::identitySignatureSize);
    QVERIFY(crypto::verify(identity.publicKey, crypto::label::deviceList, list, signature));
    QVERIFY(!crypto::verify(identity.publicKey, crypto::label::headerKey, list, signature));
    QVERIFY(!crypto::verify(identity.publicKey, crypto::label::deviceList, "devices 1 and 3", signature));
    QVERIFY(!crypto::verify(identity.publicKey, "", list, signature));
    QVERIFY(!crypto::verify(other.publicKey, crypto::label::deviceList, list, signature));
    // Moving bytes between label and message does not help.
    QVERIFY(!crypto::verify(identity.publicKey, "recado device list", " v1" + list, signature));
}

void KeysTest::malformedSignaturesAreRefused() {
    const auto identity = *crypto::generateIdentity();
    const auto signature = *crypto::sign(identity, "label", "message");
    for (int bit = 0; bit < int(signature.size()) * 8; ++bit) {
        QByteArray flipped = signature;
        flipped[bit / 8] = char(flipped[bit / 8] ^ (1 << bit % 8));
        QVERIFY2(!crypto::verify(identity.publicKey, "label", "message", flipped),
                 qPrintable(QString::number(bit)));
    }
    QVERIFY(!crypto::verify(identity.publicKey, "label", "message", signature.chopped(1)));
    QVERIFY(!crypto::verify(identity.publicKey, "label", "message", {}));
    for (const QByteArray& point : smallOrderEncodings())
        QVERIFY(!crypto::verify('\x05' + point, "label", "message", signature));
}

void KeysTest::anIdentityWithoutPrivateKeyCannotSign() {
    crypto::IdentityKeyPair identity;
    identity.publicKey = crypto::generateIdentity()->publicKey;
    QCOMPARE(crypto::sign(identity, "label", "message").error().reason, base::Reason::CryptoFailed);
    QCOMPARE(crypto::PreKeyGenerator::signedPreKey(identity, 1, 0).error().reason,
             base::Reason::CryptoFailed);
}

void KeysTest::preKeyIdsWrapAndAreNeverZero() {
    using crypto::PreKeyGenerator;
    QCOMPARE(PreKeyGenerator::nextId(1), 2u);
    QCOMPARE(PreKeyGenerator::nextId(crypto::maximumPreKeyId), 1u);
    QCOMPARE(PreKeyGenerator::nextId(0xFFFFFFFF), 1u);
    const auto keys = *PreKeyGenerator::oneTimePreKeys(crypto::maximumPreKeyId - 1, 4);
    QCOMPARE(keys.size(), std::size_t(4));
    QCOMPARE(keys[1].id, crypto::maximumPreKeyId);
    QCOMPARE(keys[2].id, 1u);
    QCOMPARE(keys[3].id, 2u);
}

void KeysTest::preKeysAreDistinctAndAcceptable() {
    const auto keys = *crypto::PreKeyGenerator::oneTimePreKeys(1, 100);
    QSet<QByteArray> seen;
    for (const auto& key : keys) {
        QVERIFY(crypto::isAcceptablePublicKey(key.publicKey));
        QVERIFY(!key.record.isEmpty());
        seen.insert(key.publicKey);
    }
    QCOMPARE(seen.size(), 100);
}

void KeysTest::badPreKeyRequestsAreRefused() {
    using crypto::PreKeyGenerator;
    const auto identity = *crypto::generateIdentity();
    QCOMPARE(PreKeyGenerator::oneTimePreKeys(0, 1).error().reason, base::Reason::InvalidArgument);
    QCOMPARE(PreKeyGenerator::oneTimePreKeys(0xFFFFFF, 1).error().reason, base::Reason::InvalidArgument);
    QCOMPARE(PreKeyGenerator::oneTimePreKeys(1, 0).error().reason, base::Reason::InvalidArgument);
    QCOMPARE(PreKeyGenerator::oneTimePreKeys(1, 1001).error().reason, base::Reason::InvalidArgument);
    QCOMPARE(PreKeyGenerator::signedPreKey(identity, 0, 0).error().reason, base::Reason::InvalidArgument);
    QCOMPARE(PreKeyGenerator::signedPreKey(identity, 1, -1).error().reason, base::Reason::InvalidArgument);
}

void KeysTest::bundlesWithSmallOrderKeysAreRefused() {
    CryptoDevice alice;
    CryptoDevice bob;
    const auto good = bob.bundle();
    QVERIFY(crypto::isValidBundle(good));
    for (const QByteArray& point : smallOrderEncodings()) {
        // The one-time prekey is under no signature: here the refusal can only come from the point itself.
        auto oneTime = good;
        oneTime.oneTime->publicKey = '\x05' + point;
        auto signedKey = good;
        signedKey.signedPreKey = '\x05' + point;
        auto identity = good;
        identity.identityKey = '\x05' + point;
        for (const auto& bundle : {oneTime, signedKey, identity}) {
            QVERIFY2(!crypto::isValidBundle(bundle), point.toHex().constData());
            QCOMPARE(alice.cipher->startSession(bob.address, bundle).error().reason,
                     base::Reason::CryptoFailed);
        }
    }
    QCOMPARE(alice.stores.writes, 0);
    QVERIFY(alice.cipher->startSession(bob.address, good).ok());
}

void KeysTest::safetyNumbersAgreeAndDependOnEveryInput() {
    const auto alice = base::AccountId::random();
    const auto bob = base::AccountId::random();
    const QByteArray aliceKey = crypto::generateIdentity()->publicKey;
    const QByteArray bobKey = crypto::generateIdentity()->publicKey;
    const QString number = *crypto::safetyNumber(alice, aliceKey, bob, bobKey);
    static const QRegularExpression digits(QStringLiteral("^[0-9]{60}$"));
    QVERIFY2(digits.match(number).hasMatch(), qPrintable(number));
    QCOMPARE(*crypto::safetyNumber(bob, bobKey, alice, aliceKey), number);
    const QByteArray otherKey = crypto::generateIdentity()->publicKey;
    QVERIFY(*crypto::safetyNumber(alice, otherKey, bob, bobKey) != number);
    QVERIFY(*crypto::safetyNumber(alice, aliceKey, bob, otherKey) != number);
    QVERIFY(*crypto::safetyNumber(base::AccountId::random(), aliceKey, bob, bobKey) != number);
    QVERIFY(*crypto::safetyNumber(alice, aliceKey, base::AccountId::random(), bobKey) != number);
    // The same for everyone, for ever: people have compared and noted these digits. Computed apart from our
    // code, after Signal's description of numeric fingerprints.
    const auto fixed = [](char fill) { return *base::AccountId::fromBytes(QByteArray(16, fill)); };
    QCOMPARE(*crypto::safetyNumber(fixed('\x01'), '\x05' + QByteArray(32, '\x11'), fixed('\x02'),
                                   '\x05' + QByteArray(32, '\x22')),
             QStringLiteral("572660724154778982342889440015621632530067251590274467783287"));
}

void KeysTest::safetyNumbersRefuseSmallOrderKeys() {
    const auto account = base::AccountId::random();
    const QByteArray key = crypto::generateIdentity()->publicKey;
    for (const QByteArray& point : smallOrderEncodings()) {
        QVERIFY(!crypto::safetyNumber(account, key, account, '\x05' + point).ok());
        QVERIFY(!crypto::safetyNumber(account, '\x05' + point, account, key).ok());
    }
}

} // namespace recado::tests

RECADO_TEST(recado::tests::KeysTest)
#include "KeysTest.moc"
