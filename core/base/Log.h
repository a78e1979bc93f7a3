#pragma once

#include <QLoggingCategory>

namespace recado::base {

/// Sends Qt's and our own log lines to stderr as `time level category: text`, one line each. Standard output
/// belongs to the contract (ready lines, JSON-RPC). Call once, first thing in main().
void installLogging();

} // namespace recado::base
