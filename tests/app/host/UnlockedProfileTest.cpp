#include "app/host/UnlockedProfile.h"

#include "app/host/UnconfirmedCode.h"
#include "support/Suite.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

namespace recado::tests {

using base::Reason;
using storage::Creation;
using storage::ProfileDatabase;
using storage::ProfileKey;

/// A first start that is cut off anywhere can be taken up again; a lost database is never replaced.
class UnlockedProfileTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void aStartCutOffBeforeTheDatabaseIsTakenUp_data();
    void aStartCutOffBeforeTheDatabaseIsTakenUp();
    void aStartCutOffBeforeTheConfirmationIsTakenUp();
    void aLostDatabaseIsNeverReplaced();
    void anOlderKeyFileCountsAsConfirmed();
    void changingTheProtectionKeepsWhatIsPending();
    void aNewProfileGoesIntoTheKeychainThatIsThere();
    void withoutAWorkingKeychainANewProfileGetsAKeyFileIfThatWillDo();
    void aKeychainsProfileIsNeverOpenedWithoutIt();
    void thePassphraseIsTheFilesFirstLine_data();
    void thePassphraseIsTheFilesFirstLine();
    void onlyWhoNeedsAKeychainAsksIt();
    void theRecoveryCodeComesAnewUntilItIsKept();
    void whoOpensByTheCodeHasKeptIt();
    void aClaimTakenBeforeIsUsed();
    void aPassphraseFileThatIsMissingIsNamed();
};

namespace {

/// A keychain in memory, which may keep nothing.
class MemoryKeychain final : public storage::Keychain {
public:
    explicit MemoryKeychain(bool works)
        : m_works(works) {}

    [[nodiscard]] QString backend() const override { return QStringLiteral("memory"); }
    base::Result<std::optional<base::SecretBytes>> read(const QString& entry) override {
        const auto found = m_entries.constFind(entry);
        if (found == m_entries.cend())
            return std::optional<base::SecretBytes>();
        return std::optional<base::SecretBytes>(base::SecretBytes::copyOf(*found));
    }
    base::Status write(const QString& entry, const base::SecretBytes& secret) override {
        if (!m_works)
            return base::makeError(Reason::IoFailed, QStringLiteral("no keychain"));
        m_entries.insert(entry, secret.view().toByteArray());
        return {};
    }
    base::Status remove(const QString& entry) override {
        m_entries.remove(entry);
        return {};
    }

private:
    QHash<QString, QByteArray> m_entries;
    bool m_works;
};

base::Result<host::UnlockedProfile> unlockWith(const QString& directory, storage::Keychain& keychain,
                                               host::KeychainUse use) {
    host::ProfileOptions options;
    options.directory = directory;
    options.keychain = &keychain;
    options.keychainUse = use;
    return host::UnlockedProfile::unlock(std::move(options));
}

base::Result<host::UnlockedProfile> unlockAt(const QString& directory) {
    host::ProfileOptions options;
    options.directory = directory;
    return host::UnlockedProfile::unlock(std::move(options));
}

base::Result<std::unique_ptr<ProfileDatabase>> openUnlocked(const QString& directory) {
    RECADO_TRY(host::UnlockedProfile profile, unlockAt(directory));
    return ProfileDatabase::open(std::move(profile.directory), profile.key, profile.creation);
}

} // namespace

void UnlockedProfileTest::aStartCutOffBeforeTheDatabaseIsTakenUp_data() {
    QTest::addColumn<bool>("emptyFile");
    QTest::addRow("no database") << false;
    QTest::addRow("an empty file") << true;
}

void UnlockedProfileTest::aStartCutOffBeforeTheDatabaseIsTakenUp() {
    QFETCH(bool, emptyFile);
    QTemporaryDir directory;
    QByteArray key;
    {
        const auto cutOff = unlockAt(directory.path());
        QVERIFY(cutOff.ok());
        QCOMPARE(cutOff->creation, Creation::Allowed);
        key = cutOff->key.view().toByteArray();
    }
    if (emptyFile) {
        QFile file(directory.filePath(QStringLiteral("profile.db")));
        QVERIFY(file.open(QIODevice::WriteOnly));
    }
    {
        const auto again = unlockAt(directory.path());
        QVERIFY2(again.ok(), again.ok() ? "" : qPrintable(again.error().message));
        QCOMPARE(again->key.view().toByteArray(), key);
        QCOMPARE(again->creation, Creation::Allowed);
    }
    const auto opened = openUnlocked(directory.path());
    QVERIFY2(opened.ok(), opened.ok() ? "" : qPrintable(opened.error().message));
    QVERIFY((*opened)->writer().run("INSERT INTO pre_key (id, record) VALUES (1, x'00')"));
}

