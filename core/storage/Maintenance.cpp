#include "storage/Maintenance.h"

#include "sql/Database.h"

namespace recado::storage {

base::Status Maintenance::expireKeys(qint64 madeBeforeMs, qint64 seenBeforeMs) {
    m_work.emptyLogAfterCommit();
    RECADO_CHECK(m_database.run("DELETE FROM signed_pre_key WHERE created_ms < ?1 AND created_ms < "
                                "(SELECT max(created_ms) FROM signed_pre_key)",
                                madeBeforeMs));
    // Whoever opened a session did so with a signed prekey that existed then.
    return m_database.run("DELETE FROM seen_base_key WHERE seen_ms < ?1 AND NOT EXISTS (SELECT 1 FROM "
                          "signed_pre_key WHERE created_ms <= seen_base_key.seen_ms)",
                          seenBeforeMs);
}

} // namespace recado::storage
