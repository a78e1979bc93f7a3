#pragma once

#include "base/Result.h"

#include <QByteArray>

#include <vector>

namespace recado::sql {

class Database;

/// Brings a database to the newest schema: migration n (from 1) is plain SQL, runs once, in a transaction of
/// its own that also sets `PRAGMA user_version` to n. Migrations are only ever appended, never edited.
class Migrator {
public:
    explicit Migrator(std::vector<QByteArray> migrations);

    /// The version migrate() leads to.
    [[nodiscard]] int newest() const { return int(m_migrations.size()); }

    /// Runs what is missing. `UnsupportedVersion` when a newer program has been here already: nothing is
    /// touched then. A failing migration leaves the versions before it in place.
    base::Status migrate(Database& database) const;

    static base::Result<int> version(Database& database);

private:
    std::vector<QByteArray> m_migrations;
};

} // namespace recado::sql
