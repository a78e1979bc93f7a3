#include "crypto/SessionCipher.h"

#include "support/MemoryCryptoStores.h"
#include "support/Suite.h"

#include <QTest>

namespace recado::tests {

using crypto::DecryptOutcome;
using crypto::MessageKind;

/// What SessionCipher promises when nobody interferes, and when a store fails.
class SessionCipherTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void aFirstMessageOpensASessionAndTheAnswerAcknowledgesIt();
    void aMessageOfEverySizeArrivesUnchanged();
    void withoutASessionNothingIsSealedOrOpened();
    void messagesArriveInAnyOrder();
    void theFirstMessageUsesUpItsOneTimePreKey();
    void aBundleWithoutOneTimePreKeyWorks();
    void firstContactTrustsTheIdentityOnBothSides();
    void sessionsWithTwoDevicesOfOneAccountAreIndependent();
    void aResetSessionStopsSendingButStillReads();
    void resettingWithoutASessionIsNoError();
    void aBundleThatIsNotValidStartsNothing_data();
    void aBundleThatIsNotValidStartsNothing();
    void everyFailingStoreCallIsReportedAndLeavesNothingAfterRollback();
    void aDamagedSessionRecordIsAStorageFailure();
};

void SessionCipherTest::aFirstMessageOpensASessionAndTheAnswerAcknowledgesIt() {
    CryptoDevice alice;
    CryptoDevice bob;
    QVERIFY(!*alice.cipher->hasSession(bob.address));
    QVERIFY(alice.cipher->startSession(bob.address, bob.bundle()).ok());
    QVERIFY(*alice.cipher->hasSession(bob.address));

    for (int i = 0; i < 2; ++i) {
        const auto sealed = alice.cipher->encrypt(bob.address, "hello");
        QVERIFY(sealed.ok());
        QCOMPARE(sealed->kind, MessageKind::PreKey);
        const auto opened = bob.receive(alice, *sealed);
        QCOMPARE(opened.outcome, DecryptOutcome::Decrypted);
        QCOMPARE(opened.plaintext, QByteArray("hello"));
        QCOMPARE(opened.sessionEstablished, i == 0);
        QCOMPARE(opened.consumedPreKey.has_value(), i == 0);
    }
    const auto answer = bob.cipher->encrypt(alice.address, "hi");
    QCOMPARE(answer->kind, MessageKind::Normal);
    QCOMPARE(alice.receive(bob, *answer).plaintext, QByteArray("hi"));
    QCOMPARE(alice.cipher->encrypt(bob.address, "again")->kind, MessageKind::Normal);
}

void SessionCipherTest::aMessageOfEverySizeArrivesUnchanged() {
    CryptoDevice alice;
    CryptoDevice bob;
    QVERIFY(alice.cipher->startSession(bob.address, bob.bundle()).ok());
    for (const int size : {0, 1, 15, 16, 17, 255, 4096, 65'536, 200'000}) {
        QByteArray plaintext(size, Qt::Uninitialized);
        if (size > 0)
            base::fillRandom(plaintext.data(), std::size_t(size));
        const auto opened = bob.receive(alice, *alice.cipher->encrypt(bob.address, plaintext));
        QCOMPARE(opened.outcome, DecryptOutcome::Decrypted);
        QCOMPARE(opened.plaintext, plaintext);
    }
}

void SessionCipherTest::withoutASessionNothingIsSealedOrOpened() {
    CryptoDevice alice;
    CryptoDevice bob;
    QCOMPARE(alice.cipher->encrypt(bob.address, "x").error().reason, base::Reason::NoSession);

    QVERIFY(alice.cipher->startSession(bob.address, bob.bundle()).ok());
    QCOMPARE(bob.receive(alice, *alice.cipher->encrypt(bob.address, "1")).outcome, DecryptOutcome::Decrypted);
    const auto normal = *bob.cipher->encrypt(alice.address, "2");
    CryptoDevice stranger;
    QCOMPARE(stranger.receive(bob, normal).outcome, DecryptOutcome::NoSession);
    QCOMPARE(stranger.stores.writes, 0);
}

void SessionCipherTest::messagesArriveInAnyOrder() {
    CryptoDevice alice;
    CryptoDevice bob;
    QVERIFY(alice.cipher->startSession(bob.address, bob.bundle()).ok());
    std::vector<crypto::SealedMessage> messages;
    for (int i = 0; i < 20; ++i)
        messages.push_back(*alice.cipher->encrypt(bob.address, QByteArray::number(i)));
    for (int i = 19; i >= 0; --i)
        QCOMPARE(bob.receive(alice, messages[std::size_t(i)]).plaintext, QByteArray::number(i));
}

