#include "crypto/SignalContext.h"

#include "base/Sodium.h"
#include "crypto/CryptoProvider.h"
#include "crypto/Keys.h"

namespace recado::crypto {

namespace {

void lockContext(void* mutex) {
    static_cast<std::recursive_mutex*>(mutex)->lock();
}

void unlockContext(void* mutex) {
    static_cast<std::recursive_mutex*>(mutex)->unlock();
}

} // namespace

base::Result<std::unique_ptr<SignalContext>> SignalContext::create() {
    base::ensureSodium();
    std::unique_ptr<SignalContext> context(new SignalContext);
    // No log function is set: the library's lines name addresses, which our logs never hold.
    if (signal_context_create(&context->m_context, &context->m_mutex) != SG_SUCCESS ||
        signal_context_set_crypto_provider(context->m_context, &cryptoProvider()) != SG_SUCCESS ||
        signal_context_set_locking_functions(context->m_context, lockContext, unlockContext) != SG_SUCCESS)
        return base::makeError(base::Reason::CryptoFailed,
                               QStringLiteral("the protocol library cannot start"));
    return context;
}

SignalContext::~SignalContext() {
    if (m_context != nullptr)
        signal_context_destroy(m_context);
}

QByteArray toByteArray(const signal_buffer* buffer) {
    if (buffer == nullptr)
        return {};
    return QByteArray(reinterpret_cast<const char*>(signal_buffer_const_data(buffer)),
                      qsizetype(signal_buffer_len(buffer)));
}

base::SecretBytes toSecret(const signal_buffer* buffer) {
    return base::SecretBytes::copyOf(
        QByteArrayView(signal_buffer_const_data(buffer), qsizetype(signal_buffer_len(buffer))));
}

const std::uint8_t* asBytes(QByteArrayView view) {
    return reinterpret_cast<const std::uint8_t*>(view.data());
}

QByteArray serialized(const ec_public_key* key) {
    SignalBuffer buffer;
    if (key == nullptr || ec_public_key_serialize(buffer.out(), key) < 0)
        return {};
    return toByteArray(buffer.get());
}

SignalPointer<ec_public_key> decodePublicKey(QByteArrayView bytes, signal_context* context) {
    SignalPointer<ec_public_key> key;
    if (isAcceptablePublicKey(bytes))
        curve_decode_point(key.out(), asBytes(bytes), std::size_t(bytes.size()), context);
    return key;
}

} // namespace recado::crypto
