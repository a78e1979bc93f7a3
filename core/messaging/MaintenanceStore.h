#pragma once

#include "base/Result.h"

#include <QtGlobal>

namespace recado::messaging {

/// What time takes away. All limits are wall times (ms since 1970). Engine thread, inside a UnitOfWork.
class MaintenanceStore {
public:
    virtual ~MaintenanceStore() = default;

    /// Signed prekeys made before `madeBeforeMs`, seen base keys noted before `seenBeforeMs`.
    virtual base::Status expireKeys(qint64 madeBeforeMs, qint64 seenBeforeMs) = 0;
    /// Outbox items accepted (or delivered) before: nobody can ask for them any more. So old ones that failed
    /// go as well, unless a message waits for its retry.
    virtual base::Status expireOutbox(qint64 acceptedBeforeMs) = 0;
    /// Undecryptable envelopes received before: their bytes go, their placeholders stay.
    virtual base::Status expireQuarantine(qint64 receivedBeforeMs) = 0;
    /// Changes received before whose message has not come.
    virtual base::Status expireEarlyChanges(qint64 receivedBeforeMs) = 0;
};

} // namespace recado::messaging
