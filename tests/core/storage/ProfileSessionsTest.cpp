#include "StoreFixture.h"
#include "crypto/PreKeys.h"
#include "crypto/SessionCipher.h"
#include "support/Suite.h"

#include <QTest>

namespace recado::tests {

using crypto::DecryptOutcome;
using crypto::MessageKind;
using crypto::SealedMessage;
using messaging::SavepointScope;
using messaging::WorkScope;

/// The cipher on a profile's own tables: what a savepoint takes back there, and what hostile bytes leave
/// behind, which is nothing.
class ProfileSessionsTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void aSessionGoesOnAfterTheProfileWasClosed();
    void aRollbackTakesRatchetPreKeyAndTrustBackTogether();
    void anOlderProfileMakesTheNextMessageADuplicate();
    void everyFlippedBitLeavesTheTablesAsTheyWere();
    void aFullRecordStaysBelowItsBoundOnDisk();
};

namespace {

/// A device whose sessions and keys are in a profile on disk.
class ProfileDevice {
public:
    ProfileDevice() {
        messaging::OwnAccount account;
        account.account = fixture.me;
        account.identity = *crypto::generateIdentity();
        account.registrationId = *crypto::generateRegistrationId();
        m_identity = account.identity.clone();
        m_registrationId = account.registrationId;
        must(fixture.stores.profile.saveAccount(account));
        m_signed = *crypto::PreKeyGenerator::signedPreKey(m_identity, 1, fixture.clock.wallMs());
        must(fixture.stores.preKeys.storeSignedPreKey(1, m_signed.record.view(), m_signed.createdMs));
        openCipher();
    }

    StoreFixture fixture;
    std::unique_ptr<crypto::SessionCipher> cipher;

    [[nodiscard]] base::DeviceAddress address() const { return {fixture.me, 1}; }
    void openCipher() {
        auto made = crypto::SessionCipher::create(fixture.stores.sessions, fixture.stores.preKeys,
                                                  fixture.stores.identities, fixture.stores.seenBaseKeys);
        must(made);
        cipher = *std::move(made);
    }
    crypto::PreKeyBundle bundle(bool withOneTime) {
        crypto::PreKeyBundle bundle;
        bundle.registrationId = m_registrationId;
        bundle.identityKey = m_identity.publicKey;
        bundle.signedPreKeyId = m_signed.id;
        bundle.signedPreKey = m_signed.publicKey;
        bundle.signedPreKeySignature = m_signed.signature;
        if (withOneTime) {
            const auto keys = crypto::PreKeyGenerator::oneTimePreKeys(++m_oneTimeId, 1);
            must(keys);
            must(fixture.stores.preKeys.storePreKey(m_oneTimeId, keys->front().record.view()));
            bundle.oneTime = {m_oneTimeId, keys->front().publicKey};
        }
        return bundle;
    }
    crypto::DecryptResult receive(const ProfileDevice& from, const SealedMessage& message) {
        return cipher->decrypt(from.address(), message.kind, message.bytes);
    }
    /// Every row that a message can change.
    [[nodiscard]] QByteArrayList rows() {
        QByteArrayList all;
        for (const char* text : {"SELECT quote(account) || device || quote(record) FROM session ORDER BY 1",
                                 "SELECT id || quote(record) FROM pre_key ORDER BY 1",
                                 "SELECT id || quote(record) FROM signed_pre_key ORDER BY 1",
                                 "SELECT quote(account) || quote(base_key) FROM seen_base_key ORDER BY 1",
                                 "SELECT quote(account) || quote(identity_trusted) || trust FROM contact "
                                 "ORDER BY 1"}) {
            auto row = fixture.temporary.writer().query(text);
            must(row);
            while (true) {
                const auto more = row->step();
                must(more);
                if (!*more)
                    break;
                all.append(row->bytes(0));
            }
        }
        return all;
    }

private:
    crypto::IdentityKeyPair m_identity;
    crypto::SignedPreKey m_signed;
    std::uint32_t m_registrationId = 0;
    std::uint32_t m_oneTimeId = 0;
};

SealedMessage sealedFor(ProfileDevice& from, const ProfileDevice& to, QByteArrayView text) {
    auto sealed = from.cipher->encrypt(to.address(), text);
    must(sealed);
    return *std::move(sealed);
}

void startSession(ProfileDevice& from, ProfileDevice& to, bool withOneTime = true) {
    must(from.cipher->startSession(to.address(), to.bundle(withOneTime)));
}

} // namespace

void ProfileSessionsTest::aSessionGoesOnAfterTheProfileWasClosed() {
    ProfileDevice ana;
    ProfileDevice bia;
    startSession(ana, bia);
    QCOMPARE(bia.receive(ana, sealedFor(ana, bia, "one")).plaintext, QByteArray("one"));
    QCOMPARE(ana.receive(bia, sealedFor(bia, ana, "two")).plaintext, QByteArray("two"));
    // A cipher holds nothing of its own: another one on the same tables goes on where it was.
    ana.openCipher();
    bia.openCipher();
    QCOMPARE(bia.receive(ana, sealedFor(ana, bia, "three")).plaintext, QByteArray("three"));
    RECADO_OK(ana.fixture.temporary.writer().checkIntegrity());
}

