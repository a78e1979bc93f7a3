#pragma once

#include "crypto/SignalContext.h"
#include "crypto/Stores.h"

#include <memory>
#include <optional>

namespace recado::crypto {

/// What one call into libsignal read and would like to write. Nothing reaches the stores before the call has
/// succeeded and we have agreed: the library itself saves the identity before it has verified anything.
struct StagedCall {
    StagedCall() = default;
    StagedCall(StagedCall&&) = default;
    StagedCall& operator=(StagedCall&&) = default;
    ~StagedCall(); ///< Wipes the records.

    std::optional<QByteArray> trusted;          ///< The identity libsignal shall accept; nothing: any.
    std::optional<QByteArray> record;           ///< The session it shall see.
    QByteArray others;                          ///< States hidden from it, to append to what it makes.
    std::optional<QByteArray> newRecord;        ///< The session it made of that.
    std::optional<QByteArray> newIdentity;      ///< The identity it would save.
    std::optional<std::uint32_t> removedPreKey; ///< The one-time prekey it used up.
    std::optional<base::Error> storeError;      ///< The first error a store answered with.
};

/// libsignal's store callbacks on top of ours. Internal to recado_crypto; one thread.
class StoreBridge {
public:
    static base::Result<std::unique_ptr<StoreBridge>> create(signal_context* context, PreKeyStore& preKeys,
                                                             IdentityStore& identities);
    ~StoreBridge();
    StoreBridge(const StoreBridge&) = delete;
    StoreBridge& operator=(const StoreBridge&) = delete;

    [[nodiscard]] signal_protocol_store_context* get() const { return m_context; }

    /// While one of these lives, callbacks read from and write to `call`.
    class Scope {
    public:
        Scope(StoreBridge& bridge, StagedCall& call)
            : m_bridge(bridge) {
            m_bridge.m_call = &call;
        }
        ~Scope() { m_bridge.m_call = nullptr; }
        Scope(const Scope&) = delete;
        Scope& operator=(const Scope&) = delete;

    private:
        StoreBridge& m_bridge;
    };

private:
    struct Callbacks;

    StoreBridge(PreKeyStore& preKeys, IdentityStore& identities)
        : m_preKeys(preKeys)
        , m_identities(identities) {}

    PreKeyStore& m_preKeys;
    IdentityStore& m_identities;
    StagedCall* m_call = nullptr;
    signal_protocol_store_context* m_context = nullptr;
};

} // namespace recado::crypto
