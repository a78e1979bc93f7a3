#pragma once

#include "base/Result.h"

struct sqlite3;

namespace recado::sql {

/// The error for an engine result code. `handle` may be null. `action` names what was being done; the
/// engine's own sentence is taken only where it cannot quote values (a search expression, for one, is
/// somebody's text).
base::Error makeFailure(sqlite3* handle, int code, const char* action);

} // namespace recado::sql
