#pragma once

#include "base/Clock.h"
#include "base/Ids.h"
#include "queue/TokenBucket.h"
#include "relay/delivery/RelayPolicy.h"

#include <QHash>

#include <mutex>

namespace recado::relay {

/// How much of the relay's time an account may take, over all its connections. One unit is about a
/// microsecond of an I/O thread (session/WorkPrice). What was done is always charged; an account in debt is
/// not read from until it has earned its way out. Any thread; the clock is borrowed.
class WorkBudget {
public:
    WorkBudget(const RelayPolicy& policy, const base::Clock& clock);

    /// Milliseconds to wait before anything more is done for the account; 0 at once.
    qint64 charge(base::AccountId account, qint64 units);
    void tidy();
    [[nodiscard]] qsizetype accounts() const;

private:
    const RelayPolicy& m_policy;
    const base::Clock& m_clock;
    mutable std::mutex m_mutex;
    QHash<base::AccountId, queue::TokenBucket> m_buckets;
};

} // namespace recado::relay
