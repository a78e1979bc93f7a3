#include "base/Reason.h"

#include <array>

namespace recado::base {

namespace {

struct Row {
    Reason reason;
    QLatin1String name;
};

constexpr std::array reasonRows{
    Row{Reason::UsernameTaken, QLatin1String("username_taken")},
    Row{Reason::UnknownRecipient, QLatin1String("unknown_recipient")},
    Row{Reason::NotRegistered, QLatin1String("not_registered")},
    Row{Reason::AlreadyRegistered, QLatin1String("already_registered")},
    Row{Reason::RegistrationClosed, QLatin1String("registration_closed")},
    Row{Reason::InvalidInvite, QLatin1String("invalid_invite")},
    Row{Reason::UnknownChat, QLatin1String("unknown_chat")},
    Row{Reason::UnknownMessage, QLatin1String("unknown_message")},
    Row{Reason::MessageTooLong, QLatin1String("message_too_long")},
    Row{Reason::AttachmentTooLarge, QLatin1String("attachment_too_large")},
    Row{Reason::UnsupportedContent, QLatin1String("unsupported_content")},
    Row{Reason::RateLimited, QLatin1String("rate_limited")},
    Row{Reason::IdentityChanged, QLatin1String("identity_changed")},
    Row{Reason::NotPermitted, QLatin1String("not_permitted")},
    Row{Reason::NotAMember, QLatin1String("not_a_member")},
    Row{Reason::NotAnAdmin, QLatin1String("not_an_admin")},
    Row{Reason::ProfileLocked, QLatin1String("profile_locked")},
    Row{Reason::ProfileInUse, QLatin1String("profile_in_use")},
    Row{Reason::RelayUnreachable, QLatin1String("relay_unreachable")},
    Row{Reason::Timeout, QLatin1String("timeout")},
    Row{Reason::InvalidArgument, QLatin1String("invalid_argument")},
    Row{Reason::UnsupportedVersion, QLatin1String("unsupported_version")},
    Row{Reason::UnknownFrame, QLatin1String("unknown_frame")},
    Row{Reason::MalformedFrame, QLatin1String("malformed_frame")},
    Row{Reason::FrameTooLarge, QLatin1String("frame_too_large")},
    Row{Reason::AuthenticationFailed, QLatin1String("authentication_failed")},
    Row{Reason::UnknownAccount, QLatin1String("unknown_account")},
    Row{Reason::UnknownDevice, QLatin1String("unknown_device")},
    Row{Reason::StaleDevices, QLatin1String("stale_devices")},
    Row{Reason::QuotaExceeded, QLatin1String("quota_exceeded")},
    Row{Reason::Busy, QLatin1String("busy")},
    Row{Reason::RelayKeyChanged, QLatin1String("relay_key_changed")},
    Row{Reason::StorageFailed, QLatin1String("storage_failed")},
    Row{Reason::StorageCorrupt, QLatin1String("storage_corrupt")},
    Row{Reason::WrongKey, QLatin1String("wrong_key")},
    Row{Reason::CryptoFailed, QLatin1String("crypto_failed")},
    Row{Reason::UntrustedIdentity, QLatin1String("untrusted_identity")},
    Row{Reason::NoSession, QLatin1String("no_session")},
    Row{Reason::IoFailed, QLatin1String("io_failed")},
    Row{Reason::Configuration, QLatin1String("configuration")},
    Row{Reason::Cancelled, QLatin1String("cancelled")},
    Row{Reason::Internal, QLatin1String("internal")},
};

} // namespace

QLatin1String reasonName(Reason reason) {
    for (const Row& row : reasonRows) {
        if (row.reason == reason)
            return row.name;
    }
    return QLatin1String("internal");
}

bool isStoreFailure(Reason reason) {
    switch (reason) {
    case Reason::StorageFailed:
    case Reason::IoFailed:
    case Reason::Busy:
    case Reason::WrongKey:
    case Reason::ProfileLocked:
        return true;
    default:
        return false;
    }
}

Reason reasonFromString(QLatin1String name) {
    for (const Row& row : reasonRows) {
        if (row.name == name)
            return row.reason;
    }
    return Reason::Internal;
}

} // namespace recado::base
