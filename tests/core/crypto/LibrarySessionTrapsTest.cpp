#include "crypto/CryptoProvider.h"
#include "crypto/IncomingMessage.h"
#include "crypto/SessionCipher.h"
#include "crypto/StoreBridge.h"
#include "support/MemoryCryptoStores.h"
#include "support/Suite.h"

#include <QElapsedTimer>
#include <QTest>

#include <session_cipher.h>

#include <thread>

namespace recado::tests {

using crypto::DecryptOutcome;
using crypto::MessageKind;
using crypto::SessionCipher;

/// The known traps of libsignal-protocol-c that direct messages can step on, one test each.
class LibrarySessionTrapsTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void aSenderRolledBackAfterSendingIsSeenAsDuplicate();
    void aRollbackBeforeTheCiphertextLeavesIsHarmless();
    void duplicateIsDecidedBeforeTheMac();
    void aFailedDecryptWritesNothingAtAll();
    void aFlushThatFailsHalfWayIsUndoneByTheSavepoint();
    void aGapAtTheCapIsReadAndKeepsTheRecordSmall();
    void aGapAboveTheCapIsRefusedAndAFreshSessionHeals();
    void aHostilePeerCannotGrowTheRecord();
    void manyFreshSessionsCannotGrowTheRecord();
    void aForgedMessageCostsNoMoreBesideManyArchivedSessions();
    void aForgedMessageAtTheEndOfAChainTriesNoMoreThanItsShare();
    void twoCiphersOnTwoThreadsDoNotDisturbEachOther();
    void theLibraryRefusesCallsFromItsCallback();
    void aStoreThatCallsBackIntoTheCipherIsRefused_data();
    void aStoreThatCallsBackIntoTheCipherIsRefused();
    void anOldSignedPreKeyStillWorksAfterRotation();
    void aReplayedPreKeyMessageIsRefusedAfterFiftySessions();
    void aReplayedPreKeyMessageWithOneTimePreKeyIsRefusedAfterFiftySessions();
    void encryptRefusesAnIdentityThatIsNoLongerTrusted();
    void ordinaryDecryptRefusesAnIdentityThatIsNoLongerTrusted();
    void aPreKeyMessageUnderAnotherIdentityIsHeldAndReadableAfterTheDecision();
    void aDamagedMessageUnderAnotherIdentityIsNoIdentityChange();
    void aBundleUnderAnotherIdentityIsRefused();
    void acceptingANewIdentityDropsTheStatesOfTheOld();
    void anArchivedSessionOfAnUntrustedIdentityReadsNothing();
    void aFurtherFirstMessageOfAnUntrustedIdentityIsRefused();
    void eachUseAsksForTheTrustedIdentityAnew();
};

namespace {

using SignalPointerToMessage = crypto::SignalPointer<ciphertext_message>;

/// Two devices with a session acknowledged in both directions.
struct ConnectedPair {
    CryptoDevice alice;
    CryptoDevice bob;

