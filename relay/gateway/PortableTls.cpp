#include "relay/gateway/PortableTls.h"

#include "relay/gateway/TlsIdentity.h"

#include <QSslCertificate>
#include <QSslKey>
#include <QSslSocket>

#include <openssl/ssl.h>

namespace recado::relay {

namespace {

QSslCertificate qtCertificate(X509* certificate) {
    QByteArray der(i2d_X509(certificate, nullptr), Qt::Uninitialized);
    auto* out = reinterpret_cast<unsigned char*>(der.data());
    i2d_X509(certificate, &out);
    return QSslCertificate(der, QSsl::Der);
}

/// By way of its DER form: Qt may use another build of OpenSSL, or none.
QSslKey qtKey(EVP_PKEY* key) {
    const int kind = EVP_PKEY_get_base_id(key);
    if (kind != EVP_PKEY_RSA && kind != EVP_PKEY_EC)
        return {};
    QByteArray der(i2d_PrivateKey(key, nullptr), Qt::Uninitialized);
    auto* out = reinterpret_cast<unsigned char*>(der.data());
    i2d_PrivateKey(key, &out);
    const QSslKey converted(der, kind == EVP_PKEY_RSA ? QSsl::Rsa : QSsl::Ec, QSsl::Der, QSsl::PrivateKey);
    OPENSSL_cleanse(der.data(), std::size_t(der.size()));
    return converted;
}

QSslConfiguration qtConfiguration(const TlsContext& context) {
    SSL_CTX* from = context.context();
    QList<QSslCertificate> chain{qtCertificate(SSL_CTX_get0_certificate(from))};
    STACK_OF(X509)* rest = nullptr;
    SSL_CTX_get0_chain_certs(from, &rest);
    for (int index = 0; index < sk_X509_num(rest); ++index)
        chain.append(qtCertificate(sk_X509_value(rest, index)));
    QSslConfiguration configuration = QSslConfiguration::defaultConfiguration();
    configuration.setLocalCertificateChain(chain);
    configuration.setPrivateKey(qtKey(SSL_CTX_get0_privatekey(from)));
    configuration.setProtocol(QSsl::TlsV1_3OrLater);
    configuration.setPeerVerifyMode(QSslSocket::VerifyNone); // devices prove themselves by signature
    configuration.setSslOption(QSsl::SslOptionDisableSessionTickets, true);
    configuration.setAllowedNextProtocols({QByteArrayLiteral("http/1.1")});
    return configuration;
}

} // namespace

base::Status PortableTls::check(TlsIdentity* identity) {
    using base::Reason;
    if (identity == nullptr)
        return {};
    if (!QSslSocket::supportsSsl() || !QSslSocket::supportedProtocols().contains(QSsl::TlsV1_3OrLater))
        return base::makeError(Reason::Configuration, QStringLiteral("tls-cert: Qt has no TLS 1.3 here"));
    if (qtKey(SSL_CTX_get0_privatekey(identity->current()->context())).isNull())
        return base::makeError(Reason::Configuration,
                               QStringLiteral("tls-key: the portable gateway takes RSA and EC keys"));
    return {};
}

std::shared_ptr<const PortableTls::State> PortableTls::current() {
    if (m_identity == nullptr)
        return nullptr;
    std::shared_ptr<const TlsContext> source = m_identity->current();
    if (!m_state || m_state->source != source) {
        State state{source, qtConfiguration(*source), source->keyHash()};
        m_state = std::make_shared<const State>(std::move(state));
    }
    return m_state;
}

} // namespace recado::relay
