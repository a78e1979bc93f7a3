#include "StoreFixture.h"
#include "support/Suite.h"

#include <QTest>

namespace recado::tests {

using base::Reason;

class CryptoTablesTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void sessionsAreReplacedAndRemoved();
    void devicesOfAnAccountHaveTheirOwnSessions();
    void aFullSessionRecordSurvives();
    void preKeysAreUsedOnce();
    void aBaseKeyIsNewOnlyOnce();
    void withoutAnAccountThereIsNoIdentity();
    void theOwnIdentityIsTrustedForTheOwnAccount();
    void firstContactTrustsAndNothingReplacesIt();
    void aPersonsDecisionReplacesTheTrustedKey();
    void replacedSignedPreKeysExpireAndTheNewestStays();
    void aBaseKeyStaysAsLongAsItCouldBeReplayed();
};

void CryptoTablesTest::sessionsAreReplacedAndRemoved() {
    StoreFixture f;
    const base::DeviceAddress address{f.peer, 1};
    QCOMPARE(*f.stores.sessions.loadSession(address), std::nullopt);
    RECADO_OK(f.stores.sessions.storeSession(address, "one"));
    RECADO_OK(f.stores.sessions.storeSession(address, QByteArrayView("two\0three", 9)));
    QCOMPARE(*f.stores.sessions.loadSession(address), QByteArray("two\0three", 9));
    RECADO_OK(f.stores.sessions.removeSession(address));
    QCOMPARE(*f.stores.sessions.loadSession(address), std::nullopt);
    RECADO_OK(f.stores.sessions.removeSession(address));
}

void CryptoTablesTest::devicesOfAnAccountHaveTheirOwnSessions() {
    StoreFixture f;
    RECADO_OK(f.stores.sessions.storeSession({f.peer, 1}, "one"));
    RECADO_OK(f.stores.sessions.storeSession({f.peer, 2}, "two"));
    RECADO_OK(f.stores.sessions.removeSession({f.peer, 1}));
    QCOMPARE(*f.stores.sessions.loadSession({f.peer, 2}), QByteArray("two"));
    QVERIFY(!f.stores.sessions.storeSession({f.peer, 0}, "no such device"));
}

void CryptoTablesTest::aFullSessionRecordSurvives() {
    StoreFixture f;
    const QByteArray record(64 * 1024, '\xa5');
    RECADO_OK(f.stores.sessions.storeSession({f.peer, 1}, record));
    QCOMPARE(*f.stores.sessions.loadSession({f.peer, 1}), record);
}

void CryptoTablesTest::preKeysAreUsedOnce() {
    StoreFixture f;
    QCOMPARE(*f.stores.preKeys.loadPreKey(5), std::nullopt);
    RECADO_OK(f.stores.preKeys.storePreKey(5, "five"));
    QCOMPARE(*f.stores.preKeys.loadPreKey(5), QByteArray("five"));
    RECADO_OK(f.stores.preKeys.storePreKey(5, "again"));
    QCOMPARE(*f.stores.preKeys.loadPreKey(5), QByteArray("again"));
    RECADO_OK(f.stores.preKeys.removePreKey(5));
    QCOMPARE(*f.stores.preKeys.loadPreKey(5), std::nullopt);
    QVERIFY(!f.stores.preKeys.storePreKey(0, "zero is no id"));
    QCOMPARE(*f.stores.preKeys.loadSignedPreKey(1), std::nullopt);
    RECADO_OK(f.stores.preKeys.storeSignedPreKey(1, "signed", 1000));
    QCOMPARE(*f.stores.preKeys.loadSignedPreKey(1), QByteArray("signed"));
}

void CryptoTablesTest::aBaseKeyIsNewOnlyOnce() {
    StoreFixture f;
    QCOMPARE(*f.stores.seenBaseKeys.insertIfNew({f.peer, 1}, "base key"), true);
    QCOMPARE(*f.stores.seenBaseKeys.insertIfNew({f.peer, 1}, "base key"), false);
    QCOMPARE(*f.stores.seenBaseKeys.insertIfNew({f.peer, 2}, "base key"), true);
    QCOMPARE(*f.stores.seenBaseKeys.insertIfNew({f.peer, 1}, "other key"), true);
}

void CryptoTablesTest::withoutAnAccountThereIsNoIdentity() {
    StoreFixture f;
    QCOMPARE(f.stores.identities.localIdentity().error().reason, Reason::NotRegistered);
    QCOMPARE(f.stores.identities.registrationId().error().reason, Reason::NotRegistered);
    QCOMPARE(*f.stores.identities.trustedIdentity(f.me), std::nullopt);
}