void SessionCipherTest::theFirstMessageUsesUpItsOneTimePreKey() {
    CryptoDevice alice;
    CryptoDevice bob;
    const auto bundle = bob.bundle();
    QVERIFY(alice.cipher->startSession(bob.address, bundle).ok());
    const auto opened = bob.receive(alice, *alice.cipher->encrypt(bob.address, "1"));
    QCOMPARE(opened.consumedPreKey, std::optional(bundle.oneTime->id));
    QVERIFY(!bob.stores.tables.preKeys.contains(bundle.oneTime->id));

    CryptoDevice late;
    QVERIFY(late.cipher->startSession(bob.address, bundle).ok());
    const auto refused = bob.receive(late, *late.cipher->encrypt(bob.address, "2"));
    QCOMPARE(refused.outcome, DecryptOutcome::UnknownPreKey);
}

void SessionCipherTest::aBundleWithoutOneTimePreKeyWorks() {
    CryptoDevice alice;
    CryptoDevice bob;
    QVERIFY(alice.cipher->startSession(bob.address, bob.bundle(false)).ok());
    const auto opened = bob.receive(alice, *alice.cipher->encrypt(bob.address, "1"));
    QCOMPARE(opened.outcome, DecryptOutcome::Decrypted);
    QVERIFY(!opened.consumedPreKey.has_value());
    QCOMPARE(bob.stores.tables.seenBaseKeys.size(), std::size_t(1));
}

void SessionCipherTest::firstContactTrustsTheIdentityOnBothSides() {
    CryptoDevice alice;
    CryptoDevice bob;
    QVERIFY(alice.cipher->startSession(bob.address, bob.bundle()).ok());
    QCOMPARE(alice.stores.tables.identities.at(bob.address.account), bob.identityKeys.publicKey);
    QCOMPARE(bob.receive(alice, *alice.cipher->encrypt(bob.address, "1")).outcome, DecryptOutcome::Decrypted);
    QCOMPARE(bob.stores.tables.identities.at(alice.address.account), alice.identityKeys.publicKey);
}

void SessionCipherTest::sessionsWithTwoDevicesOfOneAccountAreIndependent() {
    CryptoDevice alice;
    CryptoDevice desk;
    CryptoDevice phone(desk.address.account, desk.identityKeys.clone(), 2);
    QVERIFY(alice.cipher->startSession(desk.address, desk.bundle()).ok());
    QVERIFY(alice.cipher->startSession(phone.address, phone.bundle()).ok());
    const auto forDesk = *alice.cipher->encrypt(desk.address, "desk");
    const auto forPhone = *alice.cipher->encrypt(phone.address, "phone");
    QVERIFY(phone.receive(alice, forDesk).outcome != DecryptOutcome::Decrypted);
    QCOMPARE(phone.receive(alice, forPhone).plaintext, QByteArray("phone"));
    QCOMPARE(desk.receive(alice, forDesk).plaintext, QByteArray("desk"));
}

void SessionCipherTest::aResetSessionStopsSendingButStillReads() {
    CryptoDevice alice;
    CryptoDevice bob;
    QVERIFY(alice.cipher->startSession(bob.address, bob.bundle()).ok());
    QCOMPARE(bob.receive(alice, *alice.cipher->encrypt(bob.address, "1")).outcome, DecryptOutcome::Decrypted);
    const auto underWay = *bob.cipher->encrypt(alice.address, "under way");

    QVERIFY(alice.cipher->resetSession(bob.address).ok());
    QVERIFY(!*alice.cipher->hasSession(bob.address));
    QCOMPARE(alice.cipher->encrypt(bob.address, "2").error().reason, base::Reason::NoSession);
    QVERIFY(alice.cipher->startSession(bob.address, bob.bundle()).ok());
    QCOMPARE(alice.receive(bob, underWay).plaintext, QByteArray("under way"));
    const auto opened = bob.receive(alice, *alice.cipher->encrypt(bob.address, "3"));
    QCOMPARE(opened.plaintext, QByteArray("3"));
}

void SessionCipherTest::resettingWithoutASessionIsNoError() {
    CryptoDevice alice;
    QVERIFY(alice.cipher->resetSession(CryptoDevice().address).ok());
    QCOMPARE(alice.stores.writes, 0);
}

