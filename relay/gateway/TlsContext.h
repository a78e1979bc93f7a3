#pragma once

#include "base/Result.h"

#include <QByteArray>
#include <QString>

#include <memory>

struct ssl_ctx_st; // OpenSSL's; its headers stay in our sources

namespace recado::relay {

/// Where certificate and key lie, PEM both. The certificate comes first in its file, the rest of its chain
/// behind it.
struct TlsFiles {
    QString certificate;
    QString key;
};

/// A certificate with its chain and key, ready for handshakes: TLS 1.3 only. Never changes; any thread.
///
/// No session tickets: a ticket costs a tenth of a handshake, the clients we know resume nothing, and without
/// them no key exists whose theft lets anybody pose as this relay, or that a renewal would have to outdate.
class TlsContext {
public:
    /// Errors: `Configuration`, with a message that begins with the key it is about: `tls-cert` or `tls-key`
    /// (missing, no PEM, too weak, encrypted, not each other's). Warns in the log of a key that everybody on
    /// the machine can read, and of a certificate that is not valid today.
    static base::Result<std::shared_ptr<const TlsContext>> load(const TlsFiles& files);

    TlsContext(const TlsContext&) = delete;
    TlsContext& operator=(const TlsContext&) = delete;
    ~TlsContext();

    [[nodiscard]] ssl_ctx_st* context() const { return m_context; }
    /// SHA-256 of the certificate's SubjectPublicKeyInfo, as PROTOCOL.md wants it in a Challenge.
    [[nodiscard]] const QByteArray& keyHash() const { return m_keyHash; }
    /// When the certificate expires, seconds since 1970.
    [[nodiscard]] qint64 expiresAtS() const { return m_expiresAtS; }

private:
    TlsContext(ssl_ctx_st* context, QByteArray keyHash, qint64 expiresAtS)
        : m_context(context)
        , m_keyHash(std::move(keyHash))
        , m_expiresAtS(expiresAtS) {}

    ssl_ctx_st* const m_context;
    const QByteArray m_keyHash;
    const qint64 m_expiresAtS;
};

} // namespace recado::relay
