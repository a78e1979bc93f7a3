#pragma once

#include <QStringList>

namespace recado::relay {

/// What a program ends with.
constexpr int exitSuccess = 0;
/// It was asked rightly and could not.
constexpr int exitFailure = 1;
/// Bad usage or configuration: one line on stderr, naming the key.
constexpr int exitUsage = 2;

/// The program `recado-relay` (CONTRACT.md). `words` is the command line without the program's name; needs a
/// QCoreApplication, and TerminationSignals::block() before any thread.
int runProgram(const QStringList& words);

// The subcommands; `options` is what follows their name.
int runServe(const QStringList& options);
int runInvite(const QStringList& options);
int runUsers(const QStringList& options);
int runDoctor(const QStringList& options);
int runErase(const QStringList& options);
int runExport(const QStringList& options);
int runBackup(const QStringList& options);
int runRestore(const QStringList& options);
int runBench(const QStringList& options);

/// One line on stderr.
void complain(const QString& text);
/// Text on stdout, as it is.
void say(const QString& text);

} // namespace recado::relay