void CryptoTablesTest::theOwnIdentityIsTrustedForTheOwnAccount() {
    StoreFixture f;
    f.fill();
    QCOMPARE(f.stores.identities.localIdentity()->publicKey, QByteArray(33, 'i'));
    QCOMPARE(f.stores.identities.localIdentity()->privateKey.size(), std::size_t(32));
    QCOMPARE(*f.stores.identities.registrationId(), 77u);
    QCOMPARE(*f.stores.identities.trustedIdentity(f.me), QByteArray(33, 'i'));
}

void CryptoTablesTest::firstContactTrustsAndNothingReplacesIt() {
    StoreFixture f;
    f.fill();
    QCOMPARE(*f.stores.identities.trustedIdentity(f.peer), std::nullopt);
    RECADO_OK(f.stores.identities.saveIdentity(f.peer, "first"));
    RECADO_OK(f.stores.identities.saveIdentity(f.peer, "first"));
    QCOMPARE(f.stores.identities.saveIdentity(f.peer, "second").error().reason, Reason::UntrustedIdentity);
    QCOMPARE(*f.stores.identities.trustedIdentity(f.peer), QByteArray("first"));
    // The contact's other half is untouched, and an account never met before gets a row.
    QCOMPARE((*f.stores.contacts.contact(f.peer))->displayName, QStringLiteral("Bia"));
    const auto stranger = base::AccountId::random();
    RECADO_OK(f.stores.identities.saveIdentity(stranger, "key"));
    QCOMPARE((*f.stores.contacts.contact(stranger))->identity.trusted, QByteArray("key"));
}

void CryptoTablesTest::aPersonsDecisionReplacesTheTrustedKey() {
    StoreFixture f;
    RECADO_OK(f.stores.identities.saveIdentity(f.peer, "first"));
    messaging::IdentityRecord identity{"first", "second", messaging::Trust::Changed};
    RECADO_OK(f.stores.contacts.setIdentity(f.peer, identity));
    QCOMPARE(*f.stores.identities.trustedIdentity(f.peer), QByteArray("first"));
    identity = {"second", {}, messaging::Trust::Verified};
    RECADO_OK(f.stores.contacts.setIdentity(f.peer, identity));
    QCOMPARE(*f.stores.identities.trustedIdentity(f.peer), QByteArray("second"));
    QCOMPARE((*f.stores.contacts.contact(f.peer))->identity, identity);
}

void CryptoTablesTest::replacedSignedPreKeysExpireAndTheNewestStays() {
    StoreFixture f;
    RECADO_OK(f.stores.preKeys.storeSignedPreKey(1, "one", 1000));
    RECADO_OK(f.stores.preKeys.storeSignedPreKey(2, "two", 2000));
    RECADO_OK(f.stores.preKeys.storeSignedPreKey(3, "three", 3000));
    RECADO_OK(f.stores.maintenance.expireKeys(2000, 0));
    QCOMPARE(*f.stores.preKeys.loadSignedPreKey(1), std::nullopt);
    QVERIFY(f.stores.preKeys.loadSignedPreKey(2)->has_value());
    RECADO_OK(f.stores.maintenance.expireKeys(1'000'000, 0));
    QCOMPARE(*f.stores.preKeys.loadSignedPreKey(2), std::nullopt);
    QVERIFY(f.stores.preKeys.loadSignedPreKey(3)->has_value());
}

void CryptoTablesTest::aBaseKeyStaysAsLongAsItCouldBeReplayed() {
    StoreFixture f;
    const qint64 start = f.clock.wallMs();
    RECADO_OK(f.stores.preKeys.storeSignedPreKey(1, "one", start));
    f.clock.advance(1000);
    QCOMPARE(*f.stores.seenBaseKeys.insertIfNew({f.peer, 1}, "base key"), true);
    RECADO_OK(f.stores.maintenance.expireKeys(start + 2000, start + 5000));
    QCOMPARE(*f.stores.seenBaseKeys.insertIfNew({f.peer, 1}, "base key"), false);
    RECADO_OK(f.stores.preKeys.storeSignedPreKey(2, "two", start + 2000));
    RECADO_OK(f.stores.maintenance.expireKeys(start + 2000, start + 5000));
    QCOMPARE(*f.stores.seenBaseKeys.insertIfNew({f.peer, 1}, "base key"), true);
}

} // namespace recado::tests

RECADO_TEST(recado::tests::CryptoTablesTest)
#include "CryptoTablesTest.moc"
