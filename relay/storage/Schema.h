#pragma once

#include "sql/Migrator.h"

namespace recado::relay {

/// The relay's tables, version by version.
sql::Migrator relaySchema();

/// The table of waiting envelopes (queue::QueueTable).
inline constexpr char envelopeTable[] = "envelope";

} // namespace recado::relay
