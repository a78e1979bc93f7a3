#pragma once

#include "base/Ids.h"

#include <QByteArray>
#include <QVector>

namespace recado::relay {

/// Remembers over restarts what counted against an hourly limit. It is told hashes, no identities.
class LimitStore {
public:
    struct Event {
        QByteArray key;
        qint64 atMs = 0; // wall clock
    };

    virtual ~LimitStore() = default;

    /// One event; written soon, answered to nobody. Any thread.
    virtual void record(Event event) = 0;
    /// What was recorded since then by earlier runs, oldest first.
    [[nodiscard]] virtual QVector<Event> recall(qint64 sinceMs) = 0;
    /// Forgets what is older. Any thread.
    virtual void forget(qint64 beforeMs) = 0;
};

/// What a limit is counted under: the account, perhaps towards a device of another. 17 bytes, of which the
/// first is `kind`; the accounts cannot be told from it.
QByteArray limitKey(char kind, const base::AccountId& account, const base::DeviceAddress& target = {});

} // namespace recado::relay
