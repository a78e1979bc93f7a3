#include "crypto/IncomingMessage.h"

#include "crypto/Keys.h"

namespace recado::crypto {

namespace {

OuterFields outerFieldsOf(const pre_key_signal_message* message) {
    OuterFields outer;
    outer.registrationId = pre_key_signal_message_get_registration_id(message);
    if (pre_key_signal_message_has_pre_key_id(message) == 1)
        outer.preKeyId = pre_key_signal_message_get_pre_key_id(message);
    outer.signedPreKeyId = pre_key_signal_message_get_signed_pre_key_id(message);
    outer.baseKey = serialized(pre_key_signal_message_get_base_key(message));
    outer.identityKey = serialized(pre_key_signal_message_get_identity_key(message));
    return outer;
}

/// True when our own encoding of the parsed fields gives the same bytes: unknown fields, padded numbers and
/// the ignored half of the version byte are not covered by any MAC.
bool reencodesTo(pre_key_signal_message* message, QByteArrayView bytes, signal_context* context) {
    // Asking for an id that is not there trips an assertion of the library.
    const bool hasPreKeyId = pre_key_signal_message_has_pre_key_id(message) == 1;
    const std::uint32_t preKeyId = hasPreKeyId ? pre_key_signal_message_get_pre_key_id(message) : 0;
    SignalPointer<pre_key_signal_message> again;
    if (pre_key_signal_message_create(
            again.out(), pre_key_signal_message_get_message_version(message),
            pre_key_signal_message_get_registration_id(message), hasPreKeyId ? &preKeyId : nullptr,
            pre_key_signal_message_get_signed_pre_key_id(message),
            pre_key_signal_message_get_base_key(message), pre_key_signal_message_get_identity_key(message),
            pre_key_signal_message_get_signal_message(message), context) < 0)
        return false;
    return QByteArrayView(toByteArray(ciphertext_message_get_serialized(
               reinterpret_cast<ciphertext_message*>(again.get())))) == bytes;
}

bool acceptable(const ec_public_key* key) {
    return isAcceptablePublicKey(serialized(key));
}

} // namespace

std::optional<IncomingMessage> IncomingMessage::parse(MessageKind kind, QByteArrayView bytes,
                                                      signal_context* context) {
    IncomingMessage incoming;
    const auto size = std::size_t(bytes.size());
    if (kind == MessageKind::Normal) {
        if (signal_message_deserialize(incoming.m_message.out(), asBytes(bytes), size, context) < 0)
            return std::nullopt;
    } else {
        if (pre_key_signal_message_deserialize(incoming.m_preKey.out(), asBytes(bytes), size, context) < 0 ||
            !reencodesTo(incoming.m_preKey.get(), bytes, context))
            return std::nullopt;
        incoming.m_outer = outerFieldsOf(incoming.m_preKey.get());
        if (!isAcceptablePublicKey(incoming.m_outer->baseKey) ||
            !isAcceptablePublicKey(incoming.m_outer->identityKey))
            return std::nullopt;
    }
    if (incoming.message() == nullptr || !acceptable(incoming.ratchetKey()) ||
        signal_message_get_message_version(incoming.message()) != CIPHERTEXT_CURRENT_VERSION)
        return std::nullopt;
    return incoming;
}

} // namespace recado::crypto
