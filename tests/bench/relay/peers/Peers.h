#pragma once

#include "bench/relay/LoadServer.h"

#include <memory>
#include <vector>

namespace recado::tests::load {

/// mosquitto, ejabberd and prosody, in that order; one that is not installed says so when it is started.
std::vector<std::unique_ptr<LoadServer>> peerServers();

} // namespace recado::tests::load
