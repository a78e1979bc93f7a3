#pragma once

#include "crypto/PreKeyBinding.h"
#include "crypto/SignalContext.h"

#include <QByteArray>

#include <optional>

namespace recado::crypto {

/// A session record opened for the questions libsignal does not ask itself. Internal to recado_crypto.
class SessionRecord {
public:
    /// StorageCorrupt when the bytes are no record.
    static base::Result<SessionRecord> parse(const QByteArray& bytes, signal_context* context);

    /// True when the current state has a sending chain; false right after archiveCurrent().
    [[nodiscard]] bool canSend() const;
    /// True when some state, current or archived, holds keys at all.
    [[nodiscard]] bool hasAnyState() const;
    /// The peer's identity in the current state; empty when that state is.
    [[nodiscard]] QByteArray remoteIdentity() const;
    /// The fields that stand in the prekey message encrypt() will make; nothing when it makes a normal one.
    [[nodiscard]] std::optional<OuterFields> pendingOuterFields() const;

    /// A receiving chain: in which state (0 is the current one, 1 the newest archived one), and the number of
    /// the next message in it.
    struct Chain {
        int state = 0;
        std::uint32_t next = 0;
    };
    /// The chain that belongs to a sender's ratchet key; nothing when the key is new.
    [[nodiscard]] std::optional<Chain> findChain(ec_public_key* ratchetKey) const;
    /// The number of the state whose session began with this base key; nothing when there is none.
    [[nodiscard]] std::optional<int> findSession(const ec_public_key* baseKey) const;

    /// Removes every state whose peer identity is another than `identity`; true when there was one.
    bool keepOnly(const QByteArray& identity);
    /// Puts the current state among the archived ones; the new current one is empty.
    void archiveCurrent();

    /// Its bytes; empty when no state is left.
    [[nodiscard]] QByteArray bytes() const;

private:
    explicit SessionRecord(SignalPointer<session_record> record)
        : m_record(std::move(record)) {}

    SignalPointer<session_record> m_record;
};

} // namespace recado::crypto
