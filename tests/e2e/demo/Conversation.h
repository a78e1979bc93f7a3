#pragma once

#include "Stage.h"

namespace recado::tests {

/// The demo's acts; each says what went wrong through Stage::fail() and returns false then.

/// Texts that break careless programs: accents, emoji with joiners, right-to-left, long, markup.
QStringList sampleTexts();

/// Sends `texts` from one to the other and waits until all have come, once, in order. Prints rate and time.
bool exchange(Stage& stage, CliProcess& from, CliProcess& to, const QStringList& texts);

/// Ana writes while Bruno is offline; he comes back and finds it.
bool offlineFirst(Stage& stage);
/// Both write, and each sees the other's statuses go to read.
bool bothWays(Stage& stage);
/// The relay dies by SIGKILL while messages flow, and comes back.
bool relayKilledInTheMiddle(Stage& stage);
/// Replays the texts of a JSON-lines file (packed when it ends in .gz), two thirds from Ana and one third
/// from Bruno.
bool replayCorpus(Stage& stage, const QString& file);

} // namespace recado::tests
