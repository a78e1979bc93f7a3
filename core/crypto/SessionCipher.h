#pragma once

#include "base/Ids.h"
#include "base/Result.h"
#include "crypto/PreKeys.h"
#include "crypto/Stores.h"

#include <QByteArray>
#include <QByteArrayView>

#include <memory>
#include <optional>

namespace recado::crypto {

/// Which wire form a ciphertext has: it opens a session, or it runs in one.
enum class MessageKind { PreKey, Normal };

struct SealedMessage {
    MessageKind kind = MessageKind::Normal;
    QByteArray bytes;
};

/// How a decryption ended. Only Decrypted says anything about the sender; every other outcome may have been
/// provoked by whoever carried the bytes, so none of them may cause a receipt.
enum class DecryptOutcome {
    Decrypted,
    /// The message key was used already, or this side's record is newer than the sender's (a sender restored
    /// from a backup). Decided before the MAC: without a known submission number it counts as loss.
    Duplicate,
    NoSession,
    /// The message belongs to another identity than the trusted one; `newIdentity` holds that key. It is new
    /// in a prekey message; in a normal one it is that of the old session, when trust has been replaced
    /// since.
    IdentityChanged,
    /// Malformed, forged, damaged, or a key of small order.
    InvalidMessage,
    /// More than SessionCipher::maximumGap messages are missing before this one: ask for a fresh session.
    GapTooLarge,
    /// It names a prekey we no longer have, or never had.
    UnknownPreKey,
    /// A prekey message without one-time prekey whose base key was seen before.
    ReplayedPreKey,
    StorageFailed,
};

struct DecryptResult {
    DecryptOutcome outcome = DecryptOutcome::InvalidMessage;
    QByteArray plaintext;                        ///< Empty unless Decrypted.
    QByteArray newIdentity;                      ///< 33 bytes with IdentityChanged, else empty.
    bool sessionEstablished = false;             ///< This message began a new session.
    std::optional<std::uint32_t> consumedPreKey; ///< One-time prekey used up by it; removed from the store.
    std::optional<base::Error> storageError;     ///< What the store said, with StorageFailed.
};

/// Pairwise sessions: X3DH and Double Ratchet by libsignal-protocol-c, with the checks that it leaves out.
///
/// One instance on one worker thread; its stores write into the transaction that is open there. The caller
/// wraps EVERY call that changes something (startSession, encrypt, decrypt, resetSession) in a savepoint and
/// rolls it back on any error and on any outcome other than Decrypted: libsignal saves identity, session and
/// prekeys in several steps, the first of them before it has verified anything. Commit durably before a
/// ciphertext leaves the process, or a crash makes the next one look like a duplicate to the peer. The cipher
/// keeps no state of its own between calls, hence nothing that a rollback could leave behind.
///
/// A store must not call back into the cipher that is asking it: every function refuses that (Internal;
/// decrypt() as StorageFailed with that error), and the call under way goes on undisturbed.
///
/// A message in flight names what opened its session, and those outer fields are bound into the plaintext
/// that libsignal seals, because its own MAC does not cover them (PreKeyBinding.h).
class SessionCipher {
public:
    /// Messages that may be missing before one of the same chain (libsignal: 2,000, and 180 kB records).
    static constexpr std::uint32_t maximumGap = 700;
    /// Bytes a session record may have; old states and then old skipped keys are dropped to stay below.
    static constexpr qsizetype maximumRecordSize = 64 * 1024;
    /// Archived states kept beside the current one (libsignal: 40).
    static constexpr int maximumArchivedStates = 10;

    /// The stores are borrowed and outlive the cipher. CryptoFailed when the library cannot be set up.
    static base::Result<std::unique_ptr<SessionCipher>> create(SessionStore& sessions, PreKeyStore& preKeys,
                                                               IdentityStore& identities,
                                                               SeenBaseKeyStore& seenBaseKeys);
    ~SessionCipher();
    SessionCipher(const SessionCipher&) = delete;
    SessionCipher& operator=(const SessionCipher&) = delete;

    /// True when encrypt() would work: a session with a sending chain under the account's trusted identity.
    /// False after the trusted identity was replaced, so that the caller fetches a bundle.
    [[nodiscard]] base::Result<bool> hasSession(const base::DeviceAddress& address);

    /// Begins a session from a verified bundle; a running one is archived. Trusts the identity when the
    /// account has none yet. IdentityChanged when it has another; CryptoFailed for a bad signature or key.
    base::Status startSession(const base::DeviceAddress& address, const PreKeyBundle& bundle);

    /// Seals for one device. NoSession, IdentityChanged (the session's identity is not the trusted one),
    /// StorageFailed or CryptoFailed.
    base::Result<SealedMessage> encrypt(const base::DeviceAddress& address, QByteArrayView plaintext);

    /// Opens a message from one device; `bytes` may be anything.
    [[nodiscard]] DecryptResult decrypt(const base::DeviceAddress& address, MessageKind kind,
                                        QByteArrayView bytes);

    /// Stops sending in the current session (hasSession() becomes false); messages still under way in it
    /// remain readable. Success without a session.
    base::Status resetSession(const base::DeviceAddress& address);

private:
    class Private;
    explicit SessionCipher(std::unique_ptr<Private> d);
    std::unique_ptr<Private> m_d;
};

} // namespace recado::crypto