    ConnectedPair() {
        if (!alice.cipher->startSession(bob.address, bob.bundle()).ok())
            qFatal("no session");
        exchange(alice, bob);
        exchange(bob, alice);
    }
    static void exchange(CryptoDevice& from, CryptoDevice& to) {
        const auto sealed = from.cipher->encrypt(to.address, "exchange");
        if (to.receive(from, *sealed).outcome != DecryptOutcome::Decrypted)
            qFatal("an undisturbed message did not arrive");
    }
    [[nodiscard]] qsizetype bobsRecordSize() const {
        return bob.stores.tables.sessions.at(alice.address).size();
    }
};

/// Flips a bit of what the inner MAC covers (behind that MAC stand at most five bytes of outer fields).
void damage(crypto::SealedMessage& message) {
    char& byte = message.bytes[message.bytes.size() - 16];
    byte = char(byte ^ 1);
}

void sealAndLose(CryptoDevice& from, const CryptoDevice& to, int count) {
    for (int i = 0; i < count; ++i) {
        if (!from.cipher->encrypt(to.address, "lost").ok())
            qFatal("sealing failed");
    }
}

/// As many sessions behind the current one as a record keeps.
void archiveSessions(ConnectedPair& pair) {
    for (int i = 0; i < SessionCipher::maximumArchivedStates; ++i) {
        if (!pair.alice.cipher->startSession(pair.bob.address, pair.bob.bundle()).ok())
            qFatal("no session");
        ConnectedPair::exchange(pair.alice, pair.bob);
    }
}

/// What Bob pays to refuse it, in keyed hashes: time would tell more about who else uses the machine.
std::uint64_t hashesToRefuse(ConnectedPair& pair, const crypto::SealedMessage& forged) {
    const std::uint64_t before = crypto::keyedHashCount();
    if (pair.bob.receive(pair.alice, forged).outcome != DecryptOutcome::InvalidMessage)
        qFatal("the forged message was not refused");
    return crypto::keyedHashCount() - before;
}

/// Calls every function of a cipher from inside a store that it is asking, and counts how it was answered.
struct Intruder {
    CryptoDevice& device;
    const base::DeviceAddress peer;
    const crypto::PreKeyBundle bundle;
    const crypto::SealedMessage message;
    int calls = 0;
    int refusals = 0;
    bool inside = false; // or, unrefused, it would call itself for ever

    void enter() {
        if (std::exchange(inside, true))
            return;
        ++calls;
        const bool refused = isRefusal(device.cipher->hasSession(peer)) &&
                             isRefusal(device.cipher->startSession(peer, bundle)) &&
                             isRefusal(device.cipher->encrypt(peer, "from inside")) &&
                             isRefusal(device.cipher->resetSession(peer)) &&
                             isRefusal(device.cipher->decrypt(peer, message.kind, message.bytes));
        refusals += refused ? 1 : 0;
        inside = false;
    }
    template <typename T>
    static bool isRefusal(const base::Result<T>& result) {
        return !result.ok() && result.error().reason == base::Reason::Internal;
    }
    static bool isRefusal(const crypto::DecryptResult& result) {
        return result.outcome == DecryptOutcome::StorageFailed && result.plaintext.isEmpty() &&
               result.storageError.has_value() && result.storageError->reason == base::Reason::Internal;
    }
};

} // namespace

// Trap 1
void LibrarySessionTrapsTest::aSenderRolledBackAfterSendingIsSeenAsDuplicate() {
    ConnectedPair pair;
    const CryptoTables backup = pair.alice.stores.tables;
    QCOMPARE(pair.bob.receive(pair.alice, *pair.alice.cipher->encrypt(pair.bob.address, "first")).outcome,
             DecryptOutcome::Decrypted);
    pair.alice.stores.tables = backup;
    const auto different = *pair.alice.cipher->encrypt(pair.bob.address, "a different text");
    const auto result = pair.bob.receive(pair.alice, different);
    QCOMPARE(result.outcome, DecryptOutcome::Duplicate);
    QVERIFY(result.plaintext.isEmpty());
}

void LibrarySessionTrapsTest::aRollbackBeforeTheCiphertextLeavesIsHarmless() {
    ConnectedPair pair;
    const CryptoTables savepoint = pair.alice.stores.tables;
    QVERIFY(pair.alice.cipher->encrypt(pair.bob.address, "never sent").ok());
    pair.alice.stores.tables = savepoint;
    const auto sealed = *pair.alice.cipher->encrypt(pair.bob.address, "sent");
    QCOMPARE(pair.bob.receive(pair.alice, sealed).plaintext, QByteArray("sent"));
}

// Trap 2
void LibrarySessionTrapsTest::duplicateIsDecidedBeforeTheMac() {
    ConnectedPair pair;
    auto sealed = *pair.alice.cipher->encrypt(pair.bob.address, "once");
    QCOMPARE(pair.bob.receive(pair.alice, sealed).outcome, DecryptOutcome::Decrypted);
    QCOMPARE(pair.bob.receive(pair.alice, sealed).outcome, DecryptOutcome::Duplicate);
    sealed.bytes.replace(sealed.bytes.size() - 8, 8, QByteArray(8, '\0'));
    const auto result = pair.bob.receive(pair.alice, sealed);
    // Hence the outcome proves nothing about the sender, and must never cause a receipt.
    QCOMPARE(result.outcome, DecryptOutcome::Duplicate);
    QVERIFY(result.plaintext.isEmpty());
}

