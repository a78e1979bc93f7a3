#include "crypto/SafetyNumber.h"

#include "crypto/SignalContext.h"

#include <fingerprint.h>

namespace recado::crypto {

namespace {

constexpr int fingerprintIterations = 5200;
constexpr int fingerprintVersion = 1;

base::Error fingerprintError() {
    return base::makeError(base::Reason::CryptoFailed,
                           QStringLiteral("the safety number cannot be computed"));
}

} // namespace

base::Result<QString> safetyNumber(const base::AccountId& localAccount, QByteArrayView localIdentityKey,
                                   const base::AccountId& remoteAccount, QByteArrayView remoteIdentityKey) {
    RECADO_TRY(const auto context, SignalContext::create());
    const auto localKey = decodePublicKey(localIdentityKey, context->get());
    const auto remoteKey = decodePublicKey(remoteIdentityKey, context->get());
    Handle<fingerprint_generator, fingerprint_generator_free> generator;
    if (localKey == nullptr || remoteKey == nullptr ||
        fingerprint_generator_create(generator.out(), fingerprintIterations, fingerprintVersion,
                                     context->get()) < 0)
        return fingerprintError();
    const QByteArray localName = localAccount.toHex().toLatin1();
    const QByteArray remoteName = remoteAccount.toHex().toLatin1();
    SignalPointer<fingerprint> result;
    if (fingerprint_generator_create_for(generator.get(), localName.constData(), localKey.get(),
                                         remoteName.constData(), remoteKey.get(), result.out()) < 0)
        return fingerprintError();
    return QString::fromLatin1(displayable_fingerprint_text(fingerprint_get_displayable(result.get())));
}

} // namespace recado::crypto
