#pragma once

#include "base/Result.h"
#include "base/SecretBytes.h"
#include "crypto/Keys.h"

#include <QByteArray>

#include <cstdint>
#include <optional>
#include <vector>

namespace recado::crypto {

/// The largest prekey id; the next one after it is 1. Zero is never used, nor is 0xFFFFFF: libsignal takes
/// that one for a prekey of last resort and would not remove it after use.
constexpr std::uint32_t maximumPreKeyId = 0xFFFFFE;

/// A one-time prekey: `record` goes to PreKeyStore::storePreKey, id and public key to the relay.
struct OneTimePreKey {
    std::uint32_t id = 0;
    QByteArray publicKey; ///< 33 bytes.
    base::SecretBytes record;
};

/// A signed prekey. The signature is by the identity key over the 33 bytes of the public key, with no label,
/// because libsignal's session builder verifies exactly that. All other signatures carry a label.
struct SignedPreKey {
    std::uint32_t id = 0;
    QByteArray publicKey; ///< 33 bytes.
    QByteArray signature; ///< 64 bytes.
    qint64 createdMs = 0; ///< Wall time, ms since 1970.
    base::SecretBytes record;
};

/// What the relay hands out so that a session with one device can begin while that device is away.
struct PreKeyBundle {
    struct OneTime {
        std::uint32_t id = 0;
        QByteArray publicKey; ///< 33 bytes.
    };
    std::uint32_t registrationId = 0;
    QByteArray identityKey; ///< 33 bytes; the account's.
    std::uint32_t signedPreKeyId = 0;
    QByteArray signedPreKey;          ///< 33 bytes.
    QByteArray signedPreKeySignature; ///< 64 bytes.
    std::optional<OneTime> oneTime;   ///< Nothing once the device's one-time prekeys ran out.
};

/// Makes this device's prekeys. Stateless; ids are the caller's to remember. Any thread.
class PreKeyGenerator {
public:
    /// The id that follows `id`, skipping zero and wrapping after maximumPreKeyId.
    [[nodiscard]] static std::uint32_t nextId(std::uint32_t id);

    /// `count` one-time prekeys; the first has `firstId`, the others the ids that follow by nextId().
    /// InvalidArgument for an id out of range or a count outside 1 to 1000.
    [[nodiscard]] static base::Result<std::vector<OneTimePreKey>> oneTimePreKeys(std::uint32_t firstId,
                                                                                 int count);

    /// A signed prekey made at `createdMs` (wall time). InvalidArgument for an id out of range.
    [[nodiscard]] static base::Result<SignedPreKey> signedPreKey(const IdentityKeyPair& identity,
                                                                 std::uint32_t id, qint64 createdMs);
};

/// True when the bundle's keys are acceptable, its ids in range and its prekey signature valid. SessionCipher
/// checks it again; directories may check early.
[[nodiscard]] bool isValidBundle(const PreKeyBundle& bundle);

} // namespace recado::crypto
