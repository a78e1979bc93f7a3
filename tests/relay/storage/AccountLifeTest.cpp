#include "StoreFixture.h"
#include "relay/storage/RelayMeta.h"
#include "relay/storage/SqliteDirectory.h"
#include "relay/storage/SqliteMailboxStore.h"
#include "relay/storage/SqlitePrekeyStore.h"
#include "routing/Address.h"
#include "sql/Transaction.h"
#include "support/CanaryScan.h"
#include "support/Suite.h"

#include <QCryptographicHash>

namespace recado::tests {

using relay::DeviceListOutcome;
using relay::NewAccount;
using relay::RecoveryOffer;
using relay::RecoveryOutcome;
using relay::RegistrationAnswer;
using relay::RegistrationOutcome;
using relay::RestoredStore;

namespace {

constexpr qint64 hourMs = 3'600'000;
constexpr qint64 beginMs = 1'750'000'000'000;

QByteArray hashed(const QByteArray& secret) {
    return QCryptographicHash::hash(secret, QCryptographicHash::Sha256);
}

} // namespace

/// What becomes of an account in the store besides being found: device lists that may not follow, recovery,
/// erasure down to the bytes on disk, and a store that came out of a backup.
class AccountLifeTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();
    void theIdentityKeyChangesOnlyWithARemoval();
    void deviceNumbersNeverReturn();
    void aRestoredStoreTakesWhatItHasMissed();
    void anOpenRecoveryFreezesTheList();
    void recoveryReplacesEverythingOnce();
    void aRecoveryThatDoesNotFitChangesNothing_data();
    void aRecoveryThatDoesNotFitChangesNothing();
    void aNewRecoveryEndsTheOneBefore();
    void erasureLeavesNoByteOnDisk();
    void aFreedNameIsKeptUnderAKeyOnly();
    void aRestoredStoreIsAnotherOne();

private:
    static routing::DeviceList listOf(const base::AccountId& account, quint64 version,
                                      const QVector<quint32>& devices, char identity) {
        routing::DeviceList list;
        list.account = account;
        list.version = version;
        list.issuedAtMs = beginMs;
        list.identityKey = QByteArray(1, 0x05) + QByteArray(32, identity);
        for (const quint32 device : devices)
            list.devices.append({device, 77, QByteArray(32, 'x'), QByteArray(32, 'y')});
        return list;
    }
    static NewAccount made(const routing::DeviceList& list, const QString& username) {
        NewAccount account;
        account.account = {list.account, username, {list.serialise(), QByteArray(64, 's')}};
        account.skeleton = routing::lookAlikeSkeleton(username);
        account.listVersion = list.version;
        account.device = {list.account, list.devices.first().deviceId};
        account.prekeys.signedPrekey = relay::SignedPrekeyRecord{1, QByteArray(33, 'k'), QByteArray(64, 'g')};
        account.prekeys.prekeys = {{1, QByteArray(33, 'a')}, {2, QByteArray(33, 'b')}};
        account.nowMs = beginMs;
        account.usernameRestMs = hourMs;
        return account;
    }
    base::AccountId registered(const QString& username, const QVector<quint32>& devices = {1}) {
        const auto id = base::AccountId::random();
        if (registerAs(made(listOf(id, 1, devices, 'i'), username)) != RegistrationOutcome::Created)
            qFatal("the account was not made");
        return id;
    }
    RegistrationOutcome registerAs(const NewAccount& account) {
        return m_fixture
            ->wait<RegistrationAnswer>(
                [&](auto done) { m_directory->createAccount(account, m_fixture->call(), std::move(done)); })
            .value.outcome;
    }
    DeviceListOutcome setList(const routing::DeviceList& list, qint64 nowMs = beginMs) {
        return m_fixture
            ->wait<DeviceListOutcome>([&](auto done) {
                m_directory->setDeviceList(list, {list.serialise(), QByteArray(64, 's')}, nowMs,
                                           m_fixture->call(), std::move(done));
            })
            .value;
    }
    std::optional<RecoveryOffer> open(const QString& username, const QByteArray& secret) {
        return m_fixture
            ->wait<std::optional<RecoveryOffer>>([&](auto done) {
                m_directory->openRecovery({username, hashed(secret), beginMs + hourMs}, m_fixture->call(),
                                          std::move(done));
            })
            .value;
    }
    RecoveryOutcome recover(const NewAccount& account) {
        return m_fixture
            ->wait<RecoveryOutcome>(
                [&](auto done) { m_directory->recoverAccount(account, m_fixture->call(), std::move(done)); })
            .value;
    }
    /// A recovery as the invitation asks for it.
    static NewAccount answerTo(const RecoveryOffer& offer, const QByteArray& secret) {
        NewAccount account =
            made(listOf(offer.account, offer.listVersion, {offer.device}, 'n'), offer.username);
        account.recoveryHash = hashed(secret);
        return account;
    }
    bool erase(const base::AccountId& account) {
        return m_fixture
            ->wait<bool>([&](auto done) {
                m_directory->eraseAccount(account, beginMs, m_fixture->call(), std::move(done));
            })
            .value;
    }
    base::Status rewrite() {
        std::optional<base::Status> rewritten;
        m_fixture->database->rewrite(m_fixture->inbox,
                                     [&](const base::Status& status) { rewritten = status; });
        if (!QTest::qWaitFor([&] { return rewritten.has_value(); }))
            qFatal("the store did not answer");
        return *rewritten;
    }
    static relay::MailboxAppend mail(const base::DeviceAddress& device, base::DeliveryId id,
                                     const QByteArray& content) {
        return {{{device, id, beginMs, beginMs + 1'000'000 * hourMs, "h" + content, content, true}},
                "B" + content + QByteArray(9'000, 'b'),
                relay::SubmissionMark{device, id}};
    }
    /// Without waiting for it.
    void postMail(const base::DeviceAddress& device, base::DeliveryId id, const QByteArray& content) {
        m_mailboxes->append(mail(device, id, content), m_fixture->call(), [](const auto&) {});
    }
    void giveMail(const base::DeviceAddress& device, base::DeliveryId id, const QByteArray& content) {
        const relay::MailboxAppend append = mail(device, id, content);
        QVERIFY(m_fixture
                    ->wait<bool>(
                        [&](auto done) { m_mailboxes->append(append, m_fixture->call(), std::move(done)); })
                    .committed());
    }
    quint32 prekeys(const base::DeviceAddress& device) {
        return m_fixture
            ->wait<quint32>(
                [&](auto done) { m_prekeys->countPrekeys(device, m_fixture->call(), std::move(done)); })
            .value;
    }
    quint64 waiting(const base::DeviceAddress& device) {
        return m_fixture
            ->wait<QVector<relay::MailboxUsage>>(
                [&](auto done) { m_mailboxes->usage({device}, m_fixture->call(), std::move(done)); })
            .value.first()
            .count;
    }
    RestoredStore restored() {
        const auto answer = m_fixture->wait<RestoredStore>([&](auto done) {
            m_fixture->database->perform<RestoredStore>(
                m_fixture->call(), std::move(done),
                [](sql::Database& database) { return relay::becomeRestored(database, beginMs); });
        });
        if (!answer.committed())
            qFatal("the store was not restored");
        return answer.value;
    }

    std::unique_ptr<StoreFixture> m_fixture;
    std::unique_ptr<relay::SqliteDirectory> m_directory;
    std::unique_ptr<relay::SqlitePrekeyStore> m_prekeys;
    std::unique_ptr<relay::SqliteMailboxStore> m_mailboxes;
};

void AccountLifeTest::init() {
    m_fixture = std::make_unique<StoreFixture>();
    m_directory = std::make_unique<relay::SqliteDirectory>(*m_fixture->database);
    m_directory->setFreedNameKey("a key");
    m_prekeys = std::make_unique<relay::SqlitePrekeyStore>(*m_fixture->database);
    m_mailboxes = std::make_unique<relay::SqliteMailboxStore>(*m_fixture->database);
}

void AccountLifeTest::cleanup() {
    m_fixture->database->stop();
    m_directory.reset();
    m_prekeys.reset();
    m_mailboxes.reset();
    m_fixture.reset();
}

void AccountLifeTest::theIdentityKeyChangesOnlyWithARemoval() {
    const auto ana = registered(QStringLiteral("ana"), {1, 2});
    QCOMPARE(setList(listOf(ana, 2, {1, 2}, 'o')), DeviceListOutcome::IdentityChanged);
    QCOMPARE(setList(listOf(ana, 2, {1, 2, 3}, 'o')), DeviceListOutcome::IdentityChanged);
    QCOMPARE(setList(listOf(ana, 2, {1}, 'o')), DeviceListOutcome::Stored);
    QCOMPARE(setList(listOf(ana, 3, {1}, 'i')), DeviceListOutcome::IdentityChanged);
}

void AccountLifeTest::deviceNumbersNeverReturn() {
    const auto ana = registered(QStringLiteral("ana"), {1, 2});
    QCOMPARE(setList(listOf(ana, 2, {1}, 'i')), DeviceListOutcome::Stored);
    QCOMPARE(setList(listOf(ana, 3, {1, 2}, 'i')), DeviceListOutcome::DeviceReturned);
    QCOMPARE(setList(listOf(ana, 3, {1, 3}, 'i')), DeviceListOutcome::Stored);
    QCOMPARE(setList(listOf(ana, 4, {1}, 'i')), DeviceListOutcome::Stored);
    QCOMPARE(setList(listOf(ana, 5, {1, 3}, 'i')), DeviceListOutcome::DeviceReturned);
}

void AccountLifeTest::aRestoredStoreTakesWhatItHasMissed() {
    const auto ana = registered(QStringLiteral("ana"), {1, 2});
    QCOMPARE(setList(listOf(ana, 2, {1}, 'i')), DeviceListOutcome::Stored);
    restored();
    // Meanwhile a device came, went, and the identity changed with it.
    QCOMPARE(setList(listOf(ana, 2, {1}, 'o')), DeviceListOutcome::NotHigher);
    QCOMPARE(setList(listOf(ana, 9, {1}, 'o')), DeviceListOutcome::Stored);
    QCOMPARE(setList(listOf(ana, 10, {1}, 'p')), DeviceListOutcome::IdentityChanged);
}

void AccountLifeTest::anOpenRecoveryFreezesTheList() {
    const auto ana = registered(QStringLiteral("ana"));
    QVERIFY(open(QStringLiteral("ana"), "secret").has_value());
    QCOMPARE(setList(listOf(ana, 2, {1, 2}, 'i')), DeviceListOutcome::RecoveryOpen);
    QCOMPARE(setList(listOf(ana, 2, {1, 2}, 'i'), beginMs + hourMs), DeviceListOutcome::Stored);
}

void AccountLifeTest::recoveryReplacesEverythingOnce() {
    const auto ana = registered(QStringLiteral("ana"), {1, 2});
    giveMail({ana, 1}, 1, "waits in vain");
    const auto offer = open(QStringLiteral("ana"), "secret");
    QVERIFY(offer.has_value());
    QVERIFY(offer->account == ana);
    QCOMPARE(offer->username, QStringLiteral("ana"));
    QCOMPARE(offer->listVersion, quint64(2));
    QCOMPARE(offer->device, 3U);
    const NewAccount account = answerTo(*offer, "secret");
    QCOMPARE(recover(account), RecoveryOutcome::Recovered);
    QCOMPARE(recover(account), RecoveryOutcome::Repeated); // its answer was lost
    QCOMPARE(prekeys({ana, 1}), 0U);
    QCOMPARE(prekeys({ana, 3}), 2U);
    QCOMPARE(waiting({ana, 1}), quint64(0));
    NewAccount again = answerTo({ana, QStringLiteral("ana"), 3, 4}, "secret");
    QCOMPARE(recover(again), RecoveryOutcome::Invalid);
    QCOMPARE(setList(listOf(ana, 3, {3, 2}, 'n')), DeviceListOutcome::DeviceReturned);
}

void AccountLifeTest::aRecoveryThatDoesNotFitChangesNothing_data() {
    QTest::addColumn<QByteArray>("secret");
    QTest::addColumn<QString>("username");
    QTest::addColumn<quint64>("version");
    QTest::addColumn<quint32>("device");
    QTest::addColumn<qint64>("nowMs");
    const auto ana = QStringLiteral("ana");
    QTest::newRow("another secret") << QByteArray("guess") << ana << quint64(2) << 2U << beginMs;
    QTest::newRow("another name") << QByteArray("secret") << QStringLiteral("bea") << quint64(2) << 2U
                                  << beginMs;
    QTest::newRow("expired") << QByteArray("secret") << ana << quint64(2) << 2U << beginMs + hourMs;
    QTest::newRow("an old version") << QByteArray("secret") << ana << quint64(1) << 2U << beginMs;
    QTest::newRow("an old number") << QByteArray("secret") << ana << quint64(2) << 1U << beginMs;
}

void AccountLifeTest::aRecoveryThatDoesNotFitChangesNothing() {
    QFETCH(const QByteArray, secret);
    QFETCH(const QString, username);
    QFETCH(const quint64, version);
    QFETCH(const quint32, device);
    QFETCH(const qint64, nowMs);
    const auto ana = registered(QStringLiteral("ana"));
    const auto offer = open(QStringLiteral("ana"), "secret");
    NewAccount wrong = answerTo({ana, username, version, device}, secret);
    wrong.nowMs = nowMs;
    QCOMPARE(recover(wrong), RecoveryOutcome::Invalid);
    QCOMPARE(prekeys({ana, 1}), 2U);
    QCOMPARE(recover(answerTo(*offer, "secret")), RecoveryOutcome::Recovered);
}

void AccountLifeTest::aNewRecoveryEndsTheOneBefore() {
    registered(QStringLiteral("ana"));
    const auto first = open(QStringLiteral("ana"), "first");
    const auto second = open(QStringLiteral("ana"), "second");
    QVERIFY(!open(QStringLiteral("nobody"), "third").has_value());
    QCOMPARE(recover(answerTo(*first, "first")), RecoveryOutcome::Invalid);
    QCOMPARE(recover(answerTo(*second, "second")), RecoveryOutcome::Recovered);
}

// Many mailboxes that grow in turn make the engine move rows from page to page, which leaves copies behind.
void AccountLifeTest::erasureLeavesNoByteOnDisk() {
    const auto ana = registered(QStringLiteral("ana.is.leaving"));
    QVector<base::AccountId> others;
    for (int other = 0; other < 12; ++other)
        others.append(registered(QStringLiteral("other%1").arg(other)));
    CanaryScan scan;
    scan.add(QStringLiteral("account"), ana.toBytes());
    scan.add(QStringLiteral("name"), "ana.is.leaving");
    scan.add(QStringLiteral("skeleton"), routing::lookAlikeSkeleton(u"ana.is.leaving").toUtf8());
    base::DeliveryId id = 0;
    for (int round = 0; round < 40; ++round) {
        const QByteArray secret = "canary " + base::AccountId::random().toBytes();
        if (round % 4 == 0)
            scan.add(QStringLiteral("content"), secret);
        giveMail({ana, 1}, ++id, secret + QByteArray(round * 37 % 900, 'f'));
        for (const auto& other : std::as_const(others)) {
            ++id;
            postMail({other, 1}, id, QByteArray(qsizetype(100 + id * 131 % 1'500), 'o'));
        }
        if (round == 20) // what is old lies in the tables, what is new in the log
            QVERIFY(rewrite());
    }
    QVERIFY(!scan.scanDirectory(m_fixture->directory.path()).isEmpty());
    QVERIFY(erase(ana));
    QVERIFY(rewrite());
    QCOMPARE(scan.scanDirectory(m_fixture->directory.path()), QStringList());
    QCOMPARE(waiting({others.first(), 1}), quint64(40));
    // Nor does it come back when the store goes on.
    for (const auto& other : std::as_const(others))
        postMail({other, 1}, ++id, QByteArray(700, 'o'));
    m_fixture->database->stop();
    QCOMPARE(scan.scanDirectory(m_fixture->directory.path()), QStringList());
}

void AccountLifeTest::aFreedNameIsKeptUnderAKeyOnly() {
    QVERIFY(erase(registered(QStringLiteral("ana"))));
    NewAccount next = made(listOf(base::AccountId::random(), 1, {1}, 'i'), QStringLiteral("ana"));
    QCOMPARE(registerAs(next), RegistrationOutcome::UsernameTaken);
    m_directory->setFreedNameKey("another key"); // whoever has the database alone does not know the name
    QCOMPARE(registerAs(next), RegistrationOutcome::Created);
}

void AccountLifeTest::aRestoredStoreIsAnotherOne() {
    const auto ana = registered(QStringLiteral("ana"));
    giveMail({ana, 1}, 1, "waits");
    QVERIFY(open(QStringLiteral("ana"), "secret").has_value());
    const relay::RelayMeta before = m_fixture->database->meta();
    const RestoredStore store = restored();
    QCOMPARE(store.accounts, 1);
    QCOMPARE(store.envelopes, 1);
    QCOMPARE(store.droppedInvitations, 1);
    QCOMPARE(store.droppedPrekeys, 2);
    QCOMPARE(prekeys({ana, 1}), 0U);
    m_mailboxes.reset();
    m_directory.reset();
    m_prekeys.reset();
    m_fixture->reopen();
    const relay::RelayMeta after = m_fixture->database->meta();
    QCOMPARE(after.storeIncarnation, store.incarnation);
    QVERIFY(after.storeIncarnation != before.storeIncarnation);
    // However often the original was started since the copy: far more than a start every two minutes.
    QVERIFY(after.bootEpoch > before.bootEpoch + 1'000'000);
    QVERIFY(after.bootEpoch < (1 << 24));
}

} // namespace recado::tests

RECADO_TEST(recado::tests::AccountLifeTest)
#include "AccountLifeTest.moc"
