#pragma once

#include "base/Ids.h"
#include "base/Result.h"
#include "messaging/Types.h"
#include "routing/DeviceList.h"

#include <QByteArray>
#include <QString>
#include <QVector>

#include <optional>

namespace recado::messaging {

/// Which identity key counts for an account.
struct IdentityRecord {
    QByteArray trusted; // 33 bytes; empty before first contact. What crypto::IdentityStore answers
    /// The different key the account uses now, until the person decides; empty otherwise.
    QByteArray pending;
    Trust trust = Trust::Unverified;

    bool operator==(const IdentityRecord&) const = default;
};

/// The key a peer seals its typing notices with.
struct TypingKeyRecord {
    QByteArray keyId; // 8 bytes; empty: none known
    QByteArray key;   // 32 bytes
    qint64 expiresAtMs = 0;

    bool operator==(const TypingKeyRecord&) const = default;
};

/// Another account, as this profile knows it.
struct ContactRecord {
    base::AccountId account;
    QString
        address; // username@relay-name; empty until looked up. Several accounts may have had it: see store
    QString displayName;
    /// The person accepted this account (or wrote to it): receipts, presence, typing and resends may go
    /// there.
    bool accepted = false;
    /// The highest list whose signature was verified; empty before.
    routing::SignedDeviceList deviceList;
    quint64 deviceListVersion = 0;
    TypingKeyRecord typingKey;
    QByteArray sentTypingKeyId; // our daily key that this peer was last told
    /// Read by contact(), written by setIdentity() and crypto::IdentityStore::saveIdentity() only.
    IdentityRecord identity;
};

/// Accounts, their addresses, signed device lists and identity keys. Engine thread.
class ContactStore {
public:
    virtual ~ContactStore() = default;

    virtual base::Result<std::optional<ContactRecord>> contact(const base::AccountId& account) = 0;
    /// The contact that has this address now (of several that had it, the one saved with it last).
    virtual base::Result<std::optional<ContactRecord>> contactByAddress(const QString& address) = 0;
    /// The contact whose typing key has this id.
    virtual base::Result<std::optional<ContactRecord>> contactByTypingKey(const QByteArray& keyId) = 0;
    /// Inserts or updates everything except `identity`. Taking over an address leaves the older account
    /// without one in contactByAddress(), but not in its own record.
    virtual base::Status saveContact(const ContactRecord& contact) = 0;
    /// Inserts (with an otherwise empty contact) or replaces.
    virtual base::Status setIdentity(const base::AccountId& account, const IdentityRecord& identity) = 0;
    /// Accounts with `accepted`, without a pending identity.
    virtual base::Result<QVector<base::AccountId>> acceptedContacts() = 0;
};

} // namespace recado::messaging
