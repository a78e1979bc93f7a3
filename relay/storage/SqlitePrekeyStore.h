#pragma once

#include "relay/keys/PrekeyStore.h"

namespace recado::relay {

class RelayDatabase;

/// Prekeys in the relay's database.
class SqlitePrekeyStore final : public PrekeyStore {
public:
    /// The database is borrowed, and stopped before this store goes.
    explicit SqlitePrekeyStore(RelayDatabase& database);

    void storePrekeys(base::DeviceAddress device, PrekeyBatch batch, quint32 cap, StoreCall call,
                      StoreCallback<quint32> done) override;
    void takePrekeys(base::AccountId account, QVector<PrekeyRequest> requests, StoreCall call,
                     StoreCallback<QVector<TakenPrekeys>> done) override;
    void countPrekeys(base::DeviceAddress device, StoreCall call, StoreCallback<quint32> done) override;

private:
    RelayDatabase& m_database;
};

} // namespace recado::relay
