#pragma once

#include "queue/TokenBucket.h"
#include "relay/presence/PresenceHub.h"

namespace recado::relay {

/// Passes typing notices on: sealed, never stored, only between accounts that list each other, to devices
/// that are connected and keep up, and not too often. Whatever does not fit is dropped in silence, so that
/// nobody learns from it who is online. Any thread.
class Ephemerals {
public:
    static constexpr int largestPayload = 2'048;

    /// Everything is borrowed.
    Ephemerals(const RelayPolicy& policy, Router& router, const PresenceHub& presence,
               const base::Clock& clock);

    /// Errors: InvalidArgument for a malformed account id or a payload that is empty or too large.
    base::Status forward(base::DeviceAddress sender, const wire::Ephemeral& ephemeral);
    void tidy();

private:
    using Pair = std::pair<base::AccountId, base::AccountId>;

    bool takeTurn(const Pair& pair);

    const RelayPolicy& m_policy;
    Router& m_router;
    const PresenceHub& m_presence;
    const base::Clock& m_clock;
    std::mutex m_mutex;
    QHash<Pair, queue::TokenBucket> m_rates;
};

} // namespace recado::relay
