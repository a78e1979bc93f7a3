#pragma once

#include <QLatin1String>

namespace recado::base {

/// Every stable reason an operation can fail for. The names (reasonName) are part of the public contract:
/// they travel in protocol errors (PROTOCOL.md, "Errors") and in JSON-RPC `data.reason`.
enum class Reason {
    // Known to users of the automation API.
    UsernameTaken,
    UnknownRecipient,
    NotRegistered,
    AlreadyRegistered,
    RegistrationClosed,
    InvalidInvite,
    UnknownChat,
    UnknownMessage,
    MessageTooLong,
    AttachmentTooLarge,
    UnsupportedContent,
    RateLimited,
    IdentityChanged,
    NotPermitted,
    NotAMember,
    NotAnAdmin,
    ProfileLocked,
    ProfileInUse,
    RelayUnreachable,
    Timeout,
    InvalidArgument,
    // Between device and relay.
    UnsupportedVersion,
    UnknownFrame,
    MalformedFrame,
    FrameTooLarge,
    AuthenticationFailed,
    UnknownAccount,
    UnknownDevice,
    StaleDevices,
    QuotaExceeded,
    Busy,
    // The relay answers with another key than the one this profile pinned.
    RelayKeyChanged,
    // Inside one process.
    StorageFailed,
    StorageCorrupt,
    WrongKey,
    CryptoFailed,
    UntrustedIdentity,
    NoSession,
    IoFailed,
    Configuration,
    Cancelled,
    Internal,
};

/// The stable snake_case name, e.g. `username_taken`.
QLatin1String reasonName(Reason reason);

/// True when a store could not be asked: the disk, a lock, the key. Nothing may be concluded from such an
/// answer about what was asked for, not even that it is bad; it is to be asked again. StorageCorrupt is none
/// of these: there the answer is that one thing, or everything, is damaged.
bool isStoreFailure(Reason reason);

/// The reason with that name; `Internal` for a name this version does not know.
Reason reasonFromString(QLatin1String name);

} // namespace recado::base
