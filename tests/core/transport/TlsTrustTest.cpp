#include "transport/TlsTrust.h"

#include "support/Suite.h"
#include "support/TestCertificates.h"

#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

namespace recado::tests {

/// What a device makes of a relay's certificate.
class TlsTrustTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void theKeyHashIsThatOfAnyKindOfKey();
    void noCertificateHasNoHash();
    void authoritiesAreAddedByName_data();
    void authoritiesAreAddedByName();
    void aFileWithoutAuthoritiesIsWarnedOf();
};

void TlsTrustTest::theKeyHashIsThatOfAnyKindOfKey() {
    const TestCertificate authority = TestCertificate::authority(KeyKind::Rsa2048);
    for (const KeyKind kind : {KeyKind::P256, KeyKind::Rsa2048, KeyKind::Ed25519}) {
        const TestCertificate server = authority.issue(kind);
        QCOMPARE(transport::tlsKeyHash(QSslCertificate(server.certificatePem())), server.keyHash());
    }
}

void TlsTrustTest::noCertificateHasNoHash() {
    QCOMPARE(transport::tlsKeyHash(QSslCertificate()), QByteArray());
}

void TlsTrustTest::authoritiesAreAddedByName_data() {
    QTest::addColumn<QByteArray>("variable");
    QTest::newRow("ours") << QByteArray("RECADO_CA_FILE");
    QTest::newRow("everybody's") << QByteArray("SSL_CERT_FILE");
}

void TlsTrustTest::authoritiesAreAddedByName() {
    QFETCH(QByteArray, variable);
    QTemporaryDir directory;
    const QString path = directory.filePath(QStringLiteral("authorities.pem"));
    const TestCertificate one = TestCertificate::authority();
    const TestCertificate two = TestCertificate::authority();
    QVERIFY(writePrivately(path, one.certificatePem() + two.certificatePem()));
    const QSslCertificate wanted(two.certificatePem());
    QVERIFY(!transport::relayTlsConfiguration().caCertificates().contains(wanted));
    qputenv(variable.constData(), path.toUtf8());
    const QSslConfiguration configuration = transport::relayTlsConfiguration();
    qunsetenv(variable.constData());
    QVERIFY(configuration.caCertificates().contains(QSslCertificate(one.certificatePem())));
    QVERIFY(configuration.caCertificates().contains(wanted));
    QVERIFY(configuration.peerVerifyMode() != QSslSocket::VerifyNone);
}

void TlsTrustTest::aFileWithoutAuthoritiesIsWarnedOf() {
    qputenv("RECADO_CA_FILE", "/nowhere/authorities.pem");
    QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("RECADO_CA_FILE names no file")));
    const QSslConfiguration configuration = transport::relayTlsConfiguration();
    qunsetenv("RECADO_CA_FILE");
    QVERIFY(configuration.peerVerifyMode() != QSslSocket::VerifyNone);
}

} // namespace recado::tests

RECADO_TEST(recado::tests::TlsTrustTest)
#include "TlsTrustTest.moc"
