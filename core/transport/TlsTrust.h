#pragma once

#include <QByteArray>
#include <QSslCertificate>
#include <QSslConfiguration>

namespace recado::transport {

/// How a relay's certificate is judged: as Qt does, by the authorities the system trusts. Who runs a relay on
/// a certificate of his own names it, or the authority that signed it, in a PEM file: the environment
/// variable RECADO_CA_FILE, or SSL_CERT_FILE as other programs on OpenSSL read it. These authorities are
/// added; nothing ever switches the judgement off. Reads the file.
QSslConfiguration relayTlsConfiguration();

/// SHA-256 of the certificate's SubjectPublicKeyInfo, byte for byte as the certificate holds it; empty for
/// none.
QByteArray tlsKeyHash(const QSslCertificate& certificate);

} // namespace recado::transport
