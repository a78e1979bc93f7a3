#pragma once

#include "base/Result.h"
#include "relay/ops/RelayConfig.h"

#include <QProcessEnvironment>
#include <QStringList>

namespace recado::relay {

/// Reads a relay's configuration: an option beats the environment, that beats the config file, that beats the
/// default. `options` is what follows `serve` on the command line (`--key value`, `--key=value`).
///
/// The config file (`--config FILE` or RECADO_CONFIG) holds one `key = value` a line; empty lines and lines
/// that begin with `#` mean nothing, and a key may stand there once.
///
/// Errors: `Configuration`; the message begins with the key.
base::Result<RelayConfig> readConfig(const QStringList& options, const QProcessEnvironment& environment);

/// Where a relay keeps its data unless told otherwise: `recado-relay` in the user's data directory
/// (XDG_DATA_HOME).
QString defaultDataDirectory();

} // namespace recado::relay
