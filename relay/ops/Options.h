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

/// Reads `--name value`, `--name=value` and `--flag`. A value that begins with a dash must be given as
/// `--name=-value`: else it is a forgotten value, and the next option would be swallowed as one. Not
/// QCommandLineParser, which ends the process by itself and in words of its own. Errors: `Configuration`; the
/// message begins with what was wrong.
base::Result<OptionValues> readOptions(const QStringList& words, const OptionSyntax& syntax);

/// Takes the options of these names out of `words` and reads them; the rest is left for somebody else.
base::Result<OptionValues> takeOptions(QStringList& words, const QStringList& names);

/// True when `--help` or `-h` is among the words.
bool asksForHelp(const QStringList& words);

} // namespace recado::relay