// Trap 3
void LibrarySessionTrapsTest::aFailedDecryptWritesNothingAtAll() {
    CryptoDevice alice;
    CryptoDevice bob;
    QVERIFY(alice.cipher->startSession(bob.address, bob.bundle()).ok());
    auto sealed = *alice.cipher->encrypt(bob.address, "damaged on the way");
    damage(sealed);
    // libsignal alone would have saved the sender's identity here.
    const CryptoTables before = bob.stores.tables;
    QCOMPARE(bob.cipher->decrypt(alice.address, sealed.kind, sealed.bytes).outcome,
             DecryptOutcome::InvalidMessage);
    QVERIFY(bob.stores.tables == before);
    QCOMPARE(bob.stores.writes, 0);
}

void LibrarySessionTrapsTest::aFlushThatFailsHalfWayIsUndoneByTheSavepoint() {
    CryptoDevice alice;
    CryptoDevice bob;
    QVERIFY(alice.cipher->startSession(bob.address, bob.bundle()).ok());
    const auto sealed = *alice.cipher->encrypt(bob.address, "kept");
    const CryptoTables before = bob.stores.tables;
    bool brokeHalfWay = false;
    for (int call = 0; call < 12 && !brokeHalfWay; ++call) {
        bob.stores.callsUntilFailure = call;
        const auto outcome = bob.cipher->decrypt(alice.address, sealed.kind, sealed.bytes).outcome;
        brokeHalfWay = outcome == DecryptOutcome::StorageFailed && bob.stores.tables != before;
        if (outcome == DecryptOutcome::StorageFailed)
            bob.stores.tables = before;
    }
    QVERIFY(brokeHalfWay);
    bob.stores.callsUntilFailure = -1;
    QCOMPARE(bob.receive(alice, sealed).plaintext, QByteArray("kept"));
}

// Traps 4 and 5
void LibrarySessionTrapsTest::aGapAtTheCapIsReadAndKeepsTheRecordSmall() {
    ConnectedPair pair;
    const auto early = *pair.alice.cipher->encrypt(pair.bob.address, "early");
    sealAndLose(pair.alice, pair.bob, int(SessionCipher::maximumGap) - 1);
    const auto late = *pair.alice.cipher->encrypt(pair.bob.address, "late");
    QCOMPARE(pair.bob.receive(pair.alice, late).plaintext, QByteArray("late"));
    QVERIFY(pair.bobsRecordSize() <= SessionCipher::maximumRecordSize);
    QCOMPARE(pair.bob.receive(pair.alice, early).plaintext, QByteArray("early"));
}

void LibrarySessionTrapsTest::aGapAboveTheCapIsRefusedAndAFreshSessionHeals() {
    ConnectedPair pair;
    sealAndLose(pair.alice, pair.bob, int(SessionCipher::maximumGap) + 1);
    const auto late = *pair.alice.cipher->encrypt(pair.bob.address, "late");
    const CryptoTables before = pair.bob.stores.tables;
    const std::uint64_t hashesBefore = crypto::keyedHashCount();
    for (int i = 0; i < 100; ++i)
        QCOMPARE(pair.bob.receive(pair.alice, late).outcome, DecryptOutcome::GapTooLarge);
    // Not one of the skipped keys was derived for it.
    QCOMPARE(crypto::keyedHashCount(), hashesBefore);
    QVERIFY(pair.bob.stores.tables == before);

    // One round trip: the receiver opens a fresh session with its request, the answer comes in it.
    QVERIFY(pair.bob.cipher->startSession(pair.alice.address, pair.alice.bundle()).ok());
    ConnectedPair::exchange(pair.bob, pair.alice);
    const auto again = *pair.alice.cipher->encrypt(pair.bob.address, "late");
    QCOMPARE(pair.bob.receive(pair.alice, again).plaintext, QByteArray("late"));
}

