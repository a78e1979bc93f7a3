#pragma once

#include "relay/ops/Options.h"
#include "relay/ops/RelayConfig.h"

namespace recado::relay {

/// What an administrative subcommand takes besides the configuration keys.
struct AdminSyntax {
    OptionSyntax options;
    /// What stands there without dashes, in order, as messages call it: "a username".
    QStringList subjects;
};

/// A command line, read.
struct AdminWords {
    QStringList subjects;
    OptionValues options;
    RelayConfig config;
};

/// Reads the words behind a subcommand, in any order, and the configuration with the environment and the
/// config file. Errors: `Configuration`; the message begins with what was wrong.
base::Result<AdminWords> readAdminWords(const QStringList& words, const AdminSyntax& syntax);

} // namespace recado::relay
