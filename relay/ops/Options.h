#pragma once

#include "base/Result.h"

#include <QMap>
#include <QString>
#include <QStringList>

namespace recado::relay {

using OptionValues = QMap<QString, QString>; // by name, without the dashes; flags have the value "true"

/// The options a subcommand knows.
struct OptionSyntax {
    QStringList values;
    QStringList flags;
};

/// Reads `--name value`, `--name=value` and `--flag`. Not QCommandLineParser, which ends the process by
/// itself and in words of its own. Errors: `Configuration`; the message begins with what was wrong.
base::Result<OptionValues> readOptions(const QStringList& words, const OptionSyntax& syntax);

} // namespace recado::relay
