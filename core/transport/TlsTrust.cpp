#include "transport/TlsTrust.h"

#include <QCryptographicHash>
#include <QFile>
#include <QLoggingCategory>

namespace recado::transport {

namespace {

Q_LOGGING_CATEGORY(trustLog, "recado.transport")

/// One element of DER (X.690 section 8.1), and what is in it.
struct DerElement {
    QByteArrayView whole;
    QByteArrayView content;
};

/// Takes the element at the front of `bytes`; an empty one when there is none.
DerElement takeElement(QByteArrayView& bytes) {
    if (bytes.size() < 2)
        return {};
    qsizetype header = 2;
    quint32 size = quint8(bytes[1]);
    if (size >= 0x80) {
        const qsizetype digits = qsizetype(size & 0x7F);
        if (digits < 1 || digits > 3 || bytes.size() < header + digits)
            return {};
        size = 0;
        for (qsizetype digit = 0; digit < digits; ++digit)
            size = size << 8 | quint8(bytes[header + digit]);
        header += digits;
    }
    if (bytes.size() - header < qsizetype(size))
        return {};
    const DerElement element{bytes.first(header + qsizetype(size)), bytes.sliced(header, qsizetype(size))};
    bytes = bytes.sliced(element.whole.size());
    return element;
}

/// RFC 5280 section 4.1: behind the version, which may be missing, stand serial number, signature algorithm,
/// issuer, validity and subject.
QByteArrayView subjectPublicKeyInfo(QByteArrayView certificate) {
    constexpr char versionTag = char(0xA0);
    constexpr int fieldsBefore = 5;
    QByteArrayView outer = takeElement(certificate).content;
    QByteArrayView fields = takeElement(outer).content;
    if (!fields.isEmpty() && fields[0] == versionTag)
        takeElement(fields);
    for (int field = 0; field < fieldsBefore; ++field)
        takeElement(fields);
    return takeElement(fields).whole;
}

} // namespace

QSslConfiguration relayTlsConfiguration() {
    QSslConfiguration configuration = QSslConfiguration::defaultConfiguration();
    for (const char* variable : {"RECADO_CA_FILE", "SSL_CERT_FILE"}) {
        const QString path = qEnvironmentVariable(variable);
        if (path.isEmpty())
            continue;
        QFile file(path);
        const auto authorities =
            file.open(QIODevice::ReadOnly) ? QSslCertificate::fromDevice(&file) : QList<QSslCertificate>();
        if (authorities.isEmpty())
            qCWarning(trustLog) << variable << "names no file with PEM certificates:" << path;
        configuration.addCaCertificates(authorities);
    }
    return configuration;
}

// Qt would write the key anew, which changes some kinds of keys, and knows others not at all.
QByteArray tlsKeyHash(const QSslCertificate& certificate) {
    const QByteArray der = certificate.toDer();
    const QByteArrayView key = subjectPublicKeyInfo(der);
    return key.isEmpty() ? QByteArray()
                         : QCryptographicHash::hash(key.toByteArray(), QCryptographicHash::Sha256);
}

} // namespace recado::transport
