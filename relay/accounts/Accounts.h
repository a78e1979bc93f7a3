#pragma once

#include "base/Clock.h"
#include "relay/delivery/Directory.h"
#include "relay/delivery/FrameAnswer.h"
#include "relay/delivery/HourlyLimit.h"
#include "relay/delivery/LimitStore.h"
#include "relay/delivery/RelayPolicy.h"
#include "relay/delivery/RequestRate.h"
#include "relay/delivery/Router.h"
#include "relay/delivery/Submitter.h"

#include <memory>
#include <mutex>

namespace recado::relay {

/// Looks accounts up and keeps their device lists. Any thread. Held by shared_ptr; pending store operations
/// hold it weakly.
class Accounts : public std::enable_shared_from_this<Accounts> {
public:
    struct Parts {
        Directory* directory = nullptr;
        Router* router = nullptr;
        Submitter* submitter = nullptr;
        RequestRate* rate = nullptr;
        const base::Clock* clock = nullptr;
        LimitStore* limits = nullptr; // may stay null
    };

    /// Everything is borrowed.
    Accounts(const RelayPolicy& policy, Parts parts);

    /// Answers Account, or an Error: unknown_recipient, rate_limited (too many requests, or too many
    /// usernames that nobody has; then known ones are not told from unknown ones), invalid_argument, busy.
    void find(base::AccountId requester, const wire::GetAccount& request, StoreCall call, FrameAnswer answer);

    /// Answers Done, or an Error: invalid_argument, not_permitted (somebody else's list, another identity key
    /// without a removed device, a number used before, or a recovery is open), stale_devices (not a higher
    /// version), busy. Connected devices of the account hear of it, those no longer listed go.
    void setDeviceList(base::DeviceAddress requester, const wire::SetDeviceList& request, StoreCall call,
                       FrameAnswer answer);

    void tidy();

private:
    void findByUsername(base::AccountId requester, const QString& username, StoreCall call,
                        FrameAnswer answer);

    const RelayPolicy& m_policy;
    const Parts m_parts;
    std::mutex m_mutex;
    HourlyLimit<QByteArray> m_unknownUsernames; // limitKey of who asked
};

} // namespace recado::relay