// Trap 3
void ProfileSessionsTest::aRollbackTakesRatchetPreKeyAndTrustBackTogether() {
    ProfileDevice ana;
    ProfileDevice bia;
    for (const bool withOneTime : {true, false}) {
        startSession(ana, bia, withOneTime);
        const SealedMessage message = sealedFor(ana, bia, "once");
        const QByteArrayList before = bia.rows();
        for (int attempt = 0; attempt < 2; ++attempt) {
            auto work = WorkScope::begin(bia.fixture.stores.work);
            RECADO_OK(work);
            auto part = SavepointScope::begin(bia.fixture.stores.work);
            RECADO_OK(part);
            QCOMPARE(bia.receive(ana, message).outcome, DecryptOutcome::Decrypted);
            QVERIFY(bia.rows() != before);
            RECADO_OK(part->rollback());
            QCOMPARE(bia.rows(), before);
            RECADO_OK(work->commit());
        }
        // As if it had never been tried: it opens, and only once.
        QCOMPARE(bia.receive(ana, message).plaintext, QByteArray("once"));
        QCOMPARE(bia.receive(ana, message).outcome, DecryptOutcome::Duplicate);
    }
}

// Trap 1
void ProfileSessionsTest::anOlderProfileMakesTheNextMessageADuplicate() {
    ProfileDevice ana;
    ProfileDevice bia;
    startSession(ana, bia);
    QCOMPARE(bia.receive(ana, sealedFor(ana, bia, "opens")).outcome, DecryptOutcome::Decrypted);
    const auto older = *ana.fixture.stores.sessions.loadSession(bia.address());
    QCOMPARE(bia.receive(ana, sealedFor(ana, bia, "first")).outcome, DecryptOutcome::Decrypted);
    RECADO_OK(ana.fixture.stores.sessions.storeSession(bia.address(), *older)); // a backup put back
    const QByteArrayList before = bia.rows();
    QCOMPARE(bia.receive(ana, sealedFor(ana, bia, "another text")).outcome, DecryptOutcome::Duplicate);
    QCOMPARE(bia.rows(), before);
    // What the resend does about it: a fresh session, and all is well.
    startSession(ana, bia);
    QCOMPARE(bia.receive(ana, sealedFor(ana, bia, "another text")).plaintext, QByteArray("another text"));
}

// First messages are turned over bit by bit in QuarantineOnDiskTest.
void ProfileSessionsTest::everyFlippedBitLeavesTheTablesAsTheyWere() {
    ProfileDevice ana;
    ProfileDevice bia;
    startSession(ana, bia);
    QCOMPARE(bia.receive(ana, sealedFor(ana, bia, "one")).outcome, DecryptOutcome::Decrypted);
    QCOMPARE(ana.receive(bia, sealedFor(bia, ana, "two")).outcome, DecryptOutcome::Decrypted);
    const SealedMessage intact = sealedFor(ana, bia, "intact");
    QCOMPARE(intact.kind, MessageKind::Normal);
    auto work = WorkScope::begin(bia.fixture.stores.work); // so that not each write would cost a commit
    RECADO_OK(work);
    const QByteArrayList before = bia.rows();
    for (int bit = 0; bit < int(intact.bytes.size()) * 8; ++bit) {
        SealedMessage flipped = intact;
        flipped.bytes[bit / 8] = char(flipped.bytes[bit / 8] ^ (1 << bit % 8));
        const auto result = bia.receive(ana, flipped);
        QVERIFY2(result.outcome != DecryptOutcome::Decrypted && result.plaintext.isEmpty(),
                 qPrintable(QString::number(bit)));
    }
    QCOMPARE(bia.rows(), before);
    QCOMPARE(bia.receive(ana, intact).plaintext, QByteArray("intact"));
    RECADO_OK(work->commit());
}

// Trap 5
void ProfileSessionsTest::aFullRecordStaysBelowItsBoundOnDisk() {
    ProfileDevice ana;
    ProfileDevice bia;
    startSession(ana, bia);
    auto ofAna = WorkScope::begin(ana.fixture.stores.work);
    auto ofBia = WorkScope::begin(bia.fixture.stores.work);
    RECADO_OK(ofAna);
    RECADO_OK(ofBia);
    for (int turn = 0; turn < 3; ++turn) {
        for (std::uint32_t lost = 0; lost < crypto::SessionCipher::maximumGap; ++lost)
            sealedFor(ana, bia, "lost");
        QCOMPARE(bia.receive(ana, sealedFor(ana, bia, "late")).outcome, DecryptOutcome::Decrypted);
        QCOMPARE(ana.receive(bia, sealedFor(bia, ana, "answer")).outcome, DecryptOutcome::Decrypted);
        const auto record = *bia.fixture.stores.sessions.loadSession(ana.address());
        QVERIFY2(record->size() <= crypto::SessionCipher::maximumRecordSize,
                 qPrintable(QString::number(record->size())));
    }
    RECADO_OK(ofAna->commit());
    RECADO_OK(ofBia->commit());
}

} // namespace recado::tests

RECADO_TEST(recado::tests::ProfileSessionsTest)
#include "ProfileSessionsTest.moc"
