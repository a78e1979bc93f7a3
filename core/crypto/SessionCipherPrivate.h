#pragma once

#include "crypto/IncomingMessage.h"
#include "crypto/SessionCipher.h"
#include "crypto/SessionRecord.h"
#include "crypto/SignalContext.h"
#include "crypto/StoreBridge.h"

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

    /// What the stores say about one peer at the beginning of a call.
    struct Peer {
        Peer() = default;
        Peer(Peer&&) = default;
        Peer& operator=(Peer&&) = default;
        ~Peer() {
            if (stored.has_value())
                base::wipe(*stored);
        }

        base::DeviceAddress address;
        std::optional<QByteArray> trusted;
        std::optional<QByteArray> stored;
        std::optional<SessionRecord> record;

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

    base::Result<Peer> peer(const base::DeviceAddress& address);
    /// A call that accepts `identity` only and sees those states of the record that belong to it.
    static StagedCall stage(Peer& peer, const QByteArray& identity);
    static Target targetOf(const Peer& peer, const IncomingMessage& incoming);
    base::Status flush(const Peer& peer, const StagedCall& call);
    DecryptResult run(const IncomingMessage& incoming, StagedCall& call);
    DecryptResult decryptKnown(Peer& peer, const IncomingMessage& incoming, const QByteArray& identity);
    DecryptResult decryptChanged(const IncomingMessage& incoming);

    SessionStore& sessions;
    PreKeyStore& preKeys;
    IdentityStore& identities;
    SeenBaseKeyStore& seenBaseKeys;
    std::unique_ptr<SignalContext> context;
    std::unique_ptr<StoreBridge> bridge;
};

} // namespace recado::crypto
