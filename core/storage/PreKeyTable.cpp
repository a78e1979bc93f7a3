#include "storage/PreKeyTable.h"

#include "sql/Database.h"
#include "storage/Rows.h"

namespace recado::storage {

base::Result<std::optional<QByteArray>> PreKeyTable::loadPreKey(std::uint32_t id) {
    RECADO_TRY(sql::Statement statement, m_database.query("SELECT record FROM pre_key WHERE id = ?1", id));
    return optionalBytes(statement);
}

base::Status PreKeyTable::storePreKey(std::uint32_t id, QByteArrayView record) {
    return m_database.run("INSERT INTO pre_key (id, record) VALUES (?1, ?2) "
                          "ON CONFLICT (id) DO UPDATE SET record = excluded.record",
                          id, record);
}

base::Status PreKeyTable::removePreKey(std::uint32_t id) {
    return m_database.run("DELETE FROM pre_key WHERE id = ?1", id);
}

base::Result<std::optional<QByteArray>> PreKeyTable::loadSignedPreKey(std::uint32_t id) {
    RECADO_TRY(sql::Statement statement,
               m_database.query("SELECT record FROM signed_pre_key WHERE id = ?1", id));
    return optionalBytes(statement);
}

base::Status PreKeyTable::storeSignedPreKey(std::uint32_t id, QByteArrayView record, qint64 createdMs) {
    return m_database.run(
        "INSERT INTO signed_pre_key (id, record, created_ms) VALUES (?1, ?2, ?3) ON CONFLICT (id) "
        "DO UPDATE SET record = excluded.record, created_ms = excluded.created_ms",
        id, record, createdMs);
}

} // namespace recado::storage