void SessionCipherTest::aBundleThatIsNotValidStartsNothing_data() {
    QTest::addColumn<int>("damage");
    const char* names[] = {"signature flipped",   "signature short",  "signature missing",
                           "other signed prekey", "other identity",   "signed id zero",
                           "signed id 2^24",      "one-time id zero", "one-time key short"};
    for (int i = 0; i < int(std::size(names)); ++i)
        QTest::newRow(names[i]) << i;
}

void SessionCipherTest::aBundleThatIsNotValidStartsNothing() {
    QFETCH(int, damage);
    CryptoDevice alice;
    CryptoDevice bob;
    CryptoDevice other;
    auto bundle = bob.bundle();
    QVERIFY(crypto::isValidBundle(bundle));
    switch (damage) {
    case 0:
        bundle.signedPreKeySignature[10] = char(bundle.signedPreKeySignature[10] ^ 1);
        break;
    case 1:
        bundle.signedPreKeySignature.chop(1);
        break;
    case 2:
        bundle.signedPreKeySignature.clear();
        break;
    case 3:
        bundle.signedPreKey = other.bundle().signedPreKey;
        break;
    case 4:
        bundle.identityKey = other.identityKeys.publicKey;
        break;
    case 5:
        bundle.signedPreKeyId = 0;
        break;
    case 6:
        bundle.signedPreKeyId = 0x1000000;
        break;
    case 7:
        bundle.oneTime->id = 0;
        break;
    default:
        bundle.oneTime->publicKey.chop(1);
    }
    QVERIFY(!crypto::isValidBundle(bundle));
    QCOMPARE(alice.cipher->startSession(bob.address, bundle).error().reason, base::Reason::CryptoFailed);
    QCOMPARE(alice.stores.writes, 0);
}

void SessionCipherTest::everyFailingStoreCallIsReportedAndLeavesNothingAfterRollback() {
    CryptoDevice alice;
    CryptoDevice bob;
    QVERIFY(alice.cipher->startSession(bob.address, bob.bundle(false)).ok());
    const auto withoutOneTime = *alice.cipher->encrypt(bob.address, "without");
    CryptoDevice carol;
    QVERIFY(carol.cipher->startSession(bob.address, bob.bundle()).ok());
    const auto withOneTime = *carol.cipher->encrypt(bob.address, "with");

    const auto failEachCall = [&](const CryptoDevice& sender, const crypto::SealedMessage& message,
                                  const QByteArray& plaintext) {
        const CryptoTables before = bob.stores.tables;
        int failing = 0;
        for (;; ++failing) {
            bob.stores.callsUntilFailure = failing;
            const auto result = bob.receive(sender, message);
            if (bob.stores.callsUntilFailure >= 0) // the armed call was never reached
                return failing >= 5 && result.plaintext == plaintext;
            if (result.outcome != DecryptOutcome::StorageFailed || !result.storageError.has_value() ||
                bob.stores.tables != before)
                return false;
        }
    };
    QVERIFY(failEachCall(alice, withoutOneTime, "without"));
    QVERIFY(failEachCall(carol, withOneTime, "with"));
    bob.stores.callsUntilFailure = -1;

    for (int failing = 0;; ++failing) {
        const CryptoTables savepoint = alice.stores.tables;
        alice.stores.callsUntilFailure = failing;
        const auto sealed = alice.cipher->encrypt(bob.address, "x");
        if (alice.stores.callsUntilFailure >= 0) {
            QVERIFY(failing >= 3);
            QVERIFY(sealed.ok());
            break;
        }
        QCOMPARE(sealed.error().reason, base::Reason::StorageFailed);
        QVERIFY(alice.stores.tables == savepoint);
    }
}

void SessionCipherTest::aDamagedSessionRecordIsAStorageFailure() {
    CryptoDevice alice;
    CryptoDevice bob;
    QVERIFY(alice.cipher->startSession(bob.address, bob.bundle()).ok());
    const auto sealed = *alice.cipher->encrypt(bob.address, "1");
    bob.stores.tables.sessions[alice.address] = "not a record";
    bob.stores.tables.identities[alice.address.account] = alice.identityKeys.publicKey;
    const auto result = bob.receive(alice, sealed);
    QCOMPARE(result.outcome, DecryptOutcome::StorageFailed);
    QCOMPARE(result.storageError->reason, base::Reason::StorageCorrupt);
    QCOMPARE(bob.cipher->encrypt(alice.address, "x").error().reason, base::Reason::StorageCorrupt);
}

} // namespace recado::tests

RECADO_TEST(recado::tests::SessionCipherTest)
#include "SessionCipherTest.moc"
