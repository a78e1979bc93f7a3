#pragma once

#include "relay/ops/ConfigKeys.h"

namespace recado::relay {

/// The keys about watching a relay: its log and its traces.
void addOperationsKeys(std::vector<ConfigKey>& keys);

} // namespace recado::relay
