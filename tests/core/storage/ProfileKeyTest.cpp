#include "storage/ProfileKey.h"

#include "support/Suite.h"

#include <QDir>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

#include <functional>
#include <map>

Q_DECLARE_METATYPE(recado::storage::KeyProtection)

namespace recado::tests {

using base::Reason;
using base::SecretBytes;
using storage::Credentials;
using storage::KeyProtection;
using storage::PassphraseCost;
using storage::ProfileKey;
using storage::ProtectionRequest;

namespace {

/// A keychain in memory whose moods a test chooses.
class MemoryKeychain final : public storage::Keychain {
public:
    QString name = QStringLiteral("secret-service");
    bool answers = true;
    bool keepsWhatItIsGiven = true;
    std::map<QString, QByteArray> entries;
    std::function<void()> afterWrite;

    [[nodiscard]] QString backend() const override { return name; }
    base::Result<std::optional<SecretBytes>> read(const QString& entry) override {
        if (!answers)
            return base::makeError(Reason::IoFailed, QStringLiteral("no service"));
        const auto row = entries.find(entry);
        if (row == entries.end())
            return std::optional<SecretBytes>();
        return std::optional(SecretBytes::copyOf(row->second));
    }
    base::Status write(const QString& entry, const SecretBytes& secret) override {
        if (!answers)
            return base::makeError(Reason::IoFailed, QStringLiteral("no service"));
        if (keepsWhatItIsGiven)
            entries[entry] = secret.view().toByteArray();
        if (afterWrite)
            afterWrite();
        return {};
    }
    base::Status remove(const QString& entry) override {
        if (!answers)
            return base::makeError(Reason::IoFailed, QStringLiteral("no service"));
        entries.erase(entry);
        return {};
    }
};

constexpr PassphraseCost cheap{1, 8192};

SecretBytes secret(const char* text) {
    return SecretBytes::copyOf(text);
}

ProtectionRequest byPassphrase(const char* text) {
    ProtectionRequest request;
    request.protection = KeyProtection::Passphrase;
    request.passphrase = secret(text);
    request.cost = cheap;
    return request;
}

ProtectionRequest byKeychain(storage::Keychain& keychain) {
    ProtectionRequest request;
    request.protection = KeyProtection::Keychain;
    request.keychain = &keychain;
    return request;
}

ProtectionRequest byBoth(const char* text, storage::Keychain& keychain) {
    ProtectionRequest request = byPassphrase(text);
    request.protection = KeyProtection::PassphraseAndKeychain;
    request.keychain = &keychain;
    return request;
}

Credentials withPassphrase(const char* text) {
    Credentials credentials;
    credentials.passphrase = secret(text);
    return credentials;
}

Credentials withKeychain(storage::Keychain& keychain) {
    Credentials credentials;
    credentials.keychain = &keychain;
    return credentials;
}

Credentials withRecoveryCode(const QString& code) {
    Credentials credentials;
    credentials.recoveryCode = code;
    return credentials;
}

} // namespace

class ProfileKeyTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void aKeyFileGivesTheKeyBackAndIsPrivate();
    void aKeyFileThatOthersMayReadIsRefused();
    void aPassphraseOpensAndAWrongOneDoesNot();
    void theKeyIsNotInThePassphraseProtectedFile();
    void theEverydayCostIsWhatThePolicySays();
    void aKeychainOpensOnlyTheOneThatIsPinned();
    void aKeychainThatLosesItsEntryLocksAndNeverMakesANewKey();
    void aKeychainThatKeepsNothingIsNotTrusted();
    void eitherOfPassphraseAndKeychainOpens();
    void aPassphraseThatIsWrongIsNotMadeUpForByTheKeychain();
    void bothNeedBothWhenTheyAreSet();
    void changingFromBothLeavesNoEntry();
    void aFailedWriteTakesItsKeychainEntryBack();
    void oneWrapUnderItsFormerNameStillOpens();
    void aRecoveryCodeOpensHoweverItIsTyped();
    void aRecoveryCodeCanBeMadeLaterAndRenewed_data();
    void aRecoveryCodeCanBeMadeLaterAndRenewed();
    void aWrongRecoveryCodeDoesNotOpen_data();
    void aWrongRecoveryCodeDoesNotOpen();
    void theRecoveryCodeSurvivesAPassphraseChange();
    void changingThePassphraseKeepsTheKey();
    void changingWithAWrongPassphraseChangesNothing();
    void changingToAKeychainAndBackLeavesNoEntry();
    void aRequestWithoutItsSecretIsRefused();
    void noSecondKeyIsMade();
    void aDatabaseWithoutKeyFileNeverGetsANewKey();
    void aNewDirectoryHasNoProtection();
    void aDamagedKeyFileIsCorrupt_data();
    void aDamagedKeyFileIsCorrupt();
    void aDamagedWrapIsAWrongKey();
    void absurdParametersAreRefusedBeforeTheyCost();

private:
    [[nodiscard]] QString directory() const { return m_directory->path(); }
    [[nodiscard]] QString keyPath() const { return directory() + QStringLiteral("/key.json"); }
    [[nodiscard]] QByteArray keyFileBytes() const;
    void overwriteKeyFile(const QByteArray& bytes) const;
    void makeDatabase() const;

