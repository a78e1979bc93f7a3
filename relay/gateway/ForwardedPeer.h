#pragma once

#include "relay/gateway/GatewayConfig.h"
#include "relay/gateway/Http.h"
#include "relay/gateway/PeerAddress.h"

#include <optional>

namespace recado::relay {

/// Whom the proxy asks for, in the field it is known to write: the last address there, which is the one that
/// connected to the proxy; whatever stands before it may have been sent by anybody. Nothing when the field is
/// absent, or names no numeric address.
std::optional<PeerAddress> forwardedPeer(const HttpRequest& request, ForwardedField field);

} // namespace recado::relay
