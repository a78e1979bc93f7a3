#pragma once

#include "base/Ids.h"
#include "base/Result.h"
#include "crypto/Keys.h"

#include <QByteArray>
#include <QByteArrayView>

#include <optional>

namespace recado::crypto {

/// What SessionCipher keeps and where. All stores of one cipher live on its worker thread, answer
/// synchronously and write inside the transaction that the caller has open, so that a rollback undoes
/// ratchet, prekeys and trust together with the message row. An error from any of them makes the call fail as
/// StorageFailed. Records are opaque bytes and secret: they go into the encrypted database and nowhere else.

/// One session record (at most 64 KiB) for each remote device.
class SessionStore {
public:
    virtual ~SessionStore() = default;
    /// Nothing when there is no record for that device.
    virtual base::Result<std::optional<QByteArray>> loadSession(const base::DeviceAddress& address) = 0;
    /// Inserts or replaces.
    virtual base::Status storeSession(const base::DeviceAddress& address, QByteArrayView record) = 0;
    /// Removing what is not there is success.
    virtual base::Status removeSession(const base::DeviceAddress& address) = 0;
};

/// The private halves of this device's prekeys, by id (1 to maximumPreKeyId).
class PreKeyStore {
public:
    virtual ~PreKeyStore() = default;
    virtual base::Result<std::optional<QByteArray>> loadPreKey(std::uint32_t id) = 0;
    virtual base::Status storePreKey(std::uint32_t id, QByteArrayView record) = 0;
    /// The cipher calls this once the first message under the one-time prekey was decrypted.
    virtual base::Status removePreKey(std::uint32_t id) = 0;
    /// Old signed prekeys stay loadable for the mailbox lifetime plus 30 days after they were replaced.
    virtual base::Result<std::optional<QByteArray>> loadSignedPreKey(std::uint32_t id) = 0;
    /// `createdMs` is wall time (ms since 1970), for that expiry.
    virtual base::Status storeSignedPreKey(std::uint32_t id, QByteArrayView record, qint64 createdMs) = 0;
};

/// Our identity, and which identity key is trusted for each account. All devices of an account share its key.
class IdentityStore {
public:
    virtual ~IdentityStore() = default;
    virtual base::Result<IdentityKeyPair> localIdentity() = 0;
    virtual base::Result<std::uint32_t> registrationId() = 0;
    /// The 33 bytes trusted for `account`, or nothing for an account never met. For the own account it
    /// answers the local public key.
    virtual base::Result<std::optional<QByteArray>> trustedIdentity(const base::AccountId& account) = 0;
    /// Trusts `publicKey` for `account`. The cipher calls it on first contact only, never to replace another
    /// key: that is a person's decision and the caller's business.
    virtual base::Status saveIdentity(const base::AccountId& account, QByteArrayView publicKey) = 0;
};

/// Base keys of sessions that peers opened without a one-time prekey: nothing else stops their replay once
/// the session has left the record. Rows are kept as long as signed prekeys are.
class SeenBaseKeyStore {
public:
    virtual ~SeenBaseKeyStore() = default;
    /// True when the pair was not there and now is; false when it was.
    virtual base::Result<bool> insertIfNew(const base::DeviceAddress& address, QByteArrayView baseKey) = 0;
};

} // namespace recado::crypto
