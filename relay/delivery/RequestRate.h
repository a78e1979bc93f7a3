#pragma once

#include "base/Clock.h"
#include "base/Ids.h"
#include "queue/TokenBucket.h"
#include "relay/delivery/RelayPolicy.h"

#include <QHash>

#include <mutex>

namespace recado::relay {

/// How often an account may ask the directory. A request that brings many keys or contacts counts for more
/// than one. Any thread; the clock is borrowed.
class RequestRate {
public:
    RequestRate(const RelayPolicy& policy, const base::Clock& clock);

    /// Milliseconds the account has to wait before it may ask that; 0 takes it. What is dearer than all that
    /// an account may ask at once costs just that.
    qint64 take(base::AccountId account, double requests = 1);
    void tidy();

private:
    const RelayPolicy& m_policy;
    const base::Clock& m_clock;
    std::mutex m_mutex;
    QHash<base::AccountId, queue::TokenBucket> m_buckets;
};

} // namespace recado::relay
