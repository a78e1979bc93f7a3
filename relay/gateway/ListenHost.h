#pragma once

#include "base/Result.h"

#include <QHostAddress>

namespace recado::relay {

/// The address to listen on: a numeric one, or the first that the name has. Errors: `Configuration`.
base::Result<QHostAddress> resolveListenHost(const QString& host);

/// Whether `host` resolves to loopback addresses only; an error when it does not resolve.
base::Result<bool> isLoopbackHost(const QString& host);

} // namespace recado::relay
