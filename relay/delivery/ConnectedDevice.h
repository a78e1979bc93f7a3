#pragma once

#include "base/Ids.h"
#include "relay/delivery/MailboxStore.h"

namespace recado::wire {
class RelayFrame;
}

namespace recado::routing {
struct DeviceList;
}

namespace recado::relay {

/// Why a connection has to go.
enum class Displacement {
    Replaced, // the same device authenticated on a newer connection
    Removed,  // its account is gone
};

/// Whether a push may be left out when the connection is slow.
enum class PushKind { Needed, Droppable };

/// An authenticated device's connection as the rest of the relay sees it. All functions are called on the
/// connection's thread, from the event loop, never from within a call the connection made; none may call
/// back into the Router or the Submitter before it returned to the loop.
class ConnectedDevice {
public:
    virtual ~ConnectedDevice() = default;

    /// An envelope that was just submitted; in the order of delivery ids.
    virtual void live(const MailboxRow& envelope) = 0;
    /// An envelope that was submitted before is in the mailbox only now (DeliveryChannel::appendedLate).
    virtual void appendedLate(base::DeliveryId id) = 0;
    /// The submission with this number is safe.
    virtual void accepted(base::SubmissionNumber number) = 0;
    /// Any other frame, complete.
    virtual void push(const wire::RelayFrame& frame, PushKind kind) = 0;
    /// The account's device list is another now; a device that is not on it as it was has to go.
    virtual void listChanged(const routing::DeviceList& list) = 0;
    /// Close: this connection is out of the Router already.
    virtual void displaced(Displacement why) = 0;
};

} // namespace recado::relay
