#include "relay/gateway/TlsIdentity.h"

#include "support/Suite.h"
#include "support/TestCertificates.h"

#include <QFile>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

namespace recado::tests {

using relay::TlsContext;
using relay::TlsFiles;
using relay::TlsIdentity;

/// The two files a relay shows itself with: what may be wrong with them, and how they are renewed.
class TlsIdentityTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void theKeyHashIsThatOfTheCertificate();
    void whatIsWrongIsSaidByKey_data();
    void whatIsWrongIsSaidByKey();
    void aKeyOpenToAllIsWarnedOf();
    void renewedFilesAreTaken();
    void filesThatDoNotFitLeaveTheOldOnes();
    void unchangedFilesAreNotReadAgain();

private:
    TlsFiles write(const QByteArray& certificate, const QByteArray& key);

    QTemporaryDir m_directory;
};

TlsFiles TlsIdentityTest::write(const QByteArray& certificate, const QByteArray& key) {
    const TlsFiles files{m_directory.filePath(QStringLiteral("cert.pem")),
                         m_directory.filePath(QStringLiteral("key.pem"))};
    const auto put = [](const QString& path, const QByteArray& content) {
        return content.isNull() ? !QFile::exists(path) || QFile::remove(path) : writePrivately(path, content);
    };
    return put(files.certificate, certificate) && put(files.key, key) ? files : TlsFiles();
}

void TlsIdentityTest::theKeyHashIsThatOfTheCertificate() {
    const TestCertificate authority = TestCertificate::authority();
    for (const KeyKind kind : {KeyKind::P256, KeyKind::Rsa2048, KeyKind::Ed25519}) {
        const TestCertificate server = authority.issue(kind);
        const auto context =
            TlsContext::load(write(server.certificatePem() + authority.certificatePem(), server.keyPem()));
        QVERIFY(context.ok());
        QCOMPARE((*context)->keyHash(), server.keyHash());
        QCOMPARE((*context)->keyHash().size(), 32);
    }
}

void TlsIdentityTest::whatIsWrongIsSaidByKey_data() {
    QTest::addColumn<QByteArray>("certificate");
    QTest::addColumn<QByteArray>("key");
    QTest::addColumn<QString>("message");
    const TestCertificate one = TestCertificate::selfSigned();
    const TestCertificate other = TestCertificate::selfSigned();
    const auto row = [](const char* name, const QByteArray& certificate, const QByteArray& key,
                        const char* message) {
        QTest::newRow(name) << certificate << key << QString::fromLatin1(message);
    };
    row("no certificate", {}, one.keyPem(), "tls-cert: cannot read ");
    row("no key", one.certificatePem(), {}, "tls-key: cannot read ");
    row("no PEM", "certificate", one.keyPem(), "tls-cert: ");
    row("empty", "", one.keyPem(), "tls-cert: ");
    row("key is none", one.certificatePem(), "key", "tls-key: ");
    row("swapped", one.keyPem(), one.certificatePem(), "tls-cert: ");
    row("not each other's", one.certificatePem(), other.keyPem(), "tls-key: ");
    row("encrypted", one.certificatePem(), one.encryptedKeyPem(), "tls-key: ");
    row("cut", one.certificatePem().chopped(60), one.keyPem(), "tls-cert: ");
    row("cut chain", one.certificatePem() + other.certificatePem().chopped(60), one.keyPem(), "tls-cert: ");
}

void TlsIdentityTest::whatIsWrongIsSaidByKey() {
    QFETCH(QByteArray, certificate);
    QFETCH(QByteArray, key);
    QFETCH(QString, message);
    const auto identity = TlsIdentity::create(write(certificate, key));
    QVERIFY(!identity.ok());
    QCOMPARE(identity.error().reason, base::Reason::Configuration);
    QVERIFY2(identity.error().message.startsWith(message), qPrintable(identity.error().message));
    QVERIFY(!identity.error().message.contains(QLatin1Char('\n')));
}

void TlsIdentityTest::aKeyOpenToAllIsWarnedOf() {
    const TestCertificate server = TestCertificate::selfSigned();
    const TlsFiles files = write(server.certificatePem(), server.keyPem());
    QVERIFY(QFile::setPermissions(files.key, QFileDevice::ReadOwner | QFileDevice::ReadOther));
    QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("everybody on this machine")));
    QVERIFY(TlsContext::load(files).ok());
}

void TlsIdentityTest::renewedFilesAreTaken() {
    const TestCertificate first = TestCertificate::selfSigned();
    const auto identity = *TlsIdentity::create(write(first.certificatePem(), first.keyPem()));
    QCOMPARE(identity->current()->keyHash(), first.keyHash());
    const TestCertificate second = TestCertificate::selfSigned();
    write(second.certificatePem(), second.keyPem());
    QCOMPARE(identity->current()->keyHash(), first.keyHash());
    identity->reloadIfChanged();
    QCOMPARE(identity->current()->keyHash(), second.keyHash());
}

/// Programs that renew write one file after the other.
void TlsIdentityTest::filesThatDoNotFitLeaveTheOldOnes() {
    const TestCertificate first = TestCertificate::selfSigned();
    const auto identity = *TlsIdentity::create(write(first.certificatePem(), first.keyPem()));
    const TestCertificate second = TestCertificate::selfSigned();
    write(second.certificatePem(), first.keyPem());
    QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("the old one stays")));
    identity->reloadIfChanged();
    QCOMPARE(identity->current()->keyHash(), first.keyHash());
    write({}, {});
    QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("the old one stays")));
    QVERIFY(!identity->reload().ok());
    QCOMPARE(identity->current()->keyHash(), first.keyHash());
    write(second.certificatePem(), second.keyPem());
    identity->reloadIfChanged();
    QCOMPARE(identity->current()->keyHash(), second.keyHash());
}

void TlsIdentityTest::unchangedFilesAreNotReadAgain() {
    const TestCertificate server = TestCertificate::selfSigned();
    const auto identity = *TlsIdentity::create(write(server.certificatePem(), server.keyPem()));
    const auto before = identity->current();
    identity->reloadIfChanged();
    QCOMPARE(identity->current(), before);
    QVERIFY(identity->reload().ok());
    QVERIFY(identity->current() != before);
}

} // namespace recado::tests

RECADO_TEST(recado::tests::TlsIdentityTest)
#include "TlsIdentityTest.moc"
