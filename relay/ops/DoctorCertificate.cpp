#include "relay/gateway/TlsContext.h"
#include "relay/ops/DoctorChecks.h"

#include <QDateTime>
#include <QSslCertificate>
#include <QSslError>

#include <algorithm>

namespace recado::relay::doctor {

namespace {

constexpr qint64 certificateWarningDays = 14;

const QString& certificateCheck() {
    static const QString name = QStringLiteral("certificate");
    return name;
}

Finding checkValidity(const QList<QSslCertificate>& chain) {
    const QDateTime now = QDateTime::currentDateTimeUtc();
    QDateTime end = chain.first().expiryDate();
    for (const QSslCertificate& certificate : chain) {
        if (certificate.effectiveDate() > now)
            return Finding::fail(
                certificateCheck(),
                QStringLiteral("not valid before %1").arg(certificate.effectiveDate().toString(Qt::ISODate)),
                QStringLiteral("look at the clock, or wait"));
        end = std::min(end, certificate.expiryDate());
    }
    const qint64 days = now.daysTo(end);
    const QString until = QStringLiteral("valid until %1").arg(end.toUTC().toString(Qt::ISODate));
    const QString renew = QStringLiteral("renew it; the relay takes the new files without a restart");
    if (end <= now)
        return Finding::fail(certificateCheck(),
                             QStringLiteral("expired on %1").arg(end.toUTC().toString(Qt::ISODate)), renew);
    if (days < certificateWarningDays)
        return Finding::warn(certificateCheck(), until, renew);
    return Finding::ok(certificateCheck(), until);
}

bool isSelfIssued(const QSslCertificate& certificate) {
    return certificate.isSelfSigned();
}

/// Each of a chain is issued by the next.
bool isInOrder(const QList<QSslCertificate>& chain) {
    for (qsizetype index = 0; index + 1 < chain.size(); ++index) {
        for (const auto part : {QSslCertificate::CommonName, QSslCertificate::Organization}) {
            if (chain[index].issuerInfo(part) != chain[index + 1].subjectInfo(part))
                return false;
        }
    }
    return true;
}

Finding checkChain(const QList<QSslCertificate>& chain) {
    const QString check = QStringLiteral("certificate chain");
    if (!isInOrder(chain))
        return Finding::fail(check, QStringLiteral("its certificates are not in order"),
                             QStringLiteral("the relay's own comes first, each followed by its issuer's"));
    const QList<QSslError> errors = QSslCertificate::verify(chain);
    const auto has = [&](QSslError::SslError error) {
        return std::any_of(errors.begin(), errors.end(),
                           [&](const QSslError& found) { return found.error() == error; });
    };
    if (errors.isEmpty())
        return Finding::ok(check, QStringLiteral("complete, and trusted by this system"));
    if (isSelfIssued(chain.last()))
        return Finding::warn(check, QStringLiteral("ends at a root that this system does not trust"),
                             QStringLiteral("clients accept it only where that root is installed; a "
                                            "certificate of a public authority works everywhere"));
    if (has(QSslError::UnableToGetLocalIssuerCertificate) || has(QSslError::UnableToGetIssuerCertificate) ||
        has(QSslError::UnableToVerifyFirstCertificate))
        return Finding::fail(check, QStringLiteral("incomplete: no way from it to a root this system trusts"),
                             QStringLiteral("put the authority's intermediate certificates behind the "
                                            "relay's own (fullchain.pem)"));
    if (has(QSslError::CertificateExpired) || has(QSslError::CertificateNotYetValid))
        return Finding::ok(check, QStringLiteral("leads to a root this system trusts"));
    return Finding::fail(check, errors.first().errorString(), QStringLiteral("have it issued anew"));
}

Finding checkHost(const QSslCertificate& certificate, const QString& host) {
    const QString check = QStringLiteral("certificate name");
    QStringList names = certificate.subjectAlternativeNames().values(QSsl::DnsEntry) +
                        certificate.subjectAlternativeNames().values(QSsl::IpAddressEntry);
    const bool fits = std::any_of(names.begin(), names.end(), [&](const QString& name) {
        if (name.compare(host, Qt::CaseInsensitive) == 0)
            return true;
        // A wildcard stands for exactly one label (RFC 6125).
        const qsizetype dot = host.indexOf(QLatin1Char('.'));
        return name.startsWith(QStringLiteral("*.")) && dot > 0 &&
               name.mid(1).compare(host.mid(dot), Qt::CaseInsensitive) == 0;
    });
    if (fits)
        return Finding::ok(check, QStringLiteral("for %1").arg(host));
    return Finding::fail(
        check,
        QStringLiteral("not for %1, but for %2")
            .arg(host, names.isEmpty() ? QStringLiteral("no name at all") : names.join(QStringLiteral(", "))),
        QStringLiteral("have it issued for the name clients connect to"));
}

} // namespace

Findings checkCertificate(const QString& certificatePath, const QString& keyPath, const QString& host) {
    Findings findings;
    // What the relay itself says when it starts: readable, strong enough, each other's.
    const auto loaded = TlsContext::load({certificatePath, keyPath});
    if (!loaded) {
        findings.push_back(Finding::fail(certificateCheck(), loaded.error().message,
                                         QStringLiteral("name a certificate and its key, PEM both")));
        return findings;
    }
    findings.push_back(
        Finding::ok(QStringLiteral("certificate key"), QStringLiteral("is the certificate's")));
    const QList<QSslCertificate> chain =
        QSslCertificate::fromPath(certificatePath, QSsl::Pem, QSslCertificate::PatternSyntax::FixedString);
    if (chain.isEmpty())
        return findings;
    findings.push_back(checkValidity(chain));
    findings.push_back(checkChain(chain));
    if (!host.isEmpty())
        findings.push_back(checkHost(chain.first(), host));
    return findings;
}

} // namespace recado::relay::doctor