void LibrarySessionTrapsTest::aHostilePeerCannotGrowTheRecord() {
    ConnectedPair pair;
    crypto::SealedMessage held;
    for (int turn = 0; turn < 7; ++turn) {
        sealAndLose(pair.alice, pair.bob, 649);
        held = *pair.alice.cipher->encrypt(pair.bob.address, "held back");
        ConnectedPair::exchange(pair.alice, pair.bob);
        QVERIFY2(pair.bobsRecordSize() <= SessionCipher::maximumRecordSize,
                 qPrintable(QString::number(pair.bobsRecordSize())));
        ConnectedPair::exchange(pair.bob, pair.alice); // a new ratchet key, hence a new chain to skip in
    }
    // What is given up are the oldest keys, not the newest.
    QCOMPARE(pair.bob.receive(pair.alice, held).plaintext, QByteArray("held back"));
    QElapsedTimer timer;
    timer.start();
    constexpr int rounds = 50;
    for (int i = 0; i < rounds; ++i)
        ConnectedPair::exchange(pair.alice, pair.bob);
    qInfo("%.2f ms for a message (sealed and opened) beside a full record",
          double(timer.nsecsElapsed()) / 1e6 / rounds);
    ConnectedPair::exchange(pair.bob, pair.alice);
}

void LibrarySessionTrapsTest::manyFreshSessionsCannotGrowTheRecord() {
    ConnectedPair pair;
    qsizetype largest = 0;
    for (int i = 0; i < 60; ++i) {
        QVERIFY(pair.alice.cipher->startSession(pair.bob.address, pair.bob.bundle()).ok());
        ConnectedPair::exchange(pair.alice, pair.bob);
        largest = std::max(largest, pair.bobsRecordSize());
    }
    QVERIFY2(largest < 16 * 1024, qPrintable(QString::number(largest)));
    ConnectedPair::exchange(pair.bob, pair.alice);
}

void LibrarySessionTrapsTest::aForgedMessageCostsNoMoreBesideManyArchivedSessions() {
    ConnectedPair foreign;
    sealAndLose(foreign.alice, foreign.bob, 690);
    const auto forged = *foreign.alice.cipher->encrypt(foreign.bob.address, "of another session");
    ConnectedPair fresh;
    ConnectedPair archived;
    archiveSessions(archived);
    const std::uint64_t alone = hashesToRefuse(fresh, forged);
    const std::uint64_t beside = hashesToRefuse(archived, forged);
    QVERIFY2(alone > 690, qPrintable(QString::number(alone))); // it has to derive that far to see the MAC
    QCOMPARE(beside, alone);
}

void LibrarySessionTrapsTest::aForgedMessageAtTheEndOfAChainTriesNoMoreThanItsShare() {
    // Where every archived session is tried, a message may skip few keys: all tries together cost no more
    // than one long one.
    ConnectedPair foreign;
    sealAndLose(foreign.alice, foreign.bob, 63);
    const auto shortSkip = *foreign.alice.cipher->encrypt(foreign.bob.address, "number 64 of its chain");
    sealAndLose(foreign.alice, foreign.bob, int(SessionCipher::maximumGap) - 65);
    const auto longSkip = *foreign.alice.cipher->encrypt(foreign.bob.address, "number 700");
    ConnectedPair archived;
    archiveSessions(archived);
    const std::uint64_t everywhere = hashesToRefuse(archived, shortSkip);
    ConnectedPair fresh;
    QVERIFY(everywhere > 10 * 63); // so it was tried in all of them
    QVERIFY2(everywhere < 5 * hashesToRefuse(fresh, longSkip) / 4, qPrintable(QString::number(everywhere)));
}

