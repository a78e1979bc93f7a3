#pragma once

#include "base/Result.h"

#include <QString>
#include <QUrl>

namespace recado::transport {

/// The socket address of a relay: ws:// or wss:// with a host; `/v1/socket` stands in for an empty path.
/// InvalidArgument for anything else.
base::Result<QUrl> relaySocketUrl(const QString& text);

/// True when the relay runs on this very machine, so that it can be asked again at once.
bool isLoopback(const QUrl& url);

} // namespace recado::transport
