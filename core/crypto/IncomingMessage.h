#pragma once

#include "crypto/PreKeyBinding.h"
#include "crypto/SessionCipher.h"
#include "crypto/SignalContext.h"

#include <protocol.h>

#include <optional>

namespace recado::crypto {

/// A ciphertext taken apart, nothing of it proven yet. Internal to recado_crypto.
class IncomingMessage {
public:
    /// Nothing for bytes that are malformed, that re-encode differently, or that hold a key that is not
    /// acceptable (base, identity or ratchet key).
    static std::optional<IncomingMessage> parse(MessageKind kind, QByteArrayView bytes,
                                                signal_context* context);

    /// The part that runs in a session; the inner one of a prekey message.
    [[nodiscard]] signal_message* message() const {
        return m_preKey != nullptr ? pre_key_signal_message_get_signal_message(m_preKey.get())
                                   : m_message.get();
    }
    [[nodiscard]] ec_public_key* ratchetKey() const {
        return signal_message_get_sender_ratchet_key(message());
    }
    [[nodiscard]] std::uint32_t counter() const { return signal_message_get_counter(message()); }

    /// Null for a normal message.
    [[nodiscard]] pre_key_signal_message* preKeyMessage() const { return m_preKey.get(); }
    /// Nothing for a normal message.
    [[nodiscard]] const std::optional<OuterFields>& outer() const { return m_outer; }

private:
    SignalPointer<signal_message> m_message;
    SignalPointer<pre_key_signal_message> m_preKey;
    std::optional<OuterFields> m_outer;
};

} // namespace recado::crypto