// Trap 6: the library's one lock is per context, and each cipher has its own.
void LibrarySessionTrapsTest::twoCiphersOnTwoThreadsDoNotDisturbEachOther() {
    const auto converse = [](bool& allArrived) {
        ConnectedPair pair;
        for (int i = 0; i < 100; ++i) {
            ConnectedPair::exchange(pair.alice, pair.bob);
            ConnectedPair::exchange(pair.bob, pair.alice);
        }
        allArrived = true;
    };
    bool first = false;
    bool second = false;
    std::thread one(converse, std::ref(first));
    std::thread two(converse, std::ref(second));
    one.join();
    two.join();
    QVERIFY(first && second);
}

// Trap 7
void LibrarySessionTrapsTest::theLibraryRefusesCallsFromItsCallback() {
    CryptoDevice alice;
    CryptoDevice bob;
    QVERIFY(alice.cipher->startSession(bob.address, bob.bundle()).ok());
    const auto sealed = *alice.cipher->encrypt(bob.address, "once");
    const auto context = *crypto::SignalContext::create();
    const auto bridge = *crypto::StoreBridge::create(context->get(), bob.stores, bob.stores);
    const auto incoming = *crypto::IncomingMessage::parse(MessageKind::PreKey, sealed.bytes, context->get());
    crypto::StagedCall staged;
    const crypto::StoreBridge::Scope scope(*bridge, staged);
    const signal_protocol_address name{"peer", 4, 1};
    crypto::Handle<session_cipher, session_cipher_free> cipher;
    QVERIFY(session_cipher_create(cipher.out(), bridge->get(), &name, context->get()) >= 0);
    struct Answers {
        const crypto::IncomingMessage& incoming;
        std::vector<int> statuses;
    } answers{incoming, {}};
    session_cipher_set_decryption_callback(cipher.get(), [](session_cipher* self, signal_buffer*,
                                                            void* user) {
        auto& seen = *static_cast<Answers*>(user);
        SignalPointerToMessage message;
        crypto::SignalBuffer plaintext;
        const std::uint8_t byte = 0;
        seen.statuses = {
            session_cipher_encrypt(self, &byte, 1, message.out()),
            session_cipher_decrypt_pre_key_signal_message(self, seen.incoming.preKeyMessage(), nullptr,
                                                          plaintext.out()),
            session_cipher_decrypt_signal_message(self, seen.incoming.message(), nullptr, plaintext.out())};
        return 0;
    });
    crypto::SignalBuffer plaintext;
    QVERIFY(session_cipher_decrypt_pre_key_signal_message(cipher.get(), incoming.preKeyMessage(), &answers,
                                                          plaintext.out()) >= 0);
    QCOMPARE(answers.statuses, std::vector<int>(3, SG_ERR_INVAL));
}

void LibrarySessionTrapsTest::aStoreThatCallsBackIntoTheCipherIsRefused_data() {
    QTest::addColumn<bool>("withOneTime");
    QTest::newRow("with one-time prekey") << true;
    QTest::newRow("without one-time prekey") << false;
}

void LibrarySessionTrapsTest::aStoreThatCallsBackIntoTheCipherIsRefused() {
    QFETCH(bool, withOneTime);
    CryptoDevice alice;
    CryptoDevice bob;
    CryptoDevice carol;
    QVERIFY(carol.cipher->startSession(bob.address, bob.bundle()).ok());
    Intruder atBob{bob, carol.address, carol.bundle(), *carol.cipher->encrypt(bob.address, "wait")};
    QVERIFY(carol.cipher->startSession(alice.address, alice.bundle()).ok());
    Intruder atAlice{alice, carol.address, carol.bundle(), *carol.cipher->encrypt(alice.address, "wait")};
    const auto bundle = bob.bundle(withOneTime);
    alice.stores.whileAsked = [&] { atAlice.enter(); };
    bob.stores.whileAsked = [&] { atBob.enter(); };

    // Each function, while its stores misbehave, does what it does without them.
    QVERIFY(alice.cipher->startSession(bob.address, bundle).ok());
    QVERIFY(*alice.cipher->hasSession(bob.address));
    QCOMPARE(bob.receive(alice, *alice.cipher->encrypt(bob.address, "one")).plaintext, QByteArray("one"));
    QCOMPARE(alice.receive(bob, *bob.cipher->encrypt(alice.address, "two")).plaintext, QByteArray("two"));
    QCOMPARE(bob.receive(alice, *alice.cipher->encrypt(bob.address, "three")).plaintext, QByteArray("three"));
    QVERIFY(alice.cipher->resetSession(bob.address).ok());
    QVERIFY(!*alice.cipher->hasSession(bob.address));
    for (const Intruder* intruder : {&atAlice, &atBob}) {
        QVERIFY(intruder->calls >= 8);
        QCOMPARE(intruder->refusals, intruder->calls);
    }

    // And afterwards the door is open again: what was refused from inside works from outside.
    alice.stores.whileAsked = {};
    bob.stores.whileAsked = {};
    QCOMPARE(bob.receive(carol, atBob.message).plaintext, QByteArray("wait"));
    QCOMPARE(alice.receive(carol, atAlice.message).plaintext, QByteArray("wait"));
}

