#pragma once

#include "queue/AckWindow.h"
#include "relay/delivery/SenderOrder.h"
#include "relay/delivery/Submission.h"

#include <list>
#include <map>

namespace recado::relay {

/// A device that is connected, or has submissions on their way, as the Submitter sees it. It stays where it
/// is for as long.
struct SendingDevice {
    base::DeviceAddress address;
    queue::AckWindow window;
    bool loaded = false;
    int connections = 0;
    /// By number; waiting ones included.
    std::map<base::SubmissionNumber, SubmissionPointer> inFlight;
    /// Not dispatched yet: the first one's receivers are being looked up.
    std::list<SubmissionPointer> waiting; // unlike a deque, it holds nothing while it is empty
    /// Accounts that are being looked up for it: asked for one by one, they would each start the first one's
    /// check of all its receivers anew.
    int lookUps = 0;
    SenderOrder order;
    /// Of those in flight, how many have failed and wait for what becomes of later ones.
    int undecided = 0;
};

} // namespace recado::relay
