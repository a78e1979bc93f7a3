#pragma once

// The C interface of SQLCipher under the names our copy of it has (CMakeLists.txt of this directory says
// why). Only sources of core/sql include this file.

// clang-format off: the renaming must precede the declarations
#include <EngineNames.h>
#define SQLITE_HAS_CODEC 1
#include <sqlite3.h>
// clang-format on
