#include "StoreFixture.h"
#include "relay/storage/SqliteDirectory.h"
#include "relay/storage/SqliteMailboxStore.h"
#include "relay/storage/SqlitePrekeyStore.h"
#include "support/Suite.h"

namespace recado::tests {

using base::AccountId;
using relay::AccountRecord;
using relay::DeviceListOutcome;
using relay::Directory;
using relay::MailboxAppend;
using relay::MailboxPage;
using relay::NewAccount;
using relay::RegistrationAnswer;
using relay::RegistrationOutcome;
using relay::SignedPrekeyRecord;
using relay::SqliteDirectory;
using relay::SqliteMailboxStore;
using relay::SqlitePrekeyStore;
using relay::SubmissionMark;

namespace {

constexpr qint64 dayMs = 24 * 3600 * 1000LL;
constexpr qint64 startMs = 1'750'000'000'000;

} // namespace

class DirectoryTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();
    void accountIsFoundByIdAndByName();
    void registrationStoresPrekeysInTheSameCommit();
    void secondRegistrationOfAnAccountAnswersWhoItIs();
    void usernameOrLookAlikeIsTakenOnce_data();
    void usernameOrLookAlikeIsTakenOnce();
    void freedUsernameRests();
    void invitationIsUsedUp();
    void invitationThatDoesNotHoldIsRefused_data();
    void invitationThatDoesNotHoldIsRefused();
    void refusedNameKeepsTheInvitation();
    void listIsReplacedOnlyByAHigherVersion();
    void removedDeviceLosesEverything();
    void erasedAccountLeavesNothing();
    void whatAnAppendLeftForRemovedDevicesIsSwept();
    void aSweepGoesOnWhereTheLastOneEnded();
    void lookUpsDoNotWaitForTheWriter();

private:
    NewAccount newAccount(const QString& username) const {
        NewAccount account;
        account.account = {
            AccountId::random(), username, {"list of " + username.toUtf8(), QByteArray(64, 's')}};
        account.skeleton = username;
        account.listVersion = 1;
        account.device = {account.account.id, 1};
        account.prekeys.signedPrekey = SignedPrekeyRecord{1, QByteArray(33, 'k'), QByteArray(64, 'g')};
        account.prekeys.prekeys = {{1, QByteArray(33, 'a')}, {2, QByteArray(33, 'b')}};
        account.nowMs = startMs;
        account.usernameRestMs = 180 * dayMs;
        return account;
    }
    RegistrationAnswer registerAccount(const NewAccount& account) {
        const auto answer = m_fixture->wait<RegistrationAnswer>(
            [&](auto done) { m_directory->createAccount(account, m_fixture->call(), std::move(done)); });
        if (!answer.committed())
            qFatal("registration was not committed");
        return answer.value;
    }
    RegistrationOutcome outcome(const NewAccount& account) { return registerAccount(account).outcome; }
    std::optional<AccountRecord> find(const Directory::AccountKey& key) {
        return m_fixture
            ->wait<std::optional<AccountRecord>>(
                [&](auto done) { m_directory->findAccount(key, m_fixture->call(), std::move(done)); })
            .value;
    }
    DeviceListOutcome setList(const AccountId& account, quint64 version, const QVector<quint32>& devices) {
        routing::DeviceList list;
        list.account = account;
        list.version = version;
        for (const quint32 device : devices)
            list.devices.append({device, 1, QByteArray(32, 'x'), QByteArray(32, 'y')});
        const routing::SignedDeviceList signedList{"version " + QByteArray::number(version), "signature"};
        return m_fixture
            ->wait<DeviceListOutcome>([&](auto done) {
                m_directory->setDeviceList(list, signedList, startMs, m_fixture->call(), std::move(done));
            })
            .value;
    }
    bool erase(const AccountId& account, qint64 nowMs) {
        return m_fixture
            ->wait<bool>([&](auto done) {
                m_directory->eraseAccount(account, nowMs, m_fixture->call(), std::move(done));
            })
            .value;
    }
    void invite(const QByteArray& hash, quint32 uses, qint64 expiresAtMs) {
        const auto answer = m_fixture->wait<bool>([&](auto done) {
            m_directory->addInvitation({hash, uses, expiresAtMs}, m_fixture->call(), std::move(done));
        });
        QVERIFY(answer.committed() && answer.value);
    }
    int sweep() {
        return m_fixture
            ->wait<int>([&](auto done) { m_directory->sweep(m_fixture->call(), std::move(done)); })
            .value;
    }
    quint32 prekeys(const base::DeviceAddress& device) {
        return m_fixture
            ->wait<quint32>(
                [&](auto done) { m_prekeys->countPrekeys(device, m_fixture->call(), std::move(done)); })
            .value;
    }
    void giveMail(const base::DeviceAddress& device) {
        const MailboxAppend append{
            {{device, 1, 1, startMs + 9'000 * dayMs, "h", "c", false}}, {}, SubmissionMark{device, 3}};
        QVERIFY(m_fixture
                    ->wait<bool>(
                        [&](auto done) { m_mailboxes->append(append, m_fixture->call(), std::move(done)); })
                    .committed());
    }
    /// Envelopes waiting plus submissions remembered.
    quint64 traces(const base::DeviceAddress& device) {
        const auto page = m_fixture->wait<MailboxPage>(
            [&](auto done) { m_mailboxes->peek({device}, m_fixture->call(), std::move(done)); });
        const auto window = m_fixture->wait<queue::AckWindow>(
            [&](auto done) { m_mailboxes->submissions(device, m_fixture->call(), std::move(done)); });
        return quint64(page.value.rows.size()) + window.value.highest() + prekeys(device);
    }

    std::unique_ptr<StoreFixture> m_fixture;
    std::unique_ptr<SqliteDirectory> m_directory;
    std::unique_ptr<SqlitePrekeyStore> m_prekeys;
    std::unique_ptr<SqliteMailboxStore> m_mailboxes;
};

void DirectoryTest::init() {
    m_fixture = std::make_unique<StoreFixture>();
    m_directory = std::make_unique<SqliteDirectory>(*m_fixture->database);
    m_prekeys = std::make_unique<SqlitePrekeyStore>(*m_fixture->database);
    m_mailboxes = std::make_unique<SqliteMailboxStore>(*m_fixture->database);
}

void DirectoryTest::cleanup() {
    m_fixture->database->stop();
    m_directory.reset();
    m_prekeys.reset();
    m_mailboxes.reset();
    m_fixture.reset();
}

void DirectoryTest::accountIsFoundByIdAndByName() {
    const NewAccount ana = newAccount(QStringLiteral("ana"));
    QCOMPARE(outcome(ana), RegistrationOutcome::Created);
    for (const Directory::AccountKey& key :
         {Directory::AccountKey(ana.account.id), Directory::AccountKey(QStringLiteral("ana"))}) {
        const auto found = find(key);
        QVERIFY(found.has_value());
        QVERIFY(found->id == ana.account.id);
        QCOMPARE(found->username, QStringLiteral("ana"));
        QVERIFY(found->list == ana.account.list);
    }
    QVERIFY(!find(QStringLiteral("Ana")));
    QVERIFY(!find(QStringLiteral("an")));
    QVERIFY(!find(AccountId::random()));
}

void DirectoryTest::registrationStoresPrekeysInTheSameCommit() {
    const NewAccount ana = newAccount(QStringLiteral("ana"));
    QCOMPARE(outcome(ana), RegistrationOutcome::Created);
    QCOMPARE(prekeys(ana.device), 2U);
    NewAccount impostor = newAccount(QStringLiteral("ana"));
    QCOMPARE(outcome(impostor), RegistrationOutcome::UsernameTaken);
    QCOMPARE(prekeys(impostor.device), 0U);
}

void DirectoryTest::secondRegistrationOfAnAccountAnswersWhoItIs() {
    const NewAccount ana = newAccount(QStringLiteral("ana"));
    QCOMPARE(outcome(ana), RegistrationOutcome::Created);
    NewAccount again = newAccount(QStringLiteral("other"));
    again.account.id = ana.account.id;
    again.invitationHash = QByteArray(32, 'n'); // not even looked at
    const RegistrationAnswer answer = registerAccount(again);
    QCOMPARE(answer.outcome, RegistrationOutcome::AccountExists);
    QVERIFY(answer.existing.has_value());
    QCOMPARE(answer.existing->username, QStringLiteral("ana"));
    QVERIFY(!find(QStringLiteral("other")));
}

void DirectoryTest::usernameOrLookAlikeIsTakenOnce_data() {
    QTest::addColumn<QString>("username");
    QTest::addColumn<QString>("skeleton");
    QTest::addColumn<bool>("taken");
    QTest::newRow("same") << QStringLiteral("paul") << QStringLiteral("paul") << true;
    QTest::newRow("look-alike") << QStringLiteral("pau1") << QStringLiteral("paul") << true;
    QTest::newRow("another") << QStringLiteral("paula") << QStringLiteral("paula") << false;
}

void DirectoryTest::usernameOrLookAlikeIsTakenOnce() {
    QFETCH(const QString, username);
    QFETCH(const QString, skeleton);
    QFETCH(const bool, taken);
    QCOMPARE(outcome(newAccount(QStringLiteral("paul"))), RegistrationOutcome::Created);
    NewAccount second = newAccount(username);
    second.skeleton = skeleton;
    QCOMPARE(outcome(second), taken ? RegistrationOutcome::UsernameTaken : RegistrationOutcome::Created);
}

void DirectoryTest::freedUsernameRests() {
    const NewAccount ana = newAccount(QStringLiteral("ana"));
    QCOMPARE(outcome(ana), RegistrationOutcome::Created);
    QVERIFY(erase(ana.account.id, startMs));
    NewAccount next = newAccount(QStringLiteral("ana"));
    next.nowMs = startMs + 180 * dayMs - 1;
    QCOMPARE(outcome(next), RegistrationOutcome::UsernameTaken);
    NewAccount alike = newAccount(QStringLiteral("an4"));
    alike.skeleton = QStringLiteral("ana");
    alike.nowMs = next.nowMs;
    QCOMPARE(outcome(alike), RegistrationOutcome::UsernameTaken);
    next.nowMs = startMs + 180 * dayMs;
    QCOMPARE(outcome(next), RegistrationOutcome::Created);
}

void DirectoryTest::invitationIsUsedUp() {
    const QByteArray hash(32, 'i');
    invite(hash, 2, startMs + dayMs);
    for (const auto* name : {"one", "two", "three"}) {
        NewAccount account = newAccount(QLatin1String(name));
        account.invitationHash = hash;
        QCOMPARE(outcome(account), QByteArray(name) == "three" ? RegistrationOutcome::InvalidInvitation
                                                               : RegistrationOutcome::Created);
    }
}

void DirectoryTest::invitationThatDoesNotHoldIsRefused_data() {
    QTest::addColumn<QByteArray>("hash");
    QTest::addColumn<qint64>("nowMs");
    QTest::newRow("unknown") << QByteArray(32, 'u') << startMs;
    QTest::newRow("just expired") << QByteArray(32, 'i') << startMs + dayMs;
    QTest::newRow("long expired") << QByteArray(32, 'i') << startMs + 2 * dayMs;
}

void DirectoryTest::invitationThatDoesNotHoldIsRefused() {
    QFETCH(const QByteArray, hash);
    QFETCH(const qint64, nowMs);
    invite(QByteArray(32, 'i'), 1, startMs + dayMs);
    NewAccount account = newAccount(QStringLiteral("ana"));
    account.invitationHash = hash;
    account.nowMs = nowMs;
    QCOMPARE(outcome(account), RegistrationOutcome::InvalidInvitation);
    QVERIFY(!find(QStringLiteral("ana")));
}

void DirectoryTest::refusedNameKeepsTheInvitation() {
    QCOMPARE(outcome(newAccount(QStringLiteral("ana"))), RegistrationOutcome::Created);
    const QByteArray hash(32, 'i');
    invite(hash, 1, startMs + dayMs);
    NewAccount account = newAccount(QStringLiteral("ana"));
    account.invitationHash = hash;
    QCOMPARE(outcome(account), RegistrationOutcome::UsernameTaken);
    account.account.username = account.skeleton = QStringLiteral("ana.b");
    QCOMPARE(outcome(account), RegistrationOutcome::Created);
}

void DirectoryTest::listIsReplacedOnlyByAHigherVersion() {
    const NewAccount ana = newAccount(QStringLiteral("ana"));
    QCOMPARE(outcome(ana), RegistrationOutcome::Created);
    QCOMPARE(setList(ana.account.id, 1, {1}), DeviceListOutcome::NotHigher);
    QCOMPARE(find(ana.account.id)->list.bytes, ana.account.list.bytes);
    QCOMPARE(setList(ana.account.id, 5, {1}), DeviceListOutcome::Stored);
    QCOMPARE(setList(ana.account.id, 4, {1}), DeviceListOutcome::NotHigher);
    QCOMPARE(find(ana.account.id)->list.bytes, QByteArray("version 5"));
    QCOMPARE(setList(AccountId::random(), 9, {1}), DeviceListOutcome::UnknownAccount);
}

void DirectoryTest::removedDeviceLosesEverything() {
    const NewAccount ana = newAccount(QStringLiteral("ana"));
    QCOMPARE(outcome(ana), RegistrationOutcome::Created);
    const base::DeviceAddress second{ana.account.id, 2};
    QCOMPARE(setList(ana.account.id, 2, {1, 2}), DeviceListOutcome::Stored);
    giveMail(ana.device);
    giveMail(second);
    QVERIFY(traces(second) > 0);
    QCOMPARE(setList(ana.account.id, 3, {1}), DeviceListOutcome::Stored);
    QCOMPARE(traces(second), quint64(0));
    QCOMPARE(traces(ana.device), quint64(1 + 3 + 2));
}

void DirectoryTest::erasedAccountLeavesNothing() {
    const NewAccount ana = newAccount(QStringLiteral("ana"));
    const NewAccount bea = newAccount(QStringLiteral("bea"));
    QCOMPARE(outcome(ana), RegistrationOutcome::Created);
    QCOMPARE(outcome(bea), RegistrationOutcome::Created);
    giveMail(ana.device);
    giveMail(bea.device);
    QVERIFY(erase(ana.account.id, startMs));
    QVERIFY(!find(ana.account.id));
    QCOMPARE(traces(ana.device), quint64(0));
    QCOMPARE(traces(bea.device), quint64(1 + 3 + 2));
    QVERIFY(!erase(ana.account.id, startMs));
}

// Their appends were under way when they went.
void DirectoryTest::whatAnAppendLeftForRemovedDevicesIsSwept() {
    const base::DeviceAddress listed{AccountId::random(), 1};
    const base::DeviceAddress removed{listed.account, 2};
    const base::DeviceAddress erased{AccountId::random(), 1};
    m_fixture->addAccount(listed.account, {1});
    const NewAccount unreadable = newAccount(QStringLiteral("ana")); // its list is no list
    QCOMPARE(outcome(unreadable), RegistrationOutcome::Created);
    for (const auto& device : {listed, removed, erased, unreadable.device})
        giveMail(device);
    QCOMPARE(sweep(), 2);
    QCOMPARE(traces(removed), quint64(0));
    QCOMPARE(traces(erased), quint64(0));
    QCOMPARE(traces(listed), quint64(1 + 3));
    QCOMPARE(traces(unreadable.device), quint64(1 + 3 + 2));
    QCOMPARE(sweep(), 0);
}

void DirectoryTest::aSweepGoesOnWhereTheLastOneEnded() {
    const base::DeviceAddress listed{AccountId::random(), 1};
    m_fixture->addAccount(listed.account, {1});
    MailboxAppend append{{{listed, 1, 1, startMs + 9'000 * dayMs, "h", "c", false}}, {}, {}};
    const AccountId nobody = AccountId::random();
    for (quint32 device = 1; device <= 700; ++device)
        append.entries.append({{nobody, device}, device + 1, 1, startMs, "h", "c", false});
    QVERIFY(
        m_fixture
            ->wait<bool>([&](auto done) { m_mailboxes->append(append, m_fixture->call(), std::move(done)); })
            .committed());
    const int first = sweep();
    QVERIFY(first < 700);
    QCOMPARE(first + sweep(), 700);
    QCOMPARE(sweep(), 0);
    QCOMPARE(traces(listed), quint64(1));
}

void DirectoryTest::lookUpsDoNotWaitForTheWriter() {
    QCOMPARE(outcome(newAccount(QStringLiteral("ana"))), RegistrationOutcome::Created);
    m_fixture->hold();
    std::optional<relay::StoreAnswer<std::optional<AccountRecord>>> found;
    m_directory->findAccount(QStringLiteral("ana"), m_fixture->call(), StoreFixture::into(found));
    QTRY_VERIFY(found.has_value());
    m_fixture->release();
    QVERIFY(found->committed() && found->value);
}

} // namespace recado::tests

RECADO_TEST(recado::tests::DirectoryTest)
#include "DirectoryTest.moc"