void UnlockedProfileTest::aStartCutOffBeforeTheConfirmationIsTakenUp() {
    QTemporaryDir directory;
    const QString keyPath = directory.filePath(QStringLiteral("key.json"));
    QVERIFY(unlockAt(directory.path()).ok());
    const QString pending = directory.filePath(QStringLiteral("pending"));
    QVERIFY(QFile::copy(keyPath, pending));
    QVERIFY(openUnlocked(directory.path()).ok());
    QVERIFY(QFile::remove(keyPath));
    QVERIFY(QFile::rename(pending, keyPath)); // as if the last write had not come
    {
        const auto again = unlockAt(directory.path());
        QVERIFY(again.ok());
        QCOMPARE(again->creation, Creation::Forbidden); // there is one: it is opened, not made
    }
    QVERIFY(openUnlocked(directory.path()).ok());
    QVERIFY(!(*ProfileKey::protection(directory.path()))->awaitsDatabase);
}

void UnlockedProfileTest::aLostDatabaseIsNeverReplaced() {
    QTemporaryDir directory;
    QVERIFY(openUnlocked(directory.path()).ok());
    QVERIFY(QFile::remove(directory.filePath(QStringLiteral("profile.db"))));
    {
        const auto lost = unlockAt(directory.path());
        QVERIFY(lost.ok());
        QCOMPARE(lost->creation, Creation::Forbidden);
    }
    QCOMPARE(openUnlocked(directory.path()).error().reason, Reason::StorageFailed);
    QVERIFY(!QFile::exists(directory.filePath(QStringLiteral("profile.db"))));
}

void UnlockedProfileTest::anOlderKeyFileCountsAsConfirmed() {
    QTemporaryDir directory;
    QVERIFY(unlockAt(directory.path()).ok());
    QFile file(directory.filePath(QStringLiteral("key.json")));
    QVERIFY(file.open(QIODevice::ReadWrite));
    QByteArray bytes = file.readAll();
    QVERIFY(bytes.contains("databasePending"));
    bytes.replace("databasePending", "somethingUnknown");
    QVERIFY(file.seek(0) && file.write(bytes) == bytes.size());
    QVERIFY(file.resize(bytes.size()));
    file.close();
    const auto old = unlockAt(directory.path());
    QVERIFY(old.ok());
    QCOMPARE(old->creation, Creation::Forbidden);
}

void UnlockedProfileTest::changingTheProtectionKeepsWhatIsPending() {
    QTemporaryDir directory;
    QVERIFY(unlockAt(directory.path()).ok());
    QVERIFY(ProfileKey::change(directory.path(), {}, {.withRecoveryCode = true}).ok());
    QVERIFY((*ProfileKey::protection(directory.path()))->awaitsDatabase);
    QVERIFY(openUnlocked(directory.path()).ok());
    QVERIFY(ProfileKey::change(directory.path(), {}, {}).ok());
    QVERIFY(!(*ProfileKey::protection(directory.path()))->awaitsDatabase);
}

void UnlockedProfileTest::aNewProfileGoesIntoTheKeychainThatIsThere() {
    QTemporaryDir directory;
    MemoryKeychain keychain(true);
    QByteArray key;
    {
        const auto made = unlockWith(directory.path(), keychain, host::KeychainUse::IfItWorks);
        QVERIFY(made.ok());
        QCOMPARE(made->protection, storage::KeyProtection::Keychain);
        key = made->key.view().toByteArray();
    }
    const auto again = unlockWith(directory.path(), keychain, host::KeychainUse::IfItWorks);
    QVERIFY(again.ok());
    QCOMPARE(again->key.view().toByteArray(), key);
}

void UnlockedProfileTest::withoutAWorkingKeychainANewProfileGetsAKeyFileIfThatWillDo() {
    QTemporaryDir directory;
    MemoryKeychain keychain(false);
    QCOMPARE(unlockWith(directory.path(), keychain, host::KeychainUse::Required).error().reason,
             Reason::IoFailed);
    const auto made = unlockWith(directory.path(), keychain, host::KeychainUse::IfItWorks);
    QVERIFY(made.ok());
    QCOMPARE(made->protection, storage::KeyProtection::KeyFile);
}

void UnlockedProfileTest::aKeychainsProfileIsNeverOpenedWithoutIt() {
    QTemporaryDir directory;
    MemoryKeychain keychain(true);
    QVERIFY(unlockWith(directory.path(), keychain, host::KeychainUse::IfItWorks).ok());
    MemoryKeychain other(true);
    QCOMPARE(unlockWith(directory.path(), other, host::KeychainUse::IfItWorks).error().reason,
             Reason::ProfileLocked);
    QCOMPARE(unlockAt(directory.path()).error().reason, Reason::ProfileLocked);
}

void UnlockedProfileTest::thePassphraseIsTheFilesFirstLine_data() {
    QTest::addColumn<QByteArray>("content");
    QTest::newRow("no line end") << QByteArray("correct horse");
    QTest::newRow("one") << QByteArray("correct horse\n");
    QTest::newRow("of Windows") << QByteArray("correct horse\r\n");
    QTest::newRow("further lines") << QByteArray("correct horse\nsomething else\n");
}

