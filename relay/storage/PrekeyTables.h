#pragma once

#include "base/Ids.h"
#include "base/Result.h"
#include "relay/keys/PrekeyStore.h"

namespace recado::sql {
class Database;
}

/// The prekeys' SQL, inside the caller's transaction and on its thread. The meaning is PrekeyStore's.
namespace recado::relay::prekeyTables {

/// True when the device's account is there and lists it.
base::Result<bool> isListed(sql::Database& database, const base::DeviceAddress& device);
base::Result<quint32> store(sql::Database& database, const base::DeviceAddress& device,
                            const PrekeyBatch& batch, quint32 cap);
base::Result<QVector<TakenPrekeys>> take(sql::Database& database, const base::AccountId& account,
                                         const QVector<PrekeyRequest>& requests);
base::Result<quint32> count(sql::Database& database, const base::DeviceAddress& device);
base::Status drop(sql::Database& database, const base::DeviceAddress& device);

} // namespace recado::relay::prekeyTables
