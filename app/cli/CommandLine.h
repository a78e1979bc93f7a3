#pragma once

#include <QByteArray>
#include <QString>
#include <QStringList>

#include <variant>

namespace recado::cli {

/// What the words on the command line ask for.
struct Invocation {
    QString command;
    /// Exactly as many as the command takes.
    QStringList arguments;
    QString profile;
    QString passphraseFile; // empty: none
    QString invite;
    QString displayName;
    int limit = 50;
    bool json = false;
};

/// Nothing to do but to print: help and version (exit code 0, standard output), bad usage (2, standard
/// error).
struct Farewell {
    QString text;
    int exitCode = 0;
    /// Bad usage with --json: the error as the commands would print it, a line on standard output.
    QByteArray json = {};
};

/// Reads the arguments, program name first.
[[nodiscard]] std::variant<Invocation, Farewell> readCommandLine(const QStringList& arguments);

} // namespace recado::cli
