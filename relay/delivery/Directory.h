#pragma once

#include "base/Ids.h"
#include "relay/delivery/StoreAnswer.h"
#include "relay/keys/PrekeyStore.h"
#include "routing/DeviceList.h"

#include <QByteArray>
#include <QString>

#include <optional>
#include <variant>

namespace recado::relay {

/// An account as the relay knows it. The list's bytes were checked (routing::DeviceList::parse) before they
/// were stored; its signature is for clients to verify.
struct AccountRecord {
    base::AccountId id;
    QString username;
    routing::SignedDeviceList list;
};

/// Everything a registration writes, at once or not at all.
struct NewAccount {
    AccountRecord account;
    /// routing::lookAlikeSkeleton of the username: no two accounts have the same.
    QString skeleton;
    quint64 listVersion = 0;
    /// The registering device and its keys.
    base::DeviceAddress device;
    PrekeyBatch prekeys;
    /// SHA-256 of the invitation's token; empty where none is asked for.
    QByteArray invitationHash;
    qint64 nowMs = 0;
    /// A username (or its look-alike) freed less than this long ago is still taken.
    qint64 usernameRestMs = 0;
    /// Recoveries only: SHA-256 of the invitation's secret.
    QByteArray recoveryHash;
};

/// What became of a registration, tested in this order.
enum class RegistrationOutcome {
    Created,
    /// This account id is registered already; `existing` says as what. Nothing changed, no invitation used.
    AccountExists,
    /// The invitation is unknown, used up or expired. Nothing changed.
    InvalidInvitation,
    /// Somebody has this username or one that looks like it, or had it until recently. Nothing changed; the
    /// invitation keeps its uses.
    UsernameTaken,
};

struct RegistrationAnswer {
    RegistrationOutcome outcome = RegistrationOutcome::Created;
    std::optional<AccountRecord> existing;
};

enum class DeviceListOutcome {
    Stored,
    /// The stored list has this version or a higher one.
    NotHigher,
    UnknownAccount,
    /// Another identity key although no device was removed: only a removal or a recovery changes it.
    IdentityChanged,
    /// A device number that the account has used before.
    DeviceReturned,
    /// A recovery invitation is open: whoever holds a lost device shall change nothing until it is used or
    /// has expired.
    RecoveryOpen,
};

/// What a recovery invitation has to say (protocol::RecoveryToken).
struct RecoveryOffer {
    base::AccountId account;
    QString username;
    quint64 listVersion = 0;
    quint32 device = 0;
};

struct RecoveryRequest {
    QString username;
    QByteArray secretHash; // SHA-256, 32 bytes
    qint64 expiresAtMs = 0;
};

enum class RecoveryOutcome {
    Recovered,
    /// This very recovery has been done before.
    Repeated,
    /// The invitation is unknown, used, expired, replaced or another account's, or the list is none that can
    /// follow the stored one.
    Invalid,
};

/// An invitation to register. The token itself is known only to whoever was given it.
struct Invitation {
    QByteArray tokenHash; // SHA-256 of the token's UTF-8 text, 32 bytes
    quint32 uses = 1;
    qint64 expiresAtMs = 0; // wall clock
};

/// Who has an account here: accounts, device lists, invitations (DESIGN section 9).
///
/// Any thread may call. Changes take effect in the order of the calls; a look-up sees every change that was
/// answered before it was called, and perhaps later ones.
class Directory {
public:
    using AccountKey = std::variant<base::AccountId, QString>; // by id, or by username

    virtual ~Directory() = default;

    /// Stores account, device list and prekeys and uses the invitation up by one, in one commit.
    virtual void createAccount(NewAccount account, StoreCall call,
                               StoreCallback<RegistrationAnswer> done) = 0;

    /// The account with that id or exactly that username; nothing when there is none.
    virtual void findAccount(AccountKey key, StoreCall call,
                             StoreCallback<std::optional<AccountRecord>> done) = 0;

    /// Replaces the account's list by one of a higher version, and drops mailboxes, prekeys and submission
    /// windows of devices that are no longer on it. `nowMs` is wall time.
    virtual void setDeviceList(routing::DeviceList list, routing::SignedDeviceList signedList, qint64 nowMs,
                               StoreCall call, StoreCallback<DeviceListOutcome> done) = 0;

    /// Opens the way back to an account whose devices are all lost; an earlier invitation to it ends. Nothing
    /// when nobody has that username.
    virtual void openRecovery(RecoveryRequest request, StoreCall call,
                              StoreCallback<std::optional<RecoveryOffer>> done) = 0;

    /// Replaces list and prekeys of an account that exists, uses the recovery invitation up and drops all
    /// that hung on the devices before, in one commit.
    virtual void recoverAccount(NewAccount account, StoreCall call, StoreCallback<RecoveryOutcome> done) = 0;

    /// Deletes the account and all that hangs on it (mailboxes, prekeys, windows); its username rests from
    /// `nowMs` on. Answers whether there was such an account; what an append or a mark left of one that is no
    /// more goes as well.
    virtual void eraseAccount(base::AccountId account, qint64 nowMs, StoreCall call,
                              StoreCallback<bool> done) = 0;

    /// Deletes mailboxes and submission windows of devices that are on no account's list: what an append
    /// wrote that came after the device's removal. Looks at some of the devices a call and goes on where the
    /// last call ended; answers how many it removed.
    virtual void sweep(StoreCall call, StoreCallback<int> done) = 0;

    /// Stores an invitation.
    virtual void addInvitation(Invitation invitation, StoreCall call, StoreCallback<bool> done) = 0;
};

} // namespace recado::relay
