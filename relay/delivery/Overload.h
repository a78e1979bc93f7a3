#pragma once

#include "base/Clock.h"
#include "relay/delivery/MailboxStore.h"
#include "relay/delivery/RelayPolicy.h"

#include <atomic>
#include <memory>
#include <optional>

namespace recado::relay {

/// Whether the store keeps up. Every few hundred milliseconds, while submissions are under way, it is asked a
/// question that waits its turn behind all that was asked before; how long the answer takes is how long a
/// submission would wait. Past RelayPolicy::shedLagMs new submissions are refused as busy: what is taken
/// already is kept, and what could not be kept in time is not taken. Held by shared_ptr.
class Overload : public std::enable_shared_from_this<Overload> {
public:
    /// Both are borrowed.
    Overload(const RelayPolicy& policy, const base::Clock& clock);

    /// The thread of call.inbox, always the same.
    void tick(MailboxStore& store, StoreCall call, quint64 underWay);

    // Any thread.
    /// Milliseconds after which a submission may be tried again; nothing while it is taken.
    [[nodiscard]] std::optional<qint64> retryMs() const;
    /// Too late for anybody new.
    [[nodiscard]] bool refusesNewcomers() const { return m_lagMs > m_policy.refuseLagMs; }
    [[nodiscard]] qint64 lagMs() const { return m_lagMs; }

private:
    void answered(StoreResult result);

    const RelayPolicy& m_policy;
    const base::Clock& m_clock;
    std::optional<qint64> m_askedAtMs;
    std::atomic<qint64> m_lagMs{0};
};

} // namespace recado::relay
