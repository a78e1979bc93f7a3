#pragma once

#include "crypto/IncomingMessage.h"
#include "crypto/SessionCipher.h"
#include "crypto/SessionRecord.h"
#include "crypto/SignalContext.h"
#include "crypto/SkippedKeys.h"
#include "crypto/StoreBridge.h"

#include <utility>

namespace recado::crypto {

// libsignal only hands the address back to the stores, and each call has one record: the name need say
// nothing.
inline const signal_protocol_address anyPeer{"peer", 4, 1};

/// Results without plaintext.
DecryptResult refusal(DecryptOutcome outcome);
DecryptResult storageRefusal(base::Error error);
DecryptResult changedIdentity(const QByteArray& identity);

/// The steps of SessionCipher's calls: read what the stores say, let libsignal work on a staged copy, write.
class SessionCipher::Private {
public:
    Private(SessionStore& sessionStore, PreKeyStore& preKeyStore, IdentityStore& identityStore,
            SeenBaseKeyStore& seenBaseKeyStore)
        : sessions(sessionStore)
        , preKeys(preKeyStore)
        , identities(identityStore)
        , seenBaseKeys(seenBaseKeyStore) {}

    /// One of the cipher's functions while it runs. libsignal has such a guard in each session_cipher object,
    /// around its own callback only; ours covers the stores and the whole call.
    class Entry {
    public:
        explicit Entry(Private& d)
            : m_d(d)
            , m_first(!std::exchange(d.running, true)) {}
        ~Entry() {
            if (m_first)
                m_d.running = false;
        }
        Entry(const Entry&) = delete;
        Entry& operator=(const Entry&) = delete;

        /// Nothing, unless a store called back while another function runs.
        [[nodiscard]] base::Status check() const;

    private:
        Private& m_d;
        const bool m_first;
    };

    /// What the stores say about one peer at the beginning of a call.
    struct Peer {
        Peer() = default;
        Peer(Peer&&) = default;
        Peer& operator=(Peer&&) = default;
        ~Peer() { base::wipe(slim); }

        base::DeviceAddress address;
        std::optional<QByteArray> trusted;
        QByteArray slim;     ///< The stored record without the keys below; empty when there is none.
        SkippedKeys skipped; ///< Go back in when the record is stored.
        std::optional<SessionRecord> record; ///< `slim`, opened.

        [[nodiscard]] bool canSend() const { return record.has_value() && record->canSend(); }
        [[nodiscard]] bool isTrusted() const {
            return trusted.has_value() && record.has_value() && record->remoteIdentity() == *trusted;
        }
    };

    /// Where in the record a message belongs, as far as it says so itself.
    struct Target {
        bool opensSession = false;
        std::optional<int> state; ///< The only state that can open it; nothing: any may.
        std::uint32_t gap = 0;    ///< Messages missing before it.
    };

    /// `wanted`: the skipped key that the call may need.
    base::Result<Peer> peer(const base::DeviceAddress& address,
                            const std::optional<SkippedKeys::Wanted>& wanted = std::nullopt);
    /// A call that accepts `identity` only and sees those states of the record that belong to it.
    static StagedCall stage(Peer& peer, const QByteArray& identity);
    static Target targetOf(const Peer& peer, const IncomingMessage& incoming);
    base::Status flush(const Peer& peer, const StagedCall& call);
    /// Stores a record made from the peer's slim one: whole again, and bounded.
    base::Status storeRecord(const Peer& peer, QByteArray record);
    DecryptResult run(const IncomingMessage& incoming, StagedCall& call);
    DecryptResult decryptKnown(Peer& peer, const IncomingMessage& incoming, const QByteArray& identity);
    DecryptResult decryptChanged(const IncomingMessage& incoming);

    SessionStore& sessions;
    PreKeyStore& preKeys;
    IdentityStore& identities;
    SeenBaseKeyStore& seenBaseKeys;
    std::unique_ptr<SignalContext> context;
    std::unique_ptr<StoreBridge> bridge;
    bool running = false;
};

} // namespace recado::crypto