// Trap 8
void LibrarySessionTrapsTest::anOldSignedPreKeyStillWorksAfterRotation() {
    CryptoDevice alice;
    CryptoDevice bob;
    const auto oldBundle = bob.bundle(false);
    bob.rotateSignedPreKey(2);
    bob.rotateSignedPreKey(3);
    QVERIFY(alice.cipher->startSession(bob.address, oldBundle).ok());
    const auto sealed = *alice.cipher->encrypt(bob.address, "to the old key");
    QCOMPARE(bob.receive(alice, sealed).plaintext, QByteArray("to the old key"));

    CryptoDevice carol;
    QVERIFY(carol.cipher->startSession(bob.address, oldBundle).ok());
    const auto tooLate = *carol.cipher->encrypt(bob.address, "after its expiry");
    bob.stores.tables.signedPreKeys.erase(oldBundle.signedPreKeyId);
    QCOMPARE(bob.receive(carol, tooLate).outcome, DecryptOutcome::UnknownPreKey);
}

void LibrarySessionTrapsTest::aReplayedPreKeyMessageIsRefusedAfterFiftySessions() {
    CryptoDevice alice;
    CryptoDevice bob;
    QVERIFY(alice.cipher->startSession(bob.address, bob.bundle(false)).ok());
    const auto replayed = *alice.cipher->encrypt(bob.address, "pay twice");
    QCOMPARE(bob.receive(alice, replayed).outcome, DecryptOutcome::Decrypted);
    QCOMPARE(bob.receive(alice, replayed).outcome, DecryptOutcome::Duplicate);
    for (int i = 0; i < 50; ++i) {
        QVERIFY(alice.cipher->startSession(bob.address, bob.bundle(false)).ok());
        ConnectedPair::exchange(alice, bob);
    }
    const CryptoTables before = bob.stores.tables;
    for (int i = 0; i < 1000; ++i) {
        const auto result = bob.receive(alice, replayed);
        QCOMPARE(result.outcome, DecryptOutcome::ReplayedPreKey);
        QVERIFY(result.plaintext.isEmpty());
    }
    QVERIFY(bob.stores.tables == before);
    ConnectedPair::exchange(alice, bob);
}

void LibrarySessionTrapsTest::aReplayedPreKeyMessageWithOneTimePreKeyIsRefusedAfterFiftySessions() {
    CryptoDevice alice;
    CryptoDevice bob;
    QVERIFY(alice.cipher->startSession(bob.address, bob.bundle()).ok());
    const auto replayed = *alice.cipher->encrypt(bob.address, "pay twice");
    QCOMPARE(bob.receive(alice, replayed).outcome, DecryptOutcome::Decrypted);
    for (int i = 0; i < 50; ++i) {
        QVERIFY(alice.cipher->startSession(bob.address, bob.bundle()).ok());
        ConnectedPair::exchange(alice, bob);
    }
    QCOMPARE(bob.receive(alice, replayed).outcome, DecryptOutcome::UnknownPreKey);
}

