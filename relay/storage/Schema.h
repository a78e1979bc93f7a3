#pragma once

#include "sql/Migrator.h"

#include <QByteArray>

#include <vector>

namespace recado::relay {

/// The relay's tables, version by version: only ever appended to.
std::vector<QByteArray> relayMigrations();

inline sql::Migrator relaySchema() {
    return sql::Migrator(relayMigrations());
}

/// The table of waiting envelopes (queue::QueueTable).
inline constexpr char envelopeTable[] = "envelope";

} // namespace recado::relay
