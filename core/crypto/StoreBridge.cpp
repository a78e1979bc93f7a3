#include "crypto/StoreBridge.h"

namespace recado::crypto {

StagedCall::~StagedCall() {
    for (auto* bytes : {&record, &newRecord}) {
        if (bytes->has_value())
            base::wipe(**bytes);
    }
    base::wipe(others);
}

/// Static functions with C signatures; `user` is the bridge.
struct StoreBridge::Callbacks {
    static StoreBridge& bridge(void* user) { return *static_cast<StoreBridge*>(user); }
    static StagedCall& call(void* user) { return *bridge(user).m_call; }

    static int fail(void* user, base::Error error) {
        if (!call(user).storeError.has_value())
            call(user).storeError = std::move(error);
        return SG_ERR_UNKNOWN;
    }

    static QByteArray copy(const std::uint8_t* data, std::size_t size) {
        return QByteArray(reinterpret_cast<const char*>(data), qsizetype(size));
    }

    static int give(signal_buffer** target, QByteArrayView bytes) {
        *target = signal_buffer_create(asBytes(bytes), std::size_t(bytes.size()));
        return *target == nullptr ? SG_ERR_NOMEM : SG_SUCCESS;
    }

    // Sessions: only the record that the call was given.
    static int loadSession(signal_buffer** record, signal_buffer**, const signal_protocol_address*,
                           void* user) {
        if (!call(user).record.has_value())
            return 0;
        const int status = give(record, *call(user).record);
        return status < 0 ? status : 1;
    }
    static int storeSession(const signal_protocol_address*, std::uint8_t* record, std::size_t size,
                            std::uint8_t*, std::size_t, void* user) {
        call(user).newRecord = copy(record, size);
        return SG_SUCCESS;
    }
    static int containsSession(const signal_protocol_address*, void* user) {
        return call(user).record.has_value() ? 1 : 0;
    }

    // One-time and signed prekeys.
    static int giveRecord(signal_buffer** target, base::Result<std::optional<QByteArray>> record,
                          void* user) {
        if (!record.ok())
            return fail(user, std::move(record).error());
        if (!record->has_value())
            return SG_ERR_INVALID_KEY_ID;
        const int status = give(target, **record);
        base::wipe(**record);
        return status;
    }
    static int loadPreKey(signal_buffer** record, std::uint32_t id, void* user) {
        return giveRecord(record, bridge(user).m_preKeys.loadPreKey(id), user);
    }
    static int removePreKey(std::uint32_t id, void* user) {
        call(user).removedPreKey = id;
        return SG_SUCCESS;
    }
    static int loadSignedPreKey(signal_buffer** record, std::uint32_t id, void* user) {
        return giveRecord(record, bridge(user).m_preKeys.loadSignedPreKey(id), user);
    }

    // Identities.
    static int localIdentity(signal_buffer** publicKey, signal_buffer** privateKey, void* user) {
        auto identity = bridge(user).m_identities.localIdentity();
        if (!identity.ok())
            return fail(user, std::move(identity).error());
        const int status = give(publicKey, identity->publicKey);
        return status < 0 ? status : give(privateKey, identity->privateKey.view());
    }
    static int registrationId(void* user, std::uint32_t* id) {
        auto stored = bridge(user).m_identities.registrationId();
        if (!stored.ok())
            return fail(user, std::move(stored).error());
        *id = *stored;
        return SG_SUCCESS;
    }
    static int saveIdentity(const signal_protocol_address*, std::uint8_t* key, std::size_t size, void* user) {
        // A null key asks to forget what an earlier step saved; staged writes are simply not made then.
        if (key == nullptr)
            call(user).newIdentity.reset();
        else
            call(user).newIdentity = copy(key, size);
        return 1; // "nothing changed": 0 would make the library call again to undo it
    }
    static int isTrustedIdentity(const signal_protocol_address*, std::uint8_t* key, std::size_t size,
                                 void* user) {
        const auto& trusted = call(user).trusted;
        return !trusted.has_value() || *trusted == copy(key, size) ? 1 : 0;
    }
};

base::Result<std::unique_ptr<StoreBridge>> StoreBridge::create(signal_context* context, PreKeyStore& preKeys,
                                                               IdentityStore& identities) {
    std::unique_ptr<StoreBridge> bridge(new StoreBridge(preKeys, identities));
    // Functions left null are those that only applications and the library's group part call.
    signal_protocol_session_store sessions{};
    sessions.load_session_func = Callbacks::loadSession;
    sessions.store_session_func = Callbacks::storeSession;
    sessions.contains_session_func = Callbacks::containsSession;
    sessions.user_data = bridge.get();
    signal_protocol_pre_key_store oneTime{};
    oneTime.load_pre_key = Callbacks::loadPreKey;
    oneTime.remove_pre_key = Callbacks::removePreKey;
    oneTime.user_data = bridge.get();
    signal_protocol_signed_pre_key_store signedKeys{};
    signedKeys.load_signed_pre_key = Callbacks::loadSignedPreKey;
    signedKeys.user_data = bridge.get();
    signal_protocol_identity_key_store identity{};
    identity.get_identity_key_pair = Callbacks::localIdentity;
    identity.get_local_registration_id = Callbacks::registrationId;
    identity.save_identity = Callbacks::saveIdentity;
    identity.is_trusted_identity = Callbacks::isTrustedIdentity;
    identity.user_data = bridge.get();
    if (signal_protocol_store_context_create(&bridge->m_context, context) < 0 ||
        signal_protocol_store_context_set_session_store(bridge->m_context, &sessions) < 0 ||
        signal_protocol_store_context_set_pre_key_store(bridge->m_context, &oneTime) < 0 ||
        signal_protocol_store_context_set_signed_pre_key_store(bridge->m_context, &signedKeys) < 0 ||
        signal_protocol_store_context_set_identity_key_store(bridge->m_context, &identity) < 0)
        return base::makeError(base::Reason::CryptoFailed,
                               QStringLiteral("the protocol library cannot start"));
    return bridge;
}

StoreBridge::~StoreBridge() {
    if (m_context != nullptr)
        signal_protocol_store_context_destroy(m_context);
}

} // namespace recado::crypto
