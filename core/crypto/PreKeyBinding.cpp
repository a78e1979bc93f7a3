#include "crypto/PreKeyBinding.h"

#include "base/Sodium.h"

#include <QtEndian>

#include <sodium.h>

namespace recado::crypto {

namespace {

constexpr char normalForm = 0;
constexpr char preKeyForm = 1;
constexpr qsizetype outerDigestSize = 16;
constexpr QByteArrayView outerDigestLabel("recado prekey message v1");

void appendNumber(QByteArray& target, std::uint32_t number) {
    const std::uint32_t bigEndian = qToBigEndian(number);
    target.append(reinterpret_cast<const char*>(&bigEndian), sizeof bigEndian);
}

QByteArray outerDigest(const OuterFields& outer) {
    base::ensureSodium();
    QByteArray input;
    input.append(outerDigestLabel).append('\0');
    appendNumber(input, outer.registrationId);
    input.append(outer.preKeyId.has_value() ? '\1' : '\0');
    appendNumber(input, outer.preKeyId.value_or(0));
    appendNumber(input, outer.signedPreKeyId);
    input.append(outer.baseKey).append(outer.identityKey);
    QByteArray digest(outerDigestSize, Qt::Uninitialized);
    crypto_generichash(reinterpret_cast<unsigned char*>(digest.data()), std::size_t(digest.size()),
                       reinterpret_cast<const unsigned char*>(input.constData()),
                       static_cast<unsigned long long>(input.size()), nullptr, 0);
    return digest;
}

/// The bytes that stand before the plaintext.
QByteArray boundPrefix(const std::optional<OuterFields>& outer) {
    if (!outer.has_value())
        return QByteArray(1, normalForm);
    return QByteArray(1, preKeyForm) + outerDigest(*outer);
}

} // namespace

QByteArray bindOuterFields(const std::optional<OuterFields>& outer, QByteArrayView plaintext) {
    QByteArray bound = boundPrefix(outer);
    // Room for everything at once: growing would leave unwiped copies of the plaintext behind.
    bound.reserve(bound.size() + plaintext.size());
    bound.append(plaintext);
    return bound;
}

std::optional<QByteArray> unbindOuterFields(const std::optional<OuterFields>& outer, QByteArrayView opened) {
    const QByteArray prefix = boundPrefix(outer);
    if (!opened.startsWith(prefix))
        return std::nullopt;
    return opened.sliced(prefix.size()).toByteArray();
}

} // namespace recado::crypto
