#include "support/TestCertificates.h"

#include <QCryptographicHash>
#include <QFile>
#include <QSaveFile>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <utility>

namespace recado::tests {

namespace {

constexpr long dayInSeconds = 24 * 3'600;

EVP_PKEY* newKey(KeyKind kind) {
    switch (kind) {
    case KeyKind::P256:
        return EVP_EC_gen("P-256");
    case KeyKind::Rsa2048:
        return EVP_RSA_gen(2'048);
    case KeyKind::Ed25519:
        break;
    }
    return EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
}

void addExtension(X509* certificate, X509V3_CTX* context, int kind, const char* value) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, context, kind, value);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
}

template <typename Write>
QByteArray pemOf(Write write) {
    BIO* memory = BIO_new(BIO_s_mem());
    write(memory);
    char* data = nullptr;
    const long size = BIO_get_mem_data(memory, &data);
    QByteArray pem(data, qsizetype(size));
    BIO_free(memory);
    return pem;
}

} // namespace

TestCertificate TestCertificate::authority(KeyKind kind) {
    return {kind, Role::Authority, nullptr};
}

TestCertificate TestCertificate::selfSigned(KeyKind kind) {
    return {kind, Role::Server, nullptr};
}

TestCertificate TestCertificate::issue(KeyKind kind) const {
    return {kind, Role::Server, this};
}

TestCertificate::TestCertificate(KeyKind kind, Role role, const TestCertificate* issuer)
    : m_key(newKey(kind))
    , m_certificate(X509_new()) {
    const TestCertificate& signer = issuer != nullptr ? *issuer : *this;
    X509_set_version(m_certificate, X509_VERSION_3);
    quint64 serial = 0;
    RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial);
    ASN1_INTEGER_set_uint64(X509_get_serialNumber(m_certificate), serial >> 1);
    X509_gmtime_adj(X509_getm_notBefore(m_certificate), -dayInSeconds);
    X509_gmtime_adj(X509_getm_notAfter(m_certificate), dayInSeconds);
    X509_set_pubkey(m_certificate, m_key);
    const bool signs = role == Role::Authority;
    X509_NAME_add_entry_by_txt(X509_get_subject_name(m_certificate), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(signs ? "Test authority" : "localhost"),
                               -1, -1, 0);
    X509_set_issuer_name(m_certificate, X509_get_subject_name(signer.m_certificate));
    X509V3_CTX context;
    X509V3_set_ctx(&context, signer.m_certificate, m_certificate, nullptr, nullptr, 0);
    addExtension(m_certificate, &context, NID_basic_constraints, signs ? "critical,CA:TRUE" : "CA:FALSE");
    if (!signs)
        addExtension(m_certificate, &context, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1");
    // Ed25519 brings its own hash.
    const EVP_MD* hash = EVP_PKEY_get_base_id(signer.m_key) == EVP_PKEY_ED25519 ? nullptr : EVP_sha256();
    X509_sign(m_certificate, signer.m_key, hash);
}

TestCertificate::TestCertificate(TestCertificate&& other) noexcept
    : m_key(std::exchange(other.m_key, nullptr))
    , m_certificate(std::exchange(other.m_certificate, nullptr)) {}

TestCertificate::~TestCertificate() {
    EVP_PKEY_free(m_key);
    X509_free(m_certificate);
}

QByteArray TestCertificate::certificatePem() const {
    return pemOf([this](BIO* out) { PEM_write_bio_X509(out, m_certificate); });
}

QByteArray TestCertificate::keyPem() const {
    return pemOf(
        [this](BIO* out) { PEM_write_bio_PrivateKey(out, m_key, nullptr, nullptr, 0, nullptr, nullptr); });
}

QByteArray TestCertificate::encryptedKeyPem() const {
    const unsigned char word[] = "secret";
    return pemOf([&](BIO* out) {
        PEM_write_bio_PrivateKey(out, m_key, EVP_aes_128_cbc(), word, int(sizeof word) - 1, nullptr, nullptr);
    });
}

QByteArray TestCertificate::keyHash() const {
    unsigned char* der = nullptr;
    const int size = i2d_PUBKEY(m_key, &der);
    const QByteArray hash = QCryptographicHash::hash(QByteArray(reinterpret_cast<const char*>(der), size),
                                                     QCryptographicHash::Sha256);
    OPENSSL_free(der);
    return hash;
}

bool writePrivately(const QString& path, const QByteArray& content) {
    QSaveFile file(path);
    return file.open(QIODevice::WriteOnly) && file.write(content) == content.size() && file.commit() &&
           QFile::setPermissions(path, QFileDevice::ReadOwner | QFileDevice::WriteOwner);
}

} // namespace recado::tests
