#pragma once

#include "base/Result.h"
#include "relay/keys/PrekeyStore.h"
#include "wire.pb.h"

namespace recado::relay {

/// Reads an upload. Errors: InvalidArgument for keys of the wrong size or kind, a number 0, a number twice,
/// or more than `cap` one-time prekeys. The signatures are for clients to verify.
base::Result<PrekeyBatch> parsePrekeys(const wire::PrekeyUpload& upload, quint32 cap);

} // namespace recado::relay
