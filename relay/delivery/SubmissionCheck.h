#pragma once

#include "base/Ids.h"
#include "protocol/Limits.h"
#include "relay/delivery/MailboxStore.h"
#include "routing/DeviceList.h"
#include "wire.pb.h"

#include <optional>

namespace recado::relay {

/// A submission in the relay's own terms.
struct ParsedSubmission {
    /// One device that an envelope is for.
    struct Target {
        quint32 deviceId = 0;
        quint32 registrationId = 0;
    };
    /// One account that is written to.
    struct Receiver {
        base::AccountId account;
        quint64 listVersion = 0;
        QVector<Target> targets;
    };

    base::DeviceAddress sender;
    base::SubmissionNumber number = 0;
    QVector<Receiver> receivers;
    /// Entries, body and mark; ids and times are not set yet.
    MailboxAppend append;
};

/// Reads a Submit and checks all that needs no look at the directory. Errors: InvalidArgument for a shape no
/// client of ours produces, MessageTooLong for a header, ciphertext or body beyond what the limits allow.
/// Pure.
base::Result<ParsedSubmission> parseSubmission(base::DeviceAddress sender, const wire::Submit& submit,
                                               const protocol::Limits& limits);

/// How the receiver's devices differ from the account's list; nothing when they agree in version, number and
/// registration. `without` is left out of the list: the sending device, when somebody writes to their own
/// account.
std::optional<wire::DeviceMismatch> findMismatch(const ParsedSubmission::Receiver& receiver,
                                                 const routing::DeviceList& list,
                                                 std::optional<quint32> without);

/// The largest ciphertext and body a submission may carry: the announced content sizes with room for padding,
/// encryption and what surrounds a text.
qint64 largestCiphertext(const protocol::Limits& limits);
qint64 largestBody(const protocol::Limits& limits);
constexpr qint64 largestSealedHeader = 1'024;

} // namespace recado::relay
