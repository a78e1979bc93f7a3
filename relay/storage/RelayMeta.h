#pragma once

#include "base/Result.h"

#include <QByteArray>
#include <QString>

namespace recado::sql {
class Database;
}

namespace recado::relay {

/// What a relay's database says about the relay itself.
struct RelayMeta {
    /// The part of addresses after the `@`; empty until it is fixed at the first start.
    QString publicName;
    /// 16 random bytes from the creation of the store. Clients that see another value resubmit what may have
    /// been lost (DESIGN section 4).
    QByteArray storeIncarnation;
    /// Grows by one with every start; from 1, below 2^24. The upper part of delivery ids.
    quint32 bootEpoch = 0;
};

/// Increments the boot epoch (making the row at the first start) and returns it all. The caller's transaction
/// must be committed before anybody uses the epoch.
base::Result<RelayMeta> startNewEpoch(sql::Database& database);

/// Stores the name if there is none yet; `Configuration` when there is another one.
base::Status storePublicName(sql::Database& database, const QString& name);

} // namespace recado::relay