void UnlockedProfileTest::thePassphraseIsTheFilesFirstLine() {
    QFETCH(QByteArray, content);
    QTemporaryDir directory;
    storage::ProtectionRequest request;
    request.protection = storage::KeyProtection::Passphrase;
    request.passphrase = base::SecretBytes::copyOf("correct horse");
    request.cost = {.passes = 1, .memoryBytes = 8 * 1'024 * 1'024};
    QVERIFY(ProfileKey::create(directory.path(), request).ok());
    host::ProfileOptions options;
    options.directory = directory.path();
    options.passphraseFile = directory.filePath(QStringLiteral("passphrase"));
    QFile file(options.passphraseFile);
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write(content) == content.size());
    file.close();
    const auto opened = host::UnlockedProfile::unlock(std::move(options));
    QVERIFY2(opened.ok(), opened.ok() ? "" : qPrintable(opened.error().message));
}

void UnlockedProfileTest::theRecoveryCodeComesAnewUntilItIsKept() {
    QTemporaryDir directory;
    const auto start = [&] {
        host::ProfileOptions options;
        options.directory = directory.path();
        options.withRecoveryCode = true;
        return host::UnlockedProfile::unlock(std::move(options));
    };
    const auto codeOf = [](const base::Result<host::UnlockedProfile>& opened) {
        return opened.ok() ? opened->recoveryCode : QStringLiteral("not opened");
    };
    const auto opens = [&](const QString& code) {
        storage::Credentials credentials;
        credentials.recoveryCode = code;
        return ProfileKey::unlock(directory.path(), credentials).ok();
    };
    const QString first = codeOf(start());
    QVERIFY(opens(first));
    // The window was closed before it was shown, or before anybody said that it is kept.
    const QString second = codeOf(start());
    QVERIFY(second != first && opens(second));
    QVERIFY(!opens(first));
    QVERIFY(host::unconfirmedcode::clear(directory.path()).ok());
    QCOMPARE(codeOf(start()), QString());
    QVERIFY(opens(second));
}

void UnlockedProfileTest::whoOpensByTheCodeHasKeptIt() {
    QTemporaryDir directory;
    QString code;
    {
        host::ProfileOptions options;
        options.directory = directory.path();
        options.withRecoveryCode = true;
        const auto made = host::UnlockedProfile::unlock(std::move(options));
        QVERIFY(made.ok());
        code = made->recoveryCode;
    }
    QVERIFY(host::unconfirmedcode::isNoted(directory.path()));
    host::ProfileOptions options;
    options.directory = directory.path();
    options.recoveryCode = code;
    options.withRecoveryCode = true;
    const auto opened = host::UnlockedProfile::unlock(std::move(options));
    QVERIFY(opened.ok());
    QVERIFY(opened->recoveryCode.isEmpty());
    QVERIFY(!host::unconfirmedcode::isNoted(directory.path()));
}

void UnlockedProfileTest::aClaimTakenBeforeIsUsed() {
    QTemporaryDir directory;
    auto claimed = storage::ProfileDirectory::claim(directory.path());
    QVERIFY(claimed.ok());
    QCOMPARE(unlockAt(directory.path()).error().reason, Reason::ProfileInUse);
    host::ProfileOptions options;
    options.directory = directory.path();
    options.claimed = std::move(*claimed);
    QVERIFY(host::UnlockedProfile::unlock(std::move(options)).ok());
}

void UnlockedProfileTest::aPassphraseFileThatIsMissingIsNamed() {
    QTemporaryDir directory;
    host::ProfileOptions options;
    options.directory = directory.filePath(QStringLiteral("profile"));
    options.passphraseFile = directory.filePath(QStringLiteral("nowhere.txt"));
    const auto opened = host::UnlockedProfile::unlock(std::move(options));
    QVERIFY(!opened.ok());
    QVERIFY(opened.error().message.contains(QStringLiteral("nowhere.txt")));
    QVERIFY(!QFile::exists(directory.filePath(QStringLiteral("profile"))));
}

void UnlockedProfileTest::onlyWhoNeedsAKeychainAsksIt() {
    const auto asks = [](const QString& directory, const QString& passphraseFile) {
        host::ProfileOptions options;
        options.directory = directory;
        options.passphraseFile = passphraseFile;
        return host::UnlockedProfile::asksKeychain(options);
    };
    QTemporaryDir directory;
    const QString fresh = directory.filePath(QStringLiteral("new"));
    QVERIFY(asks(fresh, {}));
    QVERIFY(!asks(fresh, QStringLiteral("file")));
    const QString byFile = directory.filePath(QStringLiteral("file"));
    QVERIFY(unlockAt(byFile).ok());
    QVERIFY(!asks(byFile, {}));
    const QString byKeychain = directory.filePath(QStringLiteral("keychain"));
    MemoryKeychain keychain(true);
    QVERIFY(unlockWith(byKeychain, keychain, host::KeychainUse::Required).ok());
    QVERIFY(asks(byKeychain, {}));
}

} // namespace recado::tests

RECADO_TEST(recado::tests::UnlockedProfileTest)
#include "UnlockedProfileTest.moc"