// Trap 10
void LibrarySessionTrapsTest::encryptRefusesAnIdentityThatIsNoLongerTrusted() {
    ConnectedPair pair;
    const auto newIdentity = *crypto::generateIdentity();
    pair.alice.stores.tables.identities[pair.bob.address.account] = newIdentity.publicKey;
    QVERIFY(!*pair.alice.cipher->hasSession(pair.bob.address));
    QCOMPARE(pair.alice.cipher->encrypt(pair.bob.address, "x").error().reason, base::Reason::IdentityChanged);
    pair.alice.stores.tables.identities.erase(pair.bob.address.account);
    QCOMPARE(pair.alice.cipher->encrypt(pair.bob.address, "x").error().reason, base::Reason::IdentityChanged);
}

void LibrarySessionTrapsTest::ordinaryDecryptRefusesAnIdentityThatIsNoLongerTrusted() {
    ConnectedPair pair;
    const auto sealed = *pair.bob.cipher->encrypt(pair.alice.address, "from the old identity");
    QCOMPARE(sealed.kind, MessageKind::Normal);
    const auto newIdentity = *crypto::generateIdentity();
    pair.alice.stores.tables.identities[pair.bob.address.account] = newIdentity.publicKey;
    const auto result = pair.alice.receive(pair.bob, sealed);
    QCOMPARE(result.outcome, DecryptOutcome::IdentityChanged);
    QCOMPARE(result.newIdentity, pair.bob.identityKeys.publicKey);
    QVERIFY(result.plaintext.isEmpty());
}

void LibrarySessionTrapsTest::aPreKeyMessageUnderAnotherIdentityIsHeldAndReadableAfterTheDecision() {
    ConnectedPair pair;
    CryptoDevice newBob(pair.bob.address.account, *crypto::generateIdentity(), 1);
    QVERIFY(newBob.cipher->startSession(pair.alice.address, pair.alice.bundle()).ok());
    const auto sealed = *newBob.cipher->encrypt(pair.alice.address, "it is me, on a new machine");
    const CryptoTables before = pair.alice.stores.tables;
    const auto held = pair.alice.cipher->decrypt(newBob.address, sealed.kind, sealed.bytes);
    QCOMPARE(held.outcome, DecryptOutcome::IdentityChanged);
    QCOMPARE(held.newIdentity, newBob.identityKeys.publicKey);
    QVERIFY(held.plaintext.isEmpty());
    QVERIFY(pair.alice.stores.tables == before);

    pair.alice.stores.tables.identities[newBob.address.account] = held.newIdentity;
    QCOMPARE(pair.alice.receive(newBob, sealed).plaintext, QByteArray("it is me, on a new machine"));
    ConnectedPair::exchange(pair.alice, newBob);
}

void LibrarySessionTrapsTest::aDamagedMessageUnderAnotherIdentityIsNoIdentityChange() {
    ConnectedPair pair;
    CryptoDevice newBob(pair.bob.address.account, *crypto::generateIdentity(), 1);
    QVERIFY(newBob.cipher->startSession(pair.alice.address, pair.alice.bundle()).ok());
    auto sealed = *newBob.cipher->encrypt(pair.alice.address, "x");
    damage(sealed);
    QCOMPARE(pair.alice.receive(newBob, sealed).outcome, DecryptOutcome::InvalidMessage);
}

void LibrarySessionTrapsTest::aBundleUnderAnotherIdentityIsRefused() {
    ConnectedPair pair;
    CryptoDevice newBob(pair.bob.address.account, *crypto::generateIdentity(), 1);
    const CryptoTables before = pair.alice.stores.tables;
    QCOMPARE(pair.alice.cipher->startSession(newBob.address, newBob.bundle()).error().reason,
             base::Reason::IdentityChanged);
    QVERIFY(pair.alice.stores.tables == before);
    ConnectedPair::exchange(pair.alice, pair.bob);
}

