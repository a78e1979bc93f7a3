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

/// What a database that comes out of a backup no longer knows, and therefore gives up.
struct RestoredStore {
    QByteArray incarnation;
    qint64 accounts = 0;
    qint64 envelopes = 0;
    /// May have been handed out since the backup.
    qint64 droppedPrekeys = 0;
    /// May have been used since, recovery invitations included.
    qint64 droppedInvitations = 0;
};

/// Envelopes that wait in all mailboxes, for whatever connection.
base::Result<qint64> countWaiting(sql::Database& database);

/// Makes a copy of a store another store: a new incarnation, and a boot epoch far beyond any that the
/// original can have reached since the copy was made (`nowMs` is wall time), because an id given once must
/// never name anything else. Drops what may have been used up meanwhile. Inside the caller's transaction.
base::Result<RestoredStore> becomeRestored(sql::Database& database, qint64 nowMs);

/// Stores the name if there is none yet; `Configuration` when there is another one.
base::Status storePublicName(sql::Database& database, const QString& name);

} // namespace recado::relay
