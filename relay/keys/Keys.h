#pragma once

#include "relay/delivery/Directory.h"
#include "relay/delivery/FrameAnswer.h"
#include "relay/delivery/HourlyLimit.h"
#include "relay/delivery/LimitStore.h"
#include "relay/delivery/RelayPolicy.h"
#include "relay/delivery/RequestRate.h"
#include "relay/delivery/Router.h"

#include <memory>
#include <mutex>

namespace recado::relay {

/// Keeps prekeys and hands out bundles. Any thread. Held by shared_ptr; pending store operations hold it
/// weakly.
class Keys : public std::enable_shared_from_this<Keys> {
public:
    struct Parts {
        Directory* directory = nullptr;
        PrekeyStore* prekeys = nullptr;
        Router* router = nullptr;
        RequestRate* rate = nullptr;
        const base::Clock* clock = nullptr;
        LimitStore* limits = nullptr; // may stay null
    };

    /// Everything is borrowed.
    Keys(const RelayPolicy& policy, Parts parts);

    /// Answers Bundles, or an Error: invalid_argument, unknown_recipient, rate_limited, busy. A device that
    /// is asked for but not listed, or has no signed prekey, is left out; a one-time prekey is left out when
    /// there is none, or when the requester's account had its share of this device's within the hour. A
    /// connected device that runs low hears PrekeysLow.
    void getBundles(base::DeviceAddress requester, const wire::GetBundles& request, StoreCall call,
                    FrameAnswer answer);

    /// Answers Done, or an Error: invalid_argument, rate_limited, busy.
    void upload(base::DeviceAddress owner, const wire::UploadPrekeys& request, StoreCall call,
                FrameAnswer answer);

    void tidy();

private:
    struct Wanted;

    void found(const Wanted& wanted, const StoreAnswer<std::optional<AccountRecord>>& record, StoreCall call,
               FrameAnswer answer);
    [[nodiscard]] QVector<PrekeyRequest> requestsFor(const Wanted& wanted, const routing::DeviceList& list);
    void taken(const Wanted& wanted, const AccountRecord& record, const routing::DeviceList& list,
               const QVector<PrekeyRequest>& requests, const StoreAnswer<QVector<TakenPrekeys>>& answer,
               const FrameAnswer& done);
    void settleShares(const Wanted& wanted, const QVector<PrekeyRequest>& requests,
                      const QVector<TakenPrekeys>& taken);
    void warnOwners(base::AccountId account, const QVector<TakenPrekeys>& taken);

    const RelayPolicy& m_policy;
    const Parts m_parts;
    std::mutex m_mutex;
    HourlyLimit<QByteArray> m_handedOut; // limitKey of requester and target
};

} // namespace recado::relay
