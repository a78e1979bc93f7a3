#pragma once

#include <QByteArray>
#include <QString>

struct evp_pkey_st; // OpenSSL's
struct x509_st;

namespace recado::tests {

enum class KeyKind { P256, Rsa2048, Ed25519 };

/// A certificate for `localhost` and 127.0.0.1, valid from yesterday to tomorrow, with its key; or an
/// authority that signs such certificates. Made in memory in a moment, written where a test wants it.
class TestCertificate {
public:
    /// Signed by itself.
    static TestCertificate authority(KeyKind kind = KeyKind::P256);
    static TestCertificate selfSigned(KeyKind kind = KeyKind::P256);
    [[nodiscard]] TestCertificate issue(KeyKind kind = KeyKind::P256) const;

    TestCertificate(TestCertificate&& other) noexcept;
    TestCertificate& operator=(TestCertificate&&) = delete;
    ~TestCertificate();

    [[nodiscard]] QByteArray certificatePem() const;
    [[nodiscard]] QByteArray keyPem() const;
    /// The same under a passphrase.
    [[nodiscard]] QByteArray encryptedKeyPem() const;
    /// SHA-256 of the SubjectPublicKeyInfo.
    [[nodiscard]] QByteArray keyHash() const;

private:
    enum class Role { Authority, Server };
    TestCertificate(KeyKind kind, Role role, const TestCertificate* issuer);

    evp_pkey_st* m_key = nullptr;
    x509_st* m_certificate = nullptr;
};

/// Writes a file that only its owner may read; replaces what is there as renewals do, by renaming.
bool writePrivately(const QString& path, const QByteArray& content);

} // namespace recado::tests
