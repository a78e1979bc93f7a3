#pragma once

#include "base/Result.h"
#include "relay/ops/RelayConfig.h"

#include <QString>

#include <functional>
#include <vector>

namespace recado::relay {

/// One thing a relay can be told: `--NAME VALUE` on the command line, `NAME = VALUE` in the config file,
/// `RECADO_NAME` (upper case, underscores) in the environment.
struct ConfigKey {
    enum class Form { Value, Flag };

    QString name;
    QString help;
    Form form = Form::Value;
    /// Errors: `Configuration`, with a message that does not yet name the key.
    std::function<base::Status(RelayConfig&, const QString& value)> apply;

    [[nodiscard]] QString environmentName() const;
};

/// Every key, in the order of the help text: what a relay is, then its limits.
const std::vector<ConfigKey>& configKeys();

/// Null when there is no such key.
const ConfigKey* findConfigKey(const QString& name);

} // namespace recado::relay
