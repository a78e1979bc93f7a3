#pragma once

#include "relay/gateway/Http.h"

namespace recado::relay {

/// Whether a request asks for any protocol upgrade.
bool isUpgrade(const HttpRequest& request);

/// The answer to a WebSocket upgrade request (RFC 6455 section 4.2): 101, or what is wrong with it.
///
/// Programs send no Origin; a browser's page must come from this very host. Sessions authenticate themselves
/// by signature, so a foreign page could act as nobody else, but it should not even reach a relay that its
/// visitor runs on the loopback address. No extension and no subprotocol is ever agreed upon.
HttpResponse answerUpgrade(const HttpRequest& request, const QByteArray& path);

} // namespace recado::relay
