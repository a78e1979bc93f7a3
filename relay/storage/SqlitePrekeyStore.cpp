#include "relay/storage/SqlitePrekeyStore.h"

#include "relay/storage/PrekeyTables.h"
#include "relay/storage/RelayDatabase.h"

namespace recado::relay {

namespace {

constexpr qint64 prekeyBytes = 64;

} // namespace

SqlitePrekeyStore::SqlitePrekeyStore(RelayDatabase& database)
    : m_database(database) {}

void SqlitePrekeyStore::storePrekeys(base::DeviceAddress device, PrekeyBatch batch, quint32 cap,
                                     StoreCall call, StoreCallback<quint32> done) {
    const qint64 bytes = prekeyBytes * (batch.prekeys.size() + 4);
    m_database.perform<quint32>(
        call, std::move(done),
        [device, batch = std::move(batch), cap](sql::Database& database) -> base::Result<quint32> {
            RECADO_TRY(const bool listed, prekeyTables::isListed(database, device));
            return listed ? prekeyTables::store(database, device, batch, cap) : base::Result<quint32>(0U);
        },
        bytes);
}

void SqlitePrekeyStore::takePrekeys(base::AccountId account, QVector<PrekeyRequest> requests, StoreCall call,
                                    StoreCallback<QVector<TakenPrekeys>> done) {
    m_database.perform<QVector<TakenPrekeys>>(
        call, std::move(done), [account, requests = std::move(requests)](sql::Database& database) {
            return prekeyTables::take(database, account, requests);
        });
}

void SqlitePrekeyStore::countPrekeys(base::DeviceAddress device, StoreCall call,
                                     StoreCallback<quint32> done) {
    m_database.perform<quint32>(call, std::move(done), [device](sql::Database& database) {
        return prekeyTables::count(database, device);
    });
}

} // namespace recado::relay
