#pragma once

#include "base/Result.h"
#include "relay/keys/PrekeyStore.h"
#include "wire.pb.h"

namespace recado::relay {

/// Reads an upload; of more than `cap` one-time prekeys the first ones are taken, the others not looked at,
/// so that a client need not know what this relay stores. Errors: InvalidArgument for keys of the wrong size
/// or kind, a number 0 or a number twice. The signatures are for clients to verify.
base::Result<PrekeyBatch> parsePrekeys(const wire::PrekeyUpload& upload, quint32 cap);

} // namespace recado::relay
