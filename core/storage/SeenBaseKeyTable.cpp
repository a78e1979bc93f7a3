#include "storage/SeenBaseKeyTable.h"

#include "sql/Database.h"

namespace recado::storage {

base::Result<bool> SeenBaseKeyTable::insertIfNew(const base::DeviceAddress& address, QByteArrayView baseKey) {
    RECADO_CHECK(
        m_database.run("INSERT INTO seen_base_key (account, device, base_key, seen_ms) VALUES (?1, ?2, ?3, "
                       "?4) ON CONFLICT DO NOTHING",
                       address.account, address.device, baseKey, m_clock.wallMs()));
    return m_database.changes() == 1;
}

} // namespace recado::storage
