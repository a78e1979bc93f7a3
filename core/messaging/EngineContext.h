#pragma once

#include "base/Clock.h"
#include "crypto/SessionCipher.h"
#include "messaging/Changes.h"
#include "messaging/RelayLink.h"
#include "messaging/Stores.h"
#include "protocol/Limits.h"
#include "routing/DeviceList.h"

#include <algorithm>
#include <functional>
#include <optional>

namespace recado::messaging {

/// How long things wait. Tests shorten them.
struct EngineTiming {
    int receiptDelayMs = 1'000;  // at most; the real wait is drawn between a quarter and all of it
    int retryDelayMs = 2'000;    // after the relay asked for patience without saying how long
    int refetchDelayMs = 10'000; // between two look-ups of one account that incoming headers cause
    int resendAgainMs = 60'000;  // until a resend is asked for again
    int typingIntervalMs = 3'000;
    int typingShownMs = 6'000;
    int typingLateMs = 10'000;
    int storageRetryMs = 5'000;
    int submitAnswerMs = 30'000; // until what the relay has not answered is sent again
    int lookUpRetryMs = 2'000;   // after the look-up of a sender failed; at least, grows with each failure
    int addressCheckMs = 2'000;  // until a known address is used as known
    qint64 addressFreshMs = 24LL * 3'600 * 1'000; // between two questions about a known address
};

/// What the parts of one engine know together. Engine thread.
struct EngineState {
    std::optional<OwnAccount> account; // set once keys exist; see OwnAccount::registered
    Privacy privacy;
    protocol::Limits limits;
    /// The own account's devices as verified last; nothing before the first list was seen.
    std::optional<routing::DeviceList> ownList;
    quint64 announcedListVersion = 1; // the own list's, as the relay says; counts until there is one
    bool online = false;
    qint64 relayAheadMs = 0; // the relay's time minus this machine's

    [[nodiscard]] bool isRegistered() const { return account && account->registered; }
    [[nodiscard]] quint64 ownListVersion() const { return ownList ? ownList->version : announcedListVersion; }
    [[nodiscard]] bool hasOtherDevices() const {
        return ownList &&
               std::any_of(ownList->devices.begin(), ownList->devices.end(),
                           [this](const auto& device) { return device.deviceId != account->device; });
    }
};

/// What every part of the engine borrows. Engine thread.
struct EngineContext {
    Stores stores;
    crypto::SessionCipher& cipher;
    RelayLink& link;
    const base::Clock& clock;
    Changes& changes;
    EngineTiming timing;
    EngineState state;
    /// The store failed where nobody waits for an answer.
    std::function<void(const base::Error&)> storageFailed;

    [[nodiscard]] qint64 nowMs() const { return clock.wallMs(); }
    [[nodiscard]] qint64 relayNowMs() const { return clock.wallMs() + state.relayAheadMs; }
    [[nodiscard]] const base::AccountId& ownAccount() const { return state.account->account; }
    [[nodiscard]] bool isOwnDevice(const base::DeviceAddress& device) const {
        return device.account == state.account->account && device.device == state.account->device;
    }
};

/// Runs `step` (returns base::Status) in a unit of work of its own and tells the changes once it is durable;
/// on any error nothing happened. Never inside another one.
template <typename Step>
base::Status inWork(EngineContext& context, Step step) {
    const std::size_t mark = context.changes.mark();
    base::Status status = [&]() -> base::Status {
        RECADO_TRY(WorkScope work, WorkScope::begin(context.stores.work));
        RECADO_CHECK(step());
        return work.commit();
    }();
    if (!status) {
        context.changes.rollBackTo(mark);
        return status;
    }
    context.changes.publish();
    return {};
}

/// The person behind a contact, as everybody is shown.
inline Person personOf(const ContactRecord& contact) {
    return {contact.account, contact.address, contact.displayName};
}

} // namespace recado::messaging
