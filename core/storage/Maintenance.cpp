#include "storage/Maintenance.h"

#include "sql/Database.h"

namespace recado::storage {

base::Status Maintenance::expireKeys(qint64 beforeMs) {
    m_work.emptyLogAfterCommit();
    RECADO_CHECK(m_database.run("DELETE FROM signed_pre_key WHERE EXISTS (SELECT 1 FROM signed_pre_key AS "
                                "newer WHERE newer.created_ms > signed_pre_key.created_ms AND "
                                "newer.created_ms < ?1)",
                                beforeMs));
    // Whoever opened a session did so with a signed prekey that existed then.
    return m_database.run("DELETE FROM seen_base_key WHERE seen_ms < ?1 AND NOT EXISTS (SELECT 1 FROM "
                          "signed_pre_key WHERE created_ms <= seen_base_key.seen_ms)",
                          beforeMs);
}

} // namespace recado::storage