    std::unique_ptr<QTemporaryDir> m_directory;
};

void ProfileKeyTest::init() {
    m_directory = std::make_unique<QTemporaryDir>();
    QVERIFY(m_directory->isValid());
}

QByteArray ProfileKeyTest::keyFileBytes() const {
    QFile file(keyPath());
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

void ProfileKeyTest::overwriteKeyFile(const QByteArray& bytes) const {
    QFile file(keyPath());
    QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
    QVERIFY(file.setPermissions(QFileDevice::ReadOwner | QFileDevice::WriteOwner));
    QCOMPARE(file.write(bytes), bytes.size());
}

void ProfileKeyTest::makeDatabase() const {
    QFile file(directory() + QStringLiteral("/profile.db"));
    QVERIFY(file.open(QIODevice::WriteOnly));
    QCOMPARE(file.write("pages"), qint64(5));
}

void ProfileKeyTest::aKeyFileGivesTheKeyBackAndIsPrivate() {
    const auto created = ProfileKey::create(directory(), {});
    QVERIFY(created.ok());
    QCOMPARE(created->key.size(), std::size_t(ProfileKey::keySize));
    QVERIFY(created->recoveryCode.isEmpty());
    QCOMPARE(ProfileKey::unlock(directory(), {})->view(), created->key.view());
    const auto others = QFileDevice::ReadGroup | QFileDevice::WriteGroup | QFileDevice::ReadOther |
                        QFileDevice::WriteOther | QFileDevice::ExeOwner;
    QVERIFY((QFile::permissions(keyPath()) & others) == 0);
    QCOMPARE((*ProfileKey::protection(directory()))->protection, KeyProtection::KeyFile);
}

void ProfileKeyTest::aKeyFileThatOthersMayReadIsRefused() {
    QVERIFY(ProfileKey::create(directory(), {}).ok());
    for (const auto extra : {QFileDevice::ReadGroup, QFileDevice::WriteGroup, QFileDevice::ReadOther}) {
        QVERIFY(QFile::setPermissions(keyPath(), QFileDevice::ReadOwner | QFileDevice::WriteOwner | extra));
        QCOMPARE(ProfileKey::unlock(directory(), {}).error().reason, Reason::NotPermitted);
        QCOMPARE(ProfileKey::protection(directory()).error().reason, Reason::NotPermitted);
    }
    QVERIFY(QFile::setPermissions(keyPath(), QFileDevice::ReadOwner | QFileDevice::WriteOwner));
    QVERIFY(ProfileKey::unlock(directory(), {}).ok());
}

void ProfileKeyTest::aPassphraseOpensAndAWrongOneDoesNot() {
    const auto created = ProfileKey::create(directory(), byPassphrase("correct horse"));
    QVERIFY(created.ok());
    QCOMPARE(ProfileKey::unlock(directory(), withPassphrase("correct horse"))->view(), created->key.view());
    QCOMPARE(ProfileKey::unlock(directory(), withPassphrase("correct house")).error().reason,
             Reason::WrongKey);
    QCOMPARE(ProfileKey::unlock(directory(), {}).error().reason, Reason::ProfileLocked);
    const auto info = *ProfileKey::protection(directory());
    QCOMPARE(info->protection, KeyProtection::Passphrase);
    QVERIFY(!info->hasRecoveryCode);
}

void ProfileKeyTest::theKeyIsNotInThePassphraseProtectedFile() {
    const auto created = ProfileKey::create(directory(), byPassphrase("correct horse"));
    const QByteArray file = keyFileBytes();
    QVERIFY(!file.isEmpty());
    QVERIFY(!file.contains(created->key.view().toByteArray().toBase64()));
    QVERIFY(!file.contains("correct horse"));
    QVERIFY(!file.contains("\"key\""));
}

void ProfileKeyTest::theEverydayCostIsWhatThePolicySays() {
    auto request = byPassphrase("once at full cost");
    request.cost = {};
    QVERIFY(ProfileKey::create(directory(), request).ok());
    const auto stored = QJsonDocument::fromJson(keyFileBytes()).object();
    QCOMPARE(stored[QLatin1String("passes")].toInteger(), 3);
    QCOMPARE(stored[QLatin1String("memoryBytes")].toInteger(), 256 * 1024 * 1024);
    QVERIFY(ProfileKey::unlock(directory(), withPassphrase("once at full cost")).ok());
}

void ProfileKeyTest::aKeychainOpensOnlyTheOneThatIsPinned() {
    MemoryKeychain keychain;
    const auto created = ProfileKey::create(directory(), byKeychain(keychain));
    QVERIFY(created.ok());
    QCOMPARE(ProfileKey::unlock(directory(), withKeychain(keychain))->view(), created->key.view());
    QCOMPARE((*ProfileKey::protection(directory()))->keychainBackend, QStringLiteral("secret-service"));

    QCOMPARE(ProfileKey::unlock(directory(), {}).error().reason, Reason::ProfileLocked);
    keychain.name = QStringLiteral("kwallet");
    const auto other = ProfileKey::unlock(directory(), withKeychain(keychain));
    QCOMPARE(other.error().reason, Reason::ProfileLocked);
    QVERIFY(other.error().message.contains(QStringLiteral("secret-service")));
    keychain.name = QStringLiteral("secret-service");
    keychain.entries.begin()->second[0] = char(keychain.entries.begin()->second[0] ^ 1);
    QCOMPARE(ProfileKey::unlock(directory(), withKeychain(keychain)).error().reason, Reason::WrongKey);
}

void ProfileKeyTest::aKeychainThatLosesItsEntryLocksAndNeverMakesANewKey() {
    MemoryKeychain keychain;
    QVERIFY(ProfileKey::create(directory(), byKeychain(keychain)).ok());
    makeDatabase();
    const QByteArray before = keyFileBytes();
    const auto entries = keychain.entries;
    keychain.entries.clear();
    QCOMPARE(ProfileKey::unlock(directory(), withKeychain(keychain)).error().reason, Reason::ProfileLocked);
    keychain.answers = false;
    QCOMPARE(ProfileKey::unlock(directory(), withKeychain(keychain)).error().reason, Reason::ProfileLocked);
    keychain.answers = true;
    QVERIFY(keychain.entries.empty());
    QCOMPARE(keyFileBytes(), before);
    keychain.entries = entries;
    QVERIFY(ProfileKey::unlock(directory(), withKeychain(keychain)).ok());
}

void ProfileKeyTest::aKeychainThatKeepsNothingIsNotTrusted() {
    MemoryKeychain keychain;
    keychain.keepsWhatItIsGiven = false;
    QCOMPARE(ProfileKey::create(directory(), byKeychain(keychain)).error().reason, Reason::IoFailed);
    keychain.answers = false;
    QCOMPARE(ProfileKey::create(directory(), byKeychain(keychain)).error().reason, Reason::IoFailed);
    QVERIFY(!QFile::exists(keyPath()));
}

void ProfileKeyTest::eitherOfPassphraseAndKeychainOpens() {
    MemoryKeychain keychain;
    const auto created = ProfileKey::create(directory(), byBoth("correct horse", keychain));
    QVERIFY(created.ok());
    QVERIFY(!keyFileBytes().contains(created->key.view().toByteArray().toBase64()));
    const auto info = *ProfileKey::protection(directory());
    QCOMPARE(info->protection, KeyProtection::PassphraseAndKeychain);
    QCOMPARE(info->keychainBackend, QStringLiteral("secret-service"));
    QCOMPARE(ProfileKey::unlock(directory(), withKeychain(keychain))->view(), created->key.view());
    QCOMPARE(ProfileKey::unlock(directory(), withPassphrase("correct horse"))->view(), created->key.view());
    QCOMPARE(ProfileKey::unlock(directory(), {}).error().reason, Reason::ProfileLocked);

    // What the passphrase is there for: the keychain was reset, is silent, or is another one.
    const auto entries = std::exchange(keychain.entries, {});
    QCOMPARE(ProfileKey::unlock(directory(), withKeychain(keychain)).error().reason, Reason::ProfileLocked);
    QCOMPARE(ProfileKey::unlock(directory(), withPassphrase("correct horse"))->view(), created->key.view());
    keychain.entries = entries;
    keychain.name = QStringLiteral("kwallet");
    QCOMPARE(ProfileKey::unlock(directory(), withKeychain(keychain)).error().reason, Reason::ProfileLocked);
    QCOMPARE(ProfileKey::unlock(directory(), withPassphrase("correct horse"))->view(), created->key.view());
}

void ProfileKeyTest::aPassphraseThatIsWrongIsNotMadeUpForByTheKeychain() {
    MemoryKeychain keychain;
    QVERIFY(ProfileKey::create(directory(), byBoth("correct horse", keychain)).ok());
    auto credentials = withPassphrase("correct house");
    credentials.keychain = &keychain;
    QCOMPARE(ProfileKey::unlock(directory(), credentials).error().reason, Reason::WrongKey);
}

void ProfileKeyTest::bothNeedBothWhenTheyAreSet() {
    MemoryKeychain keychain;
    QCOMPARE(ProfileKey::create(directory(), byBoth("", keychain)).error().reason, Reason::InvalidArgument);
    QVERIFY(keychain.entries.empty());
    auto withoutKeychain = byPassphrase("p");
    withoutKeychain.protection = KeyProtection::PassphraseAndKeychain;
    QCOMPARE(ProfileKey::create(directory(), withoutKeychain).error().reason, Reason::InvalidArgument);
    QVERIFY(!QFile::exists(keyPath()));
    QVERIFY(ProfileKey::create(directory(), byBoth("p", keychain)).ok());
    auto object = QJsonDocument::fromJson(keyFileBytes()).object();
    for (const char* name : {"passphraseBox", "keychainBox", "salt", "keychainEntry"}) {
        auto damaged = object;
        damaged.remove(QLatin1String(name));
        overwriteKeyFile(QJsonDocument(damaged).toJson());
        QCOMPARE(ProfileKey::unlock(directory(), withPassphrase("p")).error().reason, Reason::StorageCorrupt);
    }
}

void ProfileKeyTest::changingFromBothLeavesNoEntry() {
    MemoryKeychain keychain;
    const auto created = ProfileKey::create(directory(), byPassphrase("old"));
    QVERIFY(ProfileKey::change(directory(), withPassphrase("old"), byBoth("new", keychain)).ok());
    QCOMPARE(ProfileKey::unlock(directory(), withKeychain(keychain))->view(), created->key.view());
    QCOMPARE(ProfileKey::unlock(directory(), withPassphrase("old")).error().reason, Reason::WrongKey);
    // Again with other secrets, opened by the passphrase: the keychain holds the new wrap's secret only.
    QVERIFY(ProfileKey::change(directory(), withPassphrase("new"), byBoth("newer", keychain)).ok());
    QCOMPARE(keychain.entries.size(), std::size_t(1));
    QCOMPARE(ProfileKey::unlock(directory(), withKeychain(keychain))->view(), created->key.view());
    QVERIFY(ProfileKey::change(directory(), withKeychain(keychain), byPassphrase("last")).ok());
    QVERIFY(keychain.entries.empty());
    QCOMPARE(ProfileKey::unlock(directory(), withPassphrase("last"))->view(), created->key.view());
}

void ProfileKeyTest::aFailedWriteTakesItsKeychainEntryBack() {
    MemoryKeychain keychain;
    keychain.afterWrite = [this] { QVERIFY(QDir(directory()).removeRecursively()); };
    QCOMPARE(ProfileKey::create(directory(), byKeychain(keychain)).error().reason, Reason::IoFailed);
    QVERIFY(keychain.entries.empty());
}

void ProfileKeyTest::oneWrapUnderItsFormerNameStillOpens() {
    const auto created = ProfileKey::create(directory(), byPassphrase("p"));
    auto object = QJsonDocument::fromJson(keyFileBytes()).object();
    object[QLatin1String("box")] = object.take(QLatin1String("passphraseBox"));
    overwriteKeyFile(QJsonDocument(object).toJson());
    QCOMPARE(ProfileKey::unlock(directory(), withPassphrase("p"))->view(), created->key.view());
}

void ProfileKeyTest::aRecoveryCodeOpensHoweverItIsTyped() {
    auto request = byPassphrase("forgotten");
    request.withRecoveryCode = true;
    const auto created = ProfileKey::create(directory(), request);
    const QString code = created->recoveryCode;
    static const QRegularExpression shape(
        QStringLiteral("^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){7}$"));
    QVERIFY2(shape.match(code).hasMatch(), qPrintable(code));
    QVERIFY((*ProfileKey::protection(directory()))->hasRecoveryCode);
    QString alike = code;
    alike.replace(u'0', u'o').replace(u'1', u'l');
    QString spaced = code.toLower();
    spaced.replace(u'-', u' ');
    for (const QString& typed : {code, code.toLower(), alike, spaced, QString(code).remove(u'-')})
        QCOMPARE(ProfileKey::unlock(directory(), withRecoveryCode(typed))->view(), created->key.view());
}

void ProfileKeyTest::aWrongRecoveryCodeDoesNotOpen_data() {
    QTest::addColumn<QString>("code");
    QTest::newRow("another") << QStringLiteral("0000-0000-0000-0000-0000-0000-0000-0000");
    QTest::newRow("short") << QStringLiteral("0000-0000");
    QTest::newRow("long") << QStringLiteral("0000-0000-0000-0000-0000-0000-0000-0000-0");
    QTest::newRow("foreign characters") << QStringLiteral("UUUU-0000-0000-0000-0000-0000-0000-0000");
}

void ProfileKeyTest::aWrongRecoveryCodeDoesNotOpen() {
    QFETCH(QString, code);
    auto request = byPassphrase("x");
    request.withRecoveryCode = true;
    QVERIFY(ProfileKey::create(directory(), request).ok());
    QCOMPARE(ProfileKey::unlock(directory(), withRecoveryCode(code)).error().reason, Reason::WrongKey);
}

void ProfileKeyTest::theRecoveryCodeSurvivesAPassphraseChange() {
    auto request = byPassphrase("old");
    request.withRecoveryCode = true;
    const auto created = ProfileKey::create(directory(), request);
    const auto recovery = withRecoveryCode(created->recoveryCode);
    QVERIFY(ProfileKey::change(directory(), recovery, byPassphrase("new")).ok());
    QCOMPARE(ProfileKey::unlock(directory(), withPassphrase("new"))->view(), created->key.view());
    QCOMPARE(ProfileKey::unlock(directory(), recovery)->view(), created->key.view());

    auto renewed = byPassphrase("new");
    renewed.withRecoveryCode = true;
    const auto changed = ProfileKey::change(directory(), withPassphrase("new"), renewed);
    QVERIFY(changed->recoveryCode != created->recoveryCode);
    QCOMPARE(ProfileKey::unlock(directory(), recovery).error().reason, Reason::WrongKey);
    QVERIFY(ProfileKey::unlock(directory(), withRecoveryCode(changed->recoveryCode)).ok());
}

void ProfileKeyTest::aRecoveryCodeCanBeMadeLaterAndRenewed_data() {
    QTest::addColumn<KeyProtection>("protection");
    QTest::newRow("key file") << KeyProtection::KeyFile;
    QTest::newRow("passphrase") << KeyProtection::Passphrase;
    QTest::newRow("keychain") << KeyProtection::Keychain;
    QTest::newRow("both") << KeyProtection::PassphraseAndKeychain;
}

void ProfileKeyTest::aRecoveryCodeCanBeMadeLaterAndRenewed() {
    QFETCH(KeyProtection, protection);
    MemoryKeychain keychain;
    auto request = byBoth("p", keychain);
    request.protection = protection;
    const auto created = ProfileKey::create(directory(), request);
    QVERIFY(created->recoveryCode.isEmpty());
    const auto open = [&] {
        Credentials credentials = withKeychain(keychain);
        if (protection == KeyProtection::Passphrase)
            credentials.passphrase = secret("p");
        return credentials;
    };
    const auto first = ProfileKey::renewRecoveryCode(directory(), open());
    QVERIFY(first.ok());
    QVERIFY((*ProfileKey::protection(directory()))->hasRecoveryCode);
    QCOMPARE(ProfileKey::unlock(directory(), withRecoveryCode(*first))->view(), created->key.view());
    // The protection is untouched, and a code alone is enough to get the next one.
    QCOMPARE(ProfileKey::unlock(directory(), open())->view(), created->key.view());
    const auto second = ProfileKey::renewRecoveryCode(directory(), withRecoveryCode(*first));
    QVERIFY(*second != *first);
    QCOMPARE(ProfileKey::unlock(directory(), withRecoveryCode(*first)).error().reason, Reason::WrongKey);
    QCOMPARE(ProfileKey::unlock(directory(), withRecoveryCode(*second))->view(), created->key.view());
    QVERIFY(!keyFileBytes().contains(second->toLatin1()));

    const QByteArray before = keyFileBytes();
    QCOMPARE(ProfileKey::renewRecoveryCode(directory(), withRecoveryCode(*first)).error().reason,
             Reason::WrongKey);
    QCOMPARE(keyFileBytes(), before);
}

void ProfileKeyTest::changingThePassphraseKeepsTheKey() {
    const auto created = ProfileKey::create(directory(), byPassphrase("old"));
    makeDatabase();
    const auto changed = ProfileKey::change(directory(), withPassphrase("old"), byPassphrase("new"));
    QVERIFY(changed.ok());
    QCOMPARE(changed->key.view(), created->key.view());
    QCOMPARE(ProfileKey::unlock(directory(), withPassphrase("new"))->view(), created->key.view());
    QCOMPARE(ProfileKey::unlock(directory(), withPassphrase("old")).error().reason, Reason::WrongKey);
}

void ProfileKeyTest::changingWithAWrongPassphraseChangesNothing() {
    QVERIFY(ProfileKey::create(directory(), byPassphrase("old")).ok());
    const QByteArray before = keyFileBytes();
    QCOMPARE(ProfileKey::change(directory(), withPassphrase("guess"), byPassphrase("new")).error().reason,
             Reason::WrongKey);
    QCOMPARE(ProfileKey::change(directory(), withPassphrase("old"), byPassphrase("")).error().reason,
             Reason::InvalidArgument);
    QCOMPARE(keyFileBytes(), before);
}

void ProfileKeyTest::changingToAKeychainAndBackLeavesNoEntry() {
    MemoryKeychain keychain;
    const auto created = ProfileKey::create(directory(), {});
    QVERIFY(ProfileKey::change(directory(), {}, byKeychain(keychain)).ok());
    QVERIFY(!keyFileBytes().contains(created->key.view().toByteArray().toBase64()));
    QCOMPARE(keychain.entries.size(), std::size_t(1));
    QVERIFY(ProfileKey::change(directory(), withKeychain(keychain), byPassphrase("p")).ok());
    QVERIFY(keychain.entries.empty());
    QCOMPARE(ProfileKey::unlock(directory(), withPassphrase("p"))->view(), created->key.view());
}

void ProfileKeyTest::aRequestWithoutItsSecretIsRefused() {
    QCOMPARE(ProfileKey::create(directory(), byPassphrase("")).error().reason, Reason::InvalidArgument);
    ProtectionRequest noKeychain;
    noKeychain.protection = KeyProtection::Keychain;
    QCOMPARE(ProfileKey::create(directory(), noKeychain).error().reason, Reason::InvalidArgument);
    QVERIFY(!QFile::exists(keyPath()));
}

void ProfileKeyTest::noSecondKeyIsMade() {
    QVERIFY(ProfileKey::create(directory(), {}).ok());
    const QByteArray before = keyFileBytes();
    QCOMPARE(ProfileKey::create(directory(), {}).error().reason, Reason::ProfileInUse);
    QCOMPARE(keyFileBytes(), before);
}

void ProfileKeyTest::aDatabaseWithoutKeyFileNeverGetsANewKey() {
    makeDatabase();
    QCOMPARE(ProfileKey::create(directory(), {}).error().reason, Reason::StorageCorrupt);
    QCOMPARE(ProfileKey::unlock(directory(), {}).error().reason, Reason::StorageCorrupt);
    QCOMPARE(ProfileKey::protection(directory()).error().reason, Reason::StorageCorrupt);
    QVERIFY(!QFile::exists(keyPath()));
}

void ProfileKeyTest::aNewDirectoryHasNoProtection() {
    QVERIFY(!ProfileKey::protection(directory())->has_value());
    QCOMPARE(ProfileKey::unlock(directory(), {}).error().reason, Reason::IoFailed);
    const QString missing = directory() + QStringLiteral("/missing");
    QCOMPARE(ProfileKey::create(missing, {}).error().reason, Reason::IoFailed);
}

void ProfileKeyTest::aDamagedKeyFileIsCorrupt_data() {
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("no JSON") << QByteArray("\x01\x02 not json");
    QTest::newRow("other version") << QByteArray(R"({"version":2,"protection":"file"})");
    QTest::newRow("unknown protection") << QByteArray(R"({"version":1,"protection":"hope"})");
    QTest::newRow("no key") << QByteArray(R"({"version":1,"protection":"file"})");
    QTest::newRow("short key") << QByteArray(R"({"version":1,"protection":"file","key":"AAAA"})");
    QTest::newRow("no salt") << QByteArray(
        R"({"version":1,"protection":"passphrase","box":"AAAA","passes":1,"memoryBytes":8192})");
    QTest::newRow("no entry") << QByteArray(R"({"version":1,"protection":"keychain","box":"AAAA"})");
}

void ProfileKeyTest::aDamagedKeyFileIsCorrupt() {
    QFETCH(QByteArray, bytes);
    overwriteKeyFile(bytes);
    QCOMPARE(ProfileKey::unlock(directory(), {}).error().reason, Reason::StorageCorrupt);
    QCOMPARE(ProfileKey::create(directory(), {}).error().reason, Reason::StorageCorrupt);
    QCOMPARE(keyFileBytes(), bytes);
}

void ProfileKeyTest::aDamagedWrapIsAWrongKey() {
    QVERIFY(ProfileKey::create(directory(), byPassphrase("p")).ok());
    auto object = QJsonDocument::fromJson(keyFileBytes()).object();
    const QByteArray box =
        QByteArray::fromBase64(object[QLatin1String("passphraseBox")].toString().toLatin1());
    for (int byte = 0; byte < box.size(); ++byte) {
        QByteArray damaged = box;
        damaged[byte] = char(damaged[byte] ^ 0x10);
        object[QLatin1String("passphraseBox")] = QString::fromLatin1(damaged.toBase64());
        overwriteKeyFile(QJsonDocument(object).toJson());
        QCOMPARE(ProfileKey::unlock(directory(), withPassphrase("p")).error().reason, Reason::WrongKey);
    }
}

void ProfileKeyTest::absurdParametersAreRefusedBeforeTheyCost() {
    QVERIFY(ProfileKey::create(directory(), byPassphrase("p")).ok());
    const auto intact = QJsonDocument::fromJson(keyFileBytes()).object();
    for (const auto& [name, value] :
         {std::pair(QLatin1String("passes"), qint64(1) << 40), std::pair(QLatin1String("passes"), qint64(0)),
          std::pair(QLatin1String("memoryBytes"), qint64(1) << 50),
          std::pair(QLatin1String("memoryBytes"), qint64(-1))}) {
        auto object = intact;
        object[name] = value;
        overwriteKeyFile(QJsonDocument(object).toJson());
        QCOMPARE(ProfileKey::unlock(directory(), withPassphrase("p")).error().reason, Reason::StorageCorrupt);
    }
}

} // namespace recado::tests

RECADO_TEST(recado::tests::ProfileKeyTest)
#include "ProfileKeyTest.moc"
