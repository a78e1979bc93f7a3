#include "crypto/Keys.h"

#include "crypto/SignalContext.h"

#include <curve.h>
#include <key_helper.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace recado::crypto {

namespace {

constexpr char curveKeyType = 0x05;
constexpr int curvePointSize = 32;

using CurvePoint = std::array<std::uint8_t, curvePointSize>;

/// 2^255 - 19, little-endian.
constexpr CurvePoint fieldPrime() {
    CurvePoint prime;
    prime.fill(0xff);
    prime[0] = 0xed;
    prime[31] = 0x7f;
    return prime;
}

constexpr CurvePoint smallNumber(std::uint8_t value) {
    CurvePoint point{};
    point[0] = value;
    return point;
}

constexpr CurvePoint primeMinusOne() {
    CurvePoint point = fieldPrime();
    point[0] = 0xec;
    return point;
}

/// The canonical u-coordinates of order 1, 2, 4 and 8 on Curve25519 and its twist (RFC 7748 section 6.1 and
/// the list by D. J. Bernstein at cr.yp.to/ecdh.html).
constexpr std::array smallOrderPoints{
    smallNumber(0),
    smallNumber(1),
    CurvePoint{0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3,
               0xfa, 0xf1, 0x9f, 0xc4, 0x6a, 0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32,
               0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49, 0xb8, 0x00},
    CurvePoint{0x5f, 0x9c, 0x95, 0xbc, 0xa3, 0x50, 0x8c, 0x24, 0xb1, 0xd0, 0xb1,
               0x55, 0x9c, 0x83, 0xef, 0x5b, 0x04, 0x44, 0x5c, 0xc4, 0x58, 0x1c,
               0x8e, 0x86, 0xd8, 0x22, 0x4e, 0xdd, 0xd0, 0x9f, 0x11, 0x57},
    primeMinusOne(),
};

/// True for a value below the field's prime, which also means that the unused top bit is clear.
bool isCanonical(const CurvePoint& point) {
    constexpr CurvePoint prime = fieldPrime();
    return std::lexicographical_compare(point.rbegin(), point.rend(), prime.rbegin(), prime.rend());
}

QByteArray labelledMessage(QByteArrayView label, QByteArrayView message) {
    QByteArray input;
    input.reserve(label.size() + 1 + message.size());
    input.append(label).append('\0').append(message);
    return input;
}

base::Error keyError() {
    return base::makeError(base::Reason::CryptoFailed, QStringLiteral("a key operation failed"));
}

} // namespace

base::Result<IdentityKeyPair> generateIdentity() {
    RECADO_TRY(const auto context, SignalContext::create());
    SignalPointer<ec_key_pair> pair;
    SignalBuffer secret;
    if (curve_generate_key_pair(context->get(), pair.out()) < 0 ||
        ec_private_key_serialize(secret.out(), ec_key_pair_get_private(pair.get())) < 0)
        return keyError();
    return IdentityKeyPair{serialized(ec_key_pair_get_public(pair.get())), toSecret(secret.get())};
}

base::Result<std::uint32_t> generateRegistrationId() {
    RECADO_TRY(const auto context, SignalContext::create());
    std::uint32_t id = 0;
    if (signal_protocol_key_helper_generate_registration_id(&id, 0, context->get()) < 0)
        return keyError();
    return id;
}

bool isAcceptablePublicKey(QByteArrayView publicKey) {
    return publicKey.size() == publicKeySize && publicKey.front() == curveKeyType &&
           isAcceptableCurvePoint(publicKey.sliced(1));
}

bool isAcceptableCurvePoint(QByteArrayView point) {
    if (point.size() != curvePointSize)
        return false;
    CurvePoint bytes;
    std::memcpy(bytes.data(), point.data(), bytes.size());
    return isCanonical(bytes) &&
           std::find(smallOrderPoints.begin(), smallOrderPoints.end(), bytes) == smallOrderPoints.end();
}

base::Result<QByteArray> sign(const IdentityKeyPair& identity, QByteArrayView label, QByteArrayView message) {
    RECADO_TRY(const auto context, SignalContext::create());
    const QByteArray input = labelledMessage(label, message);
    SignalPointer<ec_private_key> key;
    SignalBuffer signature;
    if (curve_decode_private_point(key.out(), identity.privateKey.data(), identity.privateKey.size(),
                                   context->get()) < 0 ||
        curve_calculate_signature(context->get(), signature.out(), key.get(), asBytes(input),
                                  std::size_t(input.size())) < 0)
        return keyError();
    return toByteArray(signature.get());
}

bool verify(QByteArrayView publicKey, QByteArrayView label, QByteArrayView message,
            QByteArrayView signature) {
    const auto context = SignalContext::create();
    if (!context.ok() || signature.size() != identitySignatureSize)
        return false;
    const auto key = decodePublicKey(publicKey, context.value()->get());
    if (key == nullptr)
        return false;
    const QByteArray input = labelledMessage(label, message);
    return curve_verify_signature(key.get(), asBytes(input), std::size_t(input.size()), asBytes(signature),
                                  std::size_t(signature.size())) == 1;
}

} // namespace recado::crypto
