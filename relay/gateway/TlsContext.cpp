#include "relay/gateway/TlsContext.h"

#include "base/Log.h"

#include <QCryptographicHash>
#include <QFile>
#include <QLoggingCategory>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <ctime>
#include <vector>

namespace recado::relay {

namespace {

Q_LOGGING_CATEGORY(tlsContextLog, "recado.relay.tls")

using base::makeError;
using base::Reason;
using base::Result;

template <auto release>
struct Releaser {
    template <typename Object>
    void operator()(Object* object) const {
        release(object);
    }
};
template <typename Object, auto release>
using Owned = std::unique_ptr<Object, Releaser<release>>;

using OwnedBio = Owned<BIO, BIO_free>;
using OwnedContext = Owned<SSL_CTX, SSL_CTX_free>;
using OwnedCertificate = Owned<X509, X509_free>;
using OwnedKey = Owned<EVP_PKEY, EVP_PKEY_free>;

constexpr qint64 largestTlsFile = 1'024 * 1'024;
// Others cost a multiple of the time, and the choice is the peer's.
constexpr char keyExchanges[] = "X25519:P-256:P-384";

base::Error tlsError(const char* key, const QString& text) {
    ERR_clear_error();
    return makeError(Reason::Configuration, QString::fromLatin1(key) + QStringLiteral(": ") + text);
}

QString whatOpenSslSays() {
    const char* reason = ERR_reason_error_string(ERR_peek_last_error());
    return reason != nullptr ? QString::fromLatin1(reason) : QStringLiteral("unusable");
}

Result<QByteArray> readTlsFile(const char* key, const QString& path) {
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return tlsError(key, QStringLiteral("cannot read %1: %2").arg(path, file.errorString()));
    return file.read(largestTlsFile);
}

OwnedBio memoryOf(const QByteArray& bytes) {
    return OwnedBio(BIO_new_mem_buf(bytes.constData(), int(bytes.size())));
}

/// No relay can be asked for a passphrase.
int noPassphrase(char*, int, int, void*) {
    return -1;
}

std::vector<OwnedCertificate> certificatesIn(const QByteArray& pem) {
    std::vector<OwnedCertificate> all;
    const OwnedBio memory = memoryOf(pem);
    while (X509* certificate = PEM_read_bio_X509(memory.get(), nullptr, noPassphrase, nullptr))
        all.emplace_back(certificate);
    return all;
}

/// Not PEM at all is also how a file ends.
bool endedWithPem() {
    return ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
}

QByteArray hashOfKey(X509* certificate) {
    unsigned char* der = nullptr;
    const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
    const QByteArray hash = QCryptographicHash::hash(
        QByteArrayView(reinterpret_cast<const char*>(der), size).toByteArray(), QCryptographicHash::Sha256);
    OPENSSL_free(der);
    return hash;
}

qint64 expiryOf(X509* certificate) {
    tm fields{};
    return ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &fields) == 1 ? qint64(timegm(&fields)) : 0;
}

void warnOfDates(X509* certificate, const QString& path) {
    if (X509_cmp_current_time(X509_get0_notAfter(certificate)) < 0)
        qCWarning(tlsContextLog) << "the certificate has expired; clients will refuse it"
                                 << base::logField("file", path);
    else if (X509_cmp_current_time(X509_get0_notBefore(certificate)) > 0)
        qCWarning(tlsContextLog) << "the certificate is not valid yet; clients will refuse it"
                                 << base::logField("file", path);
}

OwnedContext emptyContext() {
    OwnedContext context(SSL_CTX_new(TLS_server_method()));
    SSL_CTX* raw = context.get();
    if (raw == nullptr)
        return context;
    SSL_CTX_set_min_proto_version(raw, TLS1_3_VERSION);
    SSL_CTX_set_options(raw, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET |
                                 SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
    SSL_CTX_set_num_tickets(raw, 0);
    SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_mode(raw, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set1_groups_list(raw, keyExchanges);
    return context;
}

Result<std::vector<OwnedCertificate>> readChain(const QString& path) {
    RECADO_TRY(const QByteArray pem, readTlsFile("tls-cert", path));
    ERR_clear_error();
    std::vector<OwnedCertificate> chain = certificatesIn(pem);
    if (chain.empty())
        return tlsError("tls-cert", QStringLiteral("%1 holds no PEM certificate").arg(path));
    if (!endedWithPem())
        return tlsError("tls-cert", QStringLiteral("%1 is damaged behind certificate %2 (%3)")
                                        .arg(path)
                                        .arg(chain.size())
                                        .arg(whatOpenSslSays()));
    ERR_clear_error();
    return chain;
}

Result<OwnedKey> readKey(const QString& path) {
    RECADO_TRY(QByteArray pem, readTlsFile("tls-key", path));
    ERR_clear_error();
    OwnedKey key(PEM_read_bio_PrivateKey(memoryOf(pem).get(), nullptr, noPassphrase, nullptr));
    const bool encrypted = pem.contains("ENCRYPTED");
    OPENSSL_cleanse(pem.data(), std::size_t(pem.size()));
    if (!key)
        return tlsError("tls-key", encrypted
                                       ? QStringLiteral("%1 is encrypted; a relay cannot be asked for its "
                                                        "passphrase")
                                             .arg(path)
                                       : QStringLiteral("%1 holds no PEM private key").arg(path));
    if ((QFile(path).permissions() & (QFileDevice::ReadOther | QFileDevice::WriteOther)) != 0)
        qCWarning(tlsContextLog) << "everybody on this machine has access to the TLS key; chmod 600"
                                 << base::logField("file", path);
    return key;
}

} // namespace

TlsContext::~TlsContext() {
    SSL_CTX_free(m_context);
}

Result<std::shared_ptr<const TlsContext>> TlsContext::load(const TlsFiles& files) {
    RECADO_TRY(std::vector<OwnedCertificate> chain, readChain(files.certificate));
    RECADO_TRY(const OwnedKey key, readKey(files.key));
    X509* leaf = chain.front().get();
    if (X509_check_private_key(leaf, key.get()) != 1)
        return tlsError(
            "tls-key",
            QStringLiteral("%1 is not the key of the certificate in %2").arg(files.key, files.certificate));
    OwnedContext context = emptyContext();
    if (!context || SSL_CTX_use_certificate(context.get(), leaf) != 1)
        return tlsError("tls-cert", QStringLiteral("%1: %2").arg(files.certificate, whatOpenSslSays()));
    for (std::size_t index = 1; index < chain.size(); ++index) {
        if (SSL_CTX_add1_chain_cert(context.get(), chain[index].get()) != 1)
            return tlsError("tls-cert", QStringLiteral("%1: %2").arg(files.certificate, whatOpenSslSays()));
    }
    if (SSL_CTX_use_PrivateKey(context.get(), key.get()) != 1)
        return tlsError("tls-key", QStringLiteral("%1: %2").arg(files.key, whatOpenSslSays()));
    warnOfDates(leaf, files.certificate);
    return std::shared_ptr<const TlsContext>(
        new TlsContext(context.release(), hashOfKey(leaf), expiryOf(leaf)));
}

} // namespace recado::relay
