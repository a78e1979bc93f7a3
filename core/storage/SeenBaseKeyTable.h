#pragma once

#include "base/Clock.h"
#include "crypto/Stores.h"

namespace recado::sql {
class Database;
}

namespace recado::storage {

/// Table `seen_base_key`: what sessions without a one-time prekey were opened with, against their replay.
class SeenBaseKeyTable final : public crypto::SeenBaseKeyStore {
public:
    SeenBaseKeyTable(sql::Database& database, const base::Clock& clock)
        : m_database(database)
        , m_clock(clock) {}

    base::Result<bool> insertIfNew(const base::DeviceAddress& address, QByteArrayView baseKey) override;

private:
    sql::Database& m_database;
    const base::Clock& m_clock;
};

} // namespace recado::storage
