#include "bench/relay/SelfSigned.h"

#include <QFile>

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <memory>

namespace recado::tests::load {

namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using PemFile = std::unique_ptr<FILE, decltype(&std::fclose)>;

constexpr long dayInSeconds = 24 * 3'600;

void addAlternativeName(X509* certificate) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
    X509_EXTENSION* extension =
        X509V3_EXT_conf_nid(nullptr, &context, NID_subject_alt_name, "IP:127.0.0.1,DNS:localhost");
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
}

PemFile openForOwner(const QString& path) {
    QFile file(path);
    if (file.open(QIODevice::WriteOnly))
        file.setPermissions(QFile::ReadOwner | QFile::WriteOwner);
    return {std::fopen(QFile::encodeName(path).constData(), "w"), &std::fclose};
}

} // namespace

bool writeSelfSigned(const QString& certificateFile, const QString& keyFile) {
    const Key key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
    const Certificate certificate(X509_new(), &X509_free);
    if (!key || !certificate)
        return false;
    X509_set_version(certificate.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -dayInSeconds);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 30 * dayInSeconds);
    X509_set_pubkey(certificate.get(), key.get());
    X509_NAME* name = X509_get_subject_name(certificate.get());
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("localhost"),
                               -1, -1, 0);
    X509_set_issuer_name(certificate.get(), name);
    addAlternativeName(certificate.get());
    if (X509_sign(certificate.get(), key.get(), EVP_sha256()) == 0)
        return false;
    const PemFile certificateOut = openForOwner(certificateFile);
    const PemFile keyOut = openForOwner(keyFile);
    return certificateOut && keyOut && PEM_write_X509(certificateOut.get(), certificate.get()) == 1 &&
           PEM_write_PrivateKey(keyOut.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1;
}

} // namespace recado::tests::load
