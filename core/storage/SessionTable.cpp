#include "storage/SessionTable.h"

#include "sql/Database.h"
#include "storage/Rows.h"

namespace recado::storage {

base::Result<std::optional<QByteArray>> SessionTable::loadSession(const base::DeviceAddress& address) {
    RECADO_TRY(sql::Statement statement,
               m_database.query("SELECT record FROM session WHERE account = ?1 AND device = ?2",
                                address.account, address.device));
    return optionalBytes(statement);
}

base::Status SessionTable::storeSession(const base::DeviceAddress& address, QByteArrayView record) {
    return m_database.run("INSERT INTO session (account, device, record) VALUES (?1, ?2, ?3) "
                          "ON CONFLICT (account, device) DO UPDATE SET record = excluded.record",
                          address.account, address.device, record);
}

base::Status SessionTable::removeSession(const base::DeviceAddress& address) {
    return m_database.run("DELETE FROM session WHERE account = ?1 AND device = ?2", address.account,
                          address.device);
}

} // namespace recado::storage