void LibrarySessionTrapsTest::acceptingANewIdentityDropsTheStatesOfTheOld() {
    ConnectedPair pair;
    const auto oldMessage = *pair.bob.cipher->encrypt(pair.alice.address, "under the old key");
    CryptoDevice newBob(pair.bob.address.account, *crypto::generateIdentity(), 1);
    pair.alice.stores.tables.identities[newBob.address.account] = newBob.identityKeys.publicKey;
    QVERIFY(pair.alice.cipher->startSession(newBob.address, newBob.bundle()).ok());
    ConnectedPair::exchange(pair.alice, newBob);
    ConnectedPair::exchange(newBob, pair.alice);
    QVERIFY(pair.alice.receive(pair.bob, oldMessage).outcome != DecryptOutcome::Decrypted);
}

void LibrarySessionTrapsTest::anArchivedSessionOfAnUntrustedIdentityReadsNothing() {
    ConnectedPair pair;
    const auto underWay = *pair.bob.cipher->encrypt(pair.alice.address, "under way");
    QVERIFY(pair.alice.cipher->resetSession(pair.bob.address).ok());
    const auto newIdentity = *crypto::generateIdentity();
    pair.alice.stores.tables.identities[pair.bob.address.account] = newIdentity.publicKey;
    const CryptoTables before = pair.alice.stores.tables;
    const auto result = pair.alice.cipher->decrypt(pair.bob.address, underWay.kind, underWay.bytes);
    QCOMPARE(result.outcome, DecryptOutcome::NoSession);
    QVERIFY(pair.alice.stores.tables == before);
    // The control: it was readable until the trust changed.
    pair.alice.stores.tables.identities[pair.bob.address.account] = pair.bob.identityKeys.publicKey;
    QCOMPARE(pair.alice.receive(pair.bob, underWay).plaintext, QByteArray("under way"));
}

void LibrarySessionTrapsTest::aFurtherFirstMessageOfAnUntrustedIdentityIsRefused() {
    for (const bool withOneTime : {true, false}) {
        CryptoDevice alice;
        CryptoDevice bob;
        QVERIFY(bob.cipher->startSession(alice.address, alice.bundle(withOneTime)).ok());
        ConnectedPair::exchange(bob, alice);
        const auto further = *bob.cipher->encrypt(alice.address, "still unanswered");
        QCOMPARE(further.kind, MessageKind::PreKey);
        const auto newIdentity = *crypto::generateIdentity();
        alice.stores.tables.identities[bob.address.account] = newIdentity.publicKey;
        const CryptoTables before = alice.stores.tables;
        const auto result = alice.cipher->decrypt(bob.address, further.kind, further.bytes);
        QVERIFY(result.outcome != DecryptOutcome::Decrypted);
        QVERIFY(result.plaintext.isEmpty());
        QVERIFY(alice.stores.tables == before);
    }
}

void LibrarySessionTrapsTest::eachUseAsksForTheTrustedIdentityAnew() {
    // The trust is taken away and given back between two uses: nothing of it is remembered.
    ConnectedPair pair;
    auto& trusted = pair.alice.stores.tables.identities[pair.bob.address.account];
    const QByteArray good = trusted;
    const QByteArray other = crypto::generateIdentity()->publicKey;
    for (int i = 0; i < 3; ++i) {
        const auto incoming = *pair.bob.cipher->encrypt(pair.alice.address, "to alice");
        const auto bundle = pair.bob.bundle();
        trusted = other;
        QVERIFY(!*pair.alice.cipher->hasSession(pair.bob.address));
        QCOMPARE(pair.alice.cipher->encrypt(pair.bob.address, "x").error().reason,
                 base::Reason::IdentityChanged);
        QCOMPARE(pair.alice.cipher->startSession(pair.bob.address, bundle).error().reason,
                 base::Reason::IdentityChanged);
        QCOMPARE(pair.alice.receive(pair.bob, incoming).outcome, DecryptOutcome::IdentityChanged);
        trusted = good;
        QVERIFY(*pair.alice.cipher->hasSession(pair.bob.address));
        QCOMPARE(pair.alice.receive(pair.bob, incoming).plaintext, QByteArray("to alice"));
        ConnectedPair::exchange(pair.alice, pair.bob);
    }
}

} // namespace recado::tests

RECADO_TEST(recado::tests::LibrarySessionTrapsTest)
#include "LibrarySessionTrapsTest.moc"
