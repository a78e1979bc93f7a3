#include "TlsRawClient.h"

#include <QCryptographicHash>
#include <QtEndian>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

namespace recado::tests {

TlsRawClient::TlsRawClient(quint16 port, Newest newest)
    : m_wire(port)
    , m_context(SSL_CTX_new(TLS_client_method()))
    , m_ssl(nullptr) {
    SSL_CTX_set_max_proto_version(m_context, newest == Newest::Tls12 ? TLS1_2_VERSION : TLS1_3_VERSION);
    m_ssl = SSL_new(m_context);
    SSL_set_bio(m_ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_tlsext_host_name(m_ssl, "localhost");
    SSL_set_connect_state(m_ssl);
}

TlsRawClient::~TlsRawClient() {
    SSL_free(m_ssl);
    SSL_CTX_free(m_context);
}

QByteArray TlsRawClient::takeOutput() {
    QByteArray bytes(qsizetype(BIO_ctrl_pending(SSL_get_wbio(m_ssl))), Qt::Uninitialized);
    if (!bytes.isEmpty())
        BIO_read(SSL_get_wbio(m_ssl), bytes.data(), int(bytes.size()));
    return bytes;
}

QByteArray TlsRawClient::nextFlight() {
    ERR_clear_error();
    SSL_do_handshake(m_ssl);
    return takeOutput();
}

bool TlsRawClient::isEstablished() const {
    return SSL_is_init_finished(m_ssl) == 1;
}

bool TlsRawClient::receive(int timeoutMs) {
    const QByteArray bytes = m_wire.readSome(timeoutMs);
    if (!bytes.isEmpty())
        BIO_write(SSL_get_rbio(m_ssl), bytes.constData(), int(bytes.size()));
    return !bytes.isEmpty();
}

bool TlsRawClient::shakeHands() {
    while (true) {
        const QByteArray flight = nextFlight();
        if (!flight.isEmpty() && !m_wire.write(flight))
            return false;
        if (isEstablished())
            return true;
        if (!receive())
            return false;
    }
}

QByteArray TlsRawClient::encrypted(const QByteArray& plain) {
    ERR_clear_error();
    if (!plain.isEmpty())
        SSL_write(m_ssl, plain.constData(), int(plain.size()));
    return takeOutput();
}

QByteArray TlsRawClient::read(qsizetype size, int timeoutMs) {
    QByteArray plain;
    while (plain.size() < size) {
        QByteArray part(size - plain.size(), Qt::Uninitialized);
        ERR_clear_error();
        const int count = SSL_read(m_ssl, part.data(), int(part.size()));
        if (count > 0)
            plain.append(part.constData(), count);
        else if (SSL_get_error(m_ssl, count) != SSL_ERROR_WANT_READ || !receive(timeoutMs))
            break;
    }
    return plain;
}

QByteArray TlsRawClient::readUntil(const QByteArray& end) {
    QByteArray plain;
    while (!plain.endsWith(end)) {
        const QByteArray next = read(1);
        if (next.isEmpty())
            break;
        plain += next;
    }
    return plain;
}

bool TlsRawClient::upgrade() {
    return shakeHands() && write(RawClient::upgradeRequest()) &&
           readUntil("\r\n\r\n").startsWith("HTTP/1.1 101 ");
}

QByteArray TlsRawClient::readPayload() {
    const QByteArray header = read(2);
    if (header.size() < 2)
        return {};
    quint64 size = quint8(header[1]);
    if (size == 126)
        size = qFromBigEndian<quint16>(read(2).constData());
    else if (size == 127)
        size = qFromBigEndian<quint64>(read(8).constData());
    return read(qsizetype(size));
}

QByteArray TlsRawClient::farewell() {
    ERR_clear_error();
    SSL_shutdown(m_ssl);
    return takeOutput();
}

bool TlsRawClient::heardFarewell() {
    char byte = 0;
    while (SSL_read(m_ssl, &byte, 1) > 0 || receive())
        ERR_clear_error();
    return (SSL_get_shutdown(m_ssl) & SSL_RECEIVED_SHUTDOWN) != 0;
}

QByteArray TlsRawClient::keyUpdate() {
    SSL_key_update(m_ssl, SSL_KEY_UPDATE_REQUESTED);
    SSL_do_handshake(m_ssl);
    return takeOutput();
}

QByteArray TlsRawClient::peerKeyHash() const {
    X509* certificate = SSL_get1_peer_certificate(m_ssl);
    unsigned char* der = nullptr;
    const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
    const QByteArray hash = QCryptographicHash::hash(QByteArray(reinterpret_cast<const char*>(der), size),
                                                     QCryptographicHash::Sha256);
    OPENSSL_free(der);
    X509_free(certificate);
    return hash;
}

} // namespace recado::tests
