#include "crypto/PreKeys.h"

#include "crypto/SignalContext.h"

#include <curve.h>
#include <session_pre_key.h>

namespace recado::crypto {

namespace {

constexpr int maximumPreKeyBatch = 1000;

bool isPreKeyId(std::uint32_t id) {
    return id >= 1 && id <= maximumPreKeyId;
}

base::Error preKeyError() {
    return base::makeError(base::Reason::CryptoFailed, QStringLiteral("a prekey cannot be made"));
}

base::Error preKeyArgumentError() {
    return base::makeError(base::Reason::InvalidArgument,
                           QStringLiteral("prekey id or count is out of range"));
}

base::Result<OneTimePreKey> oneTimePreKey(std::uint32_t id, signal_context* context) {
    SignalPointer<ec_key_pair> pair;
    SignalPointer<session_pre_key> preKey;
    SignalBuffer record;
    if (curve_generate_key_pair(context, pair.out()) < 0 ||
        session_pre_key_create(preKey.out(), id, pair.get()) < 0 ||
        session_pre_key_serialize(record.out(), preKey.get()) < 0)
        return preKeyError();
    return OneTimePreKey{id, serialized(ec_key_pair_get_public(pair.get())), toSecret(record.get())};
}

} // namespace

std::uint32_t PreKeyGenerator::nextId(std::uint32_t id) {
    return id >= maximumPreKeyId ? 1 : id + 1;
}

base::Result<std::vector<OneTimePreKey>> PreKeyGenerator::oneTimePreKeys(std::uint32_t firstId, int count) {
    if (!isPreKeyId(firstId) || count < 1 || count > maximumPreKeyBatch)
        return preKeyArgumentError();
    RECADO_TRY(const auto context, SignalContext::create());
    std::vector<OneTimePreKey> keys;
    keys.reserve(std::size_t(count));
    for (std::uint32_t id = firstId; keys.size() < std::size_t(count); id = nextId(id)) {
        RECADO_TRY(OneTimePreKey key, oneTimePreKey(id, context->get()));
        keys.push_back(std::move(key));
    }
    return keys;
}

base::Result<SignedPreKey> PreKeyGenerator::signedPreKey(const IdentityKeyPair& identity, std::uint32_t id,
                                                         qint64 createdMs) {
    if (!isPreKeyId(id) || createdMs < 0)
        return preKeyArgumentError();
    RECADO_TRY(const auto context, SignalContext::create());
    SignalPointer<ec_key_pair> pair;
    SignalPointer<ec_private_key> identityKey;
    if (curve_generate_key_pair(context->get(), pair.out()) < 0 ||
        curve_decode_private_point(identityKey.out(), identity.privateKey.data(), identity.privateKey.size(),
                                   context->get()) < 0)
        return preKeyError();
    const QByteArray publicKey = serialized(ec_key_pair_get_public(pair.get()));
    SignalBuffer signature;
    if (curve_calculate_signature(context->get(), signature.out(), identityKey.get(), asBytes(publicKey),
                                  std::size_t(publicKey.size())) < 0)
        return preKeyError();
    SignalPointer<session_signed_pre_key> preKey;
    SignalBuffer record;
    if (session_signed_pre_key_create(preKey.out(), id, std::uint64_t(createdMs), pair.get(),
                                      signal_buffer_const_data(signature.get()),
                                      signal_buffer_len(signature.get())) < 0 ||
        session_signed_pre_key_serialize(record.out(), preKey.get()) < 0)
        return preKeyError();
    return SignedPreKey{id, publicKey, toByteArray(signature.get()), createdMs, toSecret(record.get())};
}

bool isValidBundle(const PreKeyBundle& bundle) {
    const auto context = SignalContext::create();
    if (!context.ok() || !isPreKeyId(bundle.signedPreKeyId) || !isAcceptablePublicKey(bundle.signedPreKey) ||
        bundle.signedPreKeySignature.size() != identitySignatureSize)
        return false;
    if (bundle.oneTime.has_value() &&
        (!isPreKeyId(bundle.oneTime->id) || !isAcceptablePublicKey(bundle.oneTime->publicKey)))
        return false;
    const auto identity = decodePublicKey(bundle.identityKey, context.value()->get());
    return identity != nullptr &&
           curve_verify_signature(
               identity.get(), asBytes(bundle.signedPreKey), std::size_t(bundle.signedPreKey.size()),
               asBytes(bundle.signedPreKeySignature), std::size_t(bundle.signedPreKeySignature.size())) == 1;
}

} // namespace recado::crypto
